use std::fmt;
use std::time::Duration;

use axonry_core::BlockNumber;

/// How far a round has come, for whoever is watching.
///
/// Called often and from any task: an implementation must return at once.
pub trait Progress: fmt::Debug + Send + Sync {
    /// Takes note of one step.
    fn note(&self, step: Step<'_>);
}

/// One step of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step<'a> {
    /// A stage began.
    Stage(Stage),
    /// How much there is to do of something (`miners`, `files`); may grow while the stage runs.
    Expect {
        /// Of what.
        what: &'static str,
        /// How many more.
        count: u64,
    },
    /// Some of it is done.
    Done {
        /// Of what.
        what: &'static str,
        /// How many more.
        count: u64,
    },
    /// Something a person would like to read.
    Message(&'a str),
    /// The mechanism has answered; what was under way beside it comes to its end.
    Judged,
    /// The chain has come to this block while a round waits for it.
    Block(BlockNumber),
    /// Nothing new, but at work: said where a wait has no end that could be named.
    Alive,
    /// Nothing may be heard for as long as this, and that is as it should be: said before a wait
    /// whose deadline is known, so that it is not taken for a standstill.
    Quiet(Duration),
    /// What an operator must act on began, changed its reason, or (with `None`) is over.
    Alarm(Option<Alarm>),
}

/// Why weights no longer land, as far as somebody must act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// In which way.
    pub kind: AlarmKind,
    /// The reason in a word, as [`HealthReport::reason`](crate::HealthReport::reason) has it.
    pub reason: &'static str,
}

/// The ways in which weights can fail to land.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AlarmKind {
    /// The chain's state forbids the next vector, however young the last one is.
    Blocked,
    /// Nothing has landed for three tempos.
    Stalled,
    /// Nothing can have landed for three tempos, and the chain cannot be read.
    Blind,
}

impl AlarmKind {
    /// The kind's name in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Stalled => "stalled",
            Self::Blind => "blind",
        }
    }
}

/// The stages of a round, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Stage {
    /// Reading the subnet at one block.
    Snapshot,
    /// Judging the miners.
    Evaluate,
    /// Folding scores into averages, and from them a weight vector.
    Plan,
    /// Submitting the vector and proving it from chain state.
    Land,
}

impl Stage {
    /// The stage's name in reports and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Snapshot => "snapshot",
            Self::Evaluate => "evaluate",
            Self::Plan => "plan",
            Self::Land => "land",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Nobody is watching.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn note(&self, _: Step<'_>) {}
}
