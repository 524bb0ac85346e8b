//! From scores to what the chain accepts: conform, quantise, set, verify.
mod commit_hash;
mod conform;
mod element;
mod emit;
mod max_weight;
mod moving_average;
mod pipeline;
mod process;
mod row;
mod split;

pub use commit_hash::CommitPreimage;
pub use conform::{ConformError, ConformRules, clip_to_max_weight, conform, normalize};
pub use element::{Element, Vector};
pub use emit::{EmitError, emit, emit_numbers};
pub use max_weight::normalize_max_weight;
pub use moving_average::{MovingAverageError, update_scores};
pub use pipeline::{Pipeline, PipelineError, pipeline};
pub use process::{ProcessError, Shape, process};
pub use row::{bonds_row, weights_row};
pub use split::{SplitError, split_u16};
