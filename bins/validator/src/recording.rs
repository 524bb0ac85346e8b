//! Rounds kept with everything they were judged by, and judged again.
//!
//! A folder holds one folder per run, since a mechanism remembers rounds: `about.json` says what the
//! run was made of, and each round has its tokens (redacted), its tape of HTTP calls, and last of all
//! the round itself. A round without the last is one that the run did not finish.

mod about;
mod folder;
mod player;
mod recorder;
mod redaction;
mod replay;

pub(crate) use about::About;
pub(crate) use recorder::Recording;
pub(crate) use replay::{ReplayArguments, replay};
