#![doc = include_str!("../README.md")]

mod commit_hash;
mod conform;
mod drand;
mod element;
mod emit;
#[cfg(unix)]
mod lock;
mod max_weight;
mod moving_average;
mod pipeline;
mod plan;
mod process;
mod row;
mod schedule;
pub mod setter;
mod split;
#[cfg(feature = "timelock")]
pub mod timelock;
pub mod watchdog;

pub use commit_hash::CommitPreimage;
pub use conform::{ConformError, ConformRules, clip_to_max_weight, conform, normalize};
pub use drand::{DrandNetwork, reveal_block};
pub use element::{Element, Vector};
pub use emit::{EmitError, emit, emit_numbers};
#[cfg(unix)]
pub use lock::{HotkeyLock, LockError};
pub use max_weight::normalize_max_weight;
pub use moving_average::{MovingAverageError, update_scores};
pub use pipeline::{Pipeline, PipelineError, pipeline};
pub use plan::{
    Conform, Dropped, Plan, PlanError, Planner, ReservedError, ReservedShare, ReservedShares,
    Withheld,
};
pub use process::{ProcessError, Shape, process};
pub use row::{bonds_row, weights_row};
pub use schedule::{Window, first_legal_block, window};
pub use setter::{
    Attempt, Carrier, CommitForm, Evidence, Intent, IntentId, Journal, JournalError, Landing, Path,
    Refusal, Rehearsal, Rejection, Remedy, Salt, SetError, Setter, SetterSettings,
};
pub use split::{SplitError, split_u16};
