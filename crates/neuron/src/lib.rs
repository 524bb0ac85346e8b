//! The loop of a validator, from start to drain.
//!
//! A subnet author writes one [`Mechanism`]; this crate reads the subnet at one block, asks the
//! mechanism, folds the answers into averages that survive a restart, plans a weight vector and
//! lands it, and tells the whole story in a [`RoundReport`]. A [`Weigher`] does all of that but the
//! judging. While judging takes longer than a tempo, the last good vector is sent again; when nothing
//! has landed for three tempos, or can land at all, the log says so once, with the reason.
//!
//! ```
//! use async_trait::async_trait;
//! use axonry_core::{Observed, Score};
//! use axonry_neuron::{Evaluation, Mechanism, MechanismError, Round};
//!
//! /// Every miner that serves is as good as any other.
//! #[derive(Debug)]
//! struct Serving;
//!
//! #[async_trait]
//! impl Mechanism for Serving {
//!     async fn evaluate(&self, round: Round<'_>) -> Result<Evaluation, MechanismError> {
//!         let mut evaluation = Evaluation::default();
//!         for neuron in round.metagraph.neurons() {
//!             let score = if neuron.axon.is_some() { 1.0 } else { 0.0 };
//!             let score = Score::new(score).expect("finite and not negative");
//!             evaluation.scores.insert(neuron.hotkey, Observed::known(score, round.now));
//!         }
//!         Ok(evaluation)
//!     }
//! }
//! ```
//!
//! Where a neuron's axon serves is said on chain by an [`Announcement`].
//!
//! It does not know: subxt, HTTP, GitHub, keys on disk, or how anybody is scored.

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
