//! What the files of a round's pull requests are worth, as far as that is known.

use std::collections::BTreeMap;

use axonry_core::Unknown;

use crate::kept::{Item, Value};

/// What became of one pull request's files.
#[derive(Clone, Debug)]
pub(crate) enum Valued {
    /// They are worth this; what there is to say about it, in words.
    Known(Value, Option<String>),
    /// Listed with files, and asked for them the source has none; why, in words.
    ///
    /// One such pull request is a fact about it, many are a fact about the source: see
    /// [`Values::settle`].
    Absent(String),
    /// Not known in this round, and never was at these commits.
    Unknown(Unknown),
}

/// Values of all pull requests of a round, and what they cost.
#[derive(Debug, Default)]
pub(crate) struct Values {
    pub(crate) of: BTreeMap<Item, Valued>,
    /// Answers of the source that were needed.
    pub(crate) fetched: u64,
    /// Values known from earlier rounds.
    pub(crate) reused: u64,
    /// Values of earlier rounds that stand in for what could not be fetched.
    pub(crate) stale: u64,
}

impl Values {
    /// Decides what absences mean, when all answers are in.
    ///
    /// Upstream values a pull request without files at nothing. That is right for one of them; when
    /// they outnumber what could be valued, the source has lost its files, and nobody must pay for
    /// that.
    pub(crate) fn settle(&mut self) {
        let absent = |valued: &&Valued| matches!(valued, Valued::Absent(_));
        let known = |valued: &&Valued| matches!(valued, Valued::Known(..));
        let lost = self.of.values().filter(absent).count();
        if lost <= self.of.values().filter(known).count() {
            return;
        }
        for valued in self.of.values_mut() {
            if let Valued::Absent(why) = valued {
                let reason = format!("{why}, like {lost} of this round's: the source lost them");
                *valued = Valued::Unknown(Unknown::SourceFailed(reason));
            }
        }
    }
}
