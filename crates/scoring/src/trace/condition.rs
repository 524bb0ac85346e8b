//! What gates ask for, and what would open them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// One thing that a gate asks for.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Condition {
    /// What is asked for.
    pub name: Cow<'static, str>,
    /// How much of it there is.
    pub have: f64,
    /// How it is compared.
    pub comparison: Comparison,
    /// With what.
    pub limit: f64,
}

/// How a gate compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// There must be so much, or more.
    AtLeast,
    /// There may be so much, and no more.
    AtMost,
    /// It must not be at all, whatever the limit: a rule that was broken, in the name's words.
    Never,
}

impl Condition {
    /// There must be so much of it.
    pub const fn at_least(name: &'static str, have: f64, limit: f64) -> Self {
        Self::new(name, have, Comparison::AtLeast, limit)
    }

    /// There may be no more of it.
    pub const fn at_most(name: &'static str, have: f64, limit: f64) -> Self {
        Self::new(name, have, Comparison::AtMost, limit)
    }

    /// A rule that was broken, in words.
    pub const fn broken(rule: String) -> Self {
        Self {
            name: Cow::Owned(rule),
            have: 1.0,
            comparison: Comparison::Never,
            limit: 0.0,
        }
    }

    const fn new(name: &'static str, have: f64, comparison: Comparison, limit: f64) -> Self {
        Self {
            name: Cow::Borrowed(name),
            have,
            comparison,
            limit,
        }
    }

    /// Whether it is so. NaN is neither enough nor little enough.
    pub fn holds(&self) -> bool {
        match self.comparison {
            Comparison::AtLeast => self.have >= self.limit,
            Comparison::AtMost => self.have <= self.limit,
            Comparison::Never => false,
        }
    }

    /// How much too little or too much there is; `None` when it holds, or nothing would help.
    pub fn distance(&self) -> Option<f64> {
        let distance = match self.comparison {
            Comparison::AtLeast => self.limit - self.have,
            Comparison::AtMost => self.have - self.limit,
            Comparison::Never => return None,
        };
        (distance > 0.0).then_some(distance)
    }
}

/// What would open a gate, and what would stand behind it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Remedy {
    /// What it takes, with its number: `1 more merged pull request`.
    pub change: Cow<'static, str>,
    /// That number.
    pub times: u64,
    /// The gate's value then, everything else as it is; what the action itself earns comes on top.
    pub then: f64,
}

impl Remedy {
    /// So many more of something, by its names for one and for many.
    pub fn more(times: u64, [one, many]: [&str; 2], then: f64) -> Self {
        Self::new(times, "more", if times == 1 { one } else { many }, then)
    }

    /// So many less of something, by its names for one and for many.
    pub fn fewer(times: u64, [one, many]: [&str; 2], then: f64) -> Self {
        Self::new(times, "fewer", if times == 1 { one } else { many }, then)
    }

    fn new(times: u64, more: &str, noun: &str, then: f64) -> Self {
        Self {
            change: format!("{times} {more} {noun}").into(),
            times,
            then,
        }
    }
}
