#![doc = include_str!("../README.md")]

mod alive;
mod announcement;
mod cause;
mod clock;
mod history;
mod journal;
mod mechanism;
mod moving_average;
mod plan_report;
mod progress;
mod recording;
mod report;
mod round;
mod rounds;
mod validator;
mod vigil;
mod watch;
mod weigher;

pub use announcement::{Announced, Announcement, AnnouncementError};
pub use cause::chain_of;
pub use clock::Clock;
pub use mechanism::{Evaluation, Mechanism, MechanismError, Round};
pub use moving_average::{DEFAULT_ALPHA, Folded, MovingAverage};
pub use plan_report::{PlanReport, RehearsalReport, ReservedReport, ShareChange};
pub use progress::{Alarm, AlarmKind, Progress, Stage, Step, Unwatched};
pub use recording::{Difference, RecordedOutcome, RecordedRound, Recorder, ReplayError};
pub use report::{LandingReport, MinerReport, RoundReport};
pub use rounds::{Ended, Rounds};
pub use validator::{RoundError, Validator, ValidatorSettings};
pub use vigil::HealthReport;
pub use weigher::{Snapshot, Weigher, WeigherSettings};
