//! From scores to what the chain accepts: conform, quantise, set, verify.
//!
//! Two halves. The pure one turns scores into the `u16`s a chain stores, bit for bit as the Python
//! SDKs and two subnets' validators do: [`process`], [`emit`], [`conform`](conform()), [`pipeline`](pipeline()).
//! A [`Planner`] puts them to work on scores by hotkey and reports whoever fell out on the way.
//! The other half is the [`Setter`], which brings a [`Plan`] onto the chain and calls it done only when
//! the chain's state shows it.
//!
//! ```
//! use axonry_core::Uid;
//! use axonry_weights::{Shape, Vector, pipeline};
//!
//! let shape = Shape {
//!     num_neurons: 4,
//!     min_allowed_weights: 1,
//!     max_weight_limit: 1.0,
//!     exclude_quantile: 0,
//! };
//! let vector = pipeline(&Vector::F32(vec![0.0, 3.0, 1.0, 0.0]), shape)?;
//! assert_eq!(vector.emitted, [(Uid(1), 65_535), (Uid(2), 21_845)]);
//! # Ok::<(), axonry_weights::PipelineError>(())
//! ```
//!
//! It does not know: any key on disk, any database, any source of scores. It takes a
//! [`Chain`](axonry_chain::Chain), a [`Signer`](axonry_core::Signer) and a [`Journal`].

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
