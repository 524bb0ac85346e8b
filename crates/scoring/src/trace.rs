//! Explanations as data: a number together with the tree of numbers it is made of.
//!
//! A rule is written once, over any [`Quantity`], with the combinators of this module
//! ([`multiply`], [`add`], [`gate`], …), and runs in two ways: over `f64` it is plain arithmetic,
//! without a name or an allocation; over [`Trace`] the same arithmetic leaves the tree behind.
//! [`Trace::evaluate`] computes a tree again from its leaves and arrives at the same bits.
//!
//! ```
//! use axonry_scoring::trace::{Condition, Quantity, Trace, cap, gate, given, multiply, share};
//!
//! /// Answers count by how right they are, if the miner answered often enough.
//! fn score<Q: Quantity>(right: u32, answers: u32) -> Q {
//!     let accuracy = share(
//!         "accuracy",
//!         given::<Q>("right answers", f64::from(right)),
//!         given("answers", f64::from(answers)),
//!     );
//!     let speed = cap("speed", 1.5, given("twice the median", 2.0));
//!     let enough = Condition::at_least("answers", f64::from(answers), 10.0);
//!     gate("score", multiply("merit", [accuracy, speed]), [enough])
//! }
//!
//! assert_eq!(score::<f64>(9, 12), 1.125);
//! let trace = score::<Trace>(3, 9);
//! assert_eq!(trace.value(), 0.0);
//! assert_eq!(trace.evaluate().to_bits(), trace.value().to_bits());
//! assert!(trace.to_string().contains("answers: 9 of at least 10, 1 short"), "{trace}");
//! ```

mod combinators;
mod condition;
mod rule;
mod text;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub use combinators::{
    add, cap, decay, floor, gate, given, multiply, refused, round, saturate, share, slots,
    subtract, sum,
};
pub use condition::{Comparison, Condition, Remedy};
pub use rule::Rule;

/// A number that rules compute with: `f64` for speed, [`Trace`] for an explanation.
///
/// The combinators are how it is used; implement it only for another kind of record.
pub trait Quantity: Sized {
    /// The number.
    fn value(&self) -> f64;

    /// A number that comes from outside the rules.
    fn given(name: &'static str, value: f64) -> Self;

    /// What a rule makes of its parts.
    fn derived(name: &'static str, rule: Rule, parts: impl IntoIterator<Item = Self>) -> Self;

    /// `passing` if every condition holds, else 0.
    fn gated(
        name: &'static str,
        passing: Self,
        conditions: impl IntoIterator<Item = Condition>,
    ) -> Self;

    /// Gives it a name that is made when it is asked for.
    #[must_use]
    fn named(self, name: impl FnOnce() -> String) -> Self;

    /// Says what the number counts; a bare number is a factor.
    #[must_use]
    fn in_unit(self, unit: &'static str) -> Self;

    /// Adds a remark.
    #[must_use]
    fn noted(self, note: impl FnOnce() -> Option<String>) -> Self;

    /// Says what would open a gate that is closed, given the value behind it.
    #[must_use]
    fn remedied(self, remedy: impl FnOnce(f64) -> Option<Remedy>) -> Self;
}

impl Quantity for f64 {
    fn value(&self) -> f64 {
        *self
    }

    fn given(_: &'static str, value: f64) -> Self {
        value
    }

    fn derived(_: &'static str, rule: Rule, parts: impl IntoIterator<Item = Self>) -> Self {
        rule.apply(parts)
    }

    fn gated(
        _: &'static str,
        passing: Self,
        conditions: impl IntoIterator<Item = Condition>,
    ) -> Self {
        let is_open = conditions.into_iter().all(|condition| condition.holds());
        if is_open { passing } else { 0.0 }
    }

    fn named(self, _: impl FnOnce() -> String) -> Self {
        self
    }

    fn in_unit(self, _: &'static str) -> Self {
        self
    }

    fn noted(self, _: impl FnOnce() -> Option<String>) -> Self {
        self
    }

    fn remedied(self, _: impl FnOnce(Self) -> Option<Remedy>) -> Self {
        self
    }
}

/// A number, its name, and the rule that made it of its parts.
///
/// It serialises as a tree of objects (`name`, `value`, `unit`, `rule`, `parts`, …; what is empty
/// is left out) and [displays](std::fmt::Display) as an indented one.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Trace {
    name: Cow<'static, str>,
    value: f64,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    unit: Cow<'static, str>,
    rule: Rule,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    conditions: Vec<Condition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remedy: Option<Box<Remedy>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Self>,
}

impl Trace {
    fn new(name: &'static str, value: f64, rule: Rule, parts: Vec<Self>) -> Self {
        Self {
            name: Cow::Borrowed(name),
            value,
            unit: Cow::Borrowed(""),
            rule,
            conditions: Vec::new(),
            remedy: None,
            note: None,
            parts,
        }
    }

    /// What the number is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it counts; empty for a factor.
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// How it came about.
    pub const fn rule(&self) -> Rule {
        self.rule
    }

    /// What a gate asks for.
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// Whether everything it asks for is so; what asks for nothing is open.
    pub fn is_open(&self) -> bool {
        self.conditions.iter().all(Condition::holds)
    }

    /// What would open a closed gate, where that can be said.
    pub fn remedy(&self) -> Option<&Remedy> {
        self.remedy.as_deref()
    }

    /// A remark.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The numbers it is made of, in the order in which the rule takes them.
    pub fn parts(&self) -> &[Self] {
        &self.parts
    }

    /// Computes the number again from the leaves of the tree; a part that a rule lacks, which
    /// happens only in a tree from elsewhere, counts as NaN.
    pub fn evaluate(&self) -> f64 {
        match self.rule {
            Rule::Given => self.value,
            Rule::Gate if !self.is_open() => 0.0,
            rule => rule.apply(self.parts.iter().map(Self::evaluate)),
        }
    }

    /// The first number of the tree that is not what its rule makes of its parts, to the bit:
    /// `None` for every tree the combinators made. A tree that was stored or sent is believed
    /// after this.
    pub fn contradiction(&self) -> Option<&Self> {
        let below = self.parts.iter().find_map(Self::contradiction);
        below.or_else(|| {
            let made = match self.rule {
                Rule::Given => self.value,
                Rule::Gate if !self.is_open() => 0.0,
                rule => rule.apply(self.parts.iter().map(Self::value)),
            };
            (made.to_bits() != self.value.to_bits()).then_some(self)
        })
    }

    /// The first number of this name, from the top down.
    pub fn find(&self, name: &str) -> Option<&Self> {
        if self.name == name {
            return Some(self);
        }
        self.parts.iter().find_map(|part| part.find(name))
    }
}

impl Quantity for Trace {
    fn value(&self) -> f64 {
        self.value
    }

    fn given(name: &'static str, value: f64) -> Self {
        Self::new(name, value, Rule::Given, Vec::new())
    }

    fn derived(name: &'static str, rule: Rule, parts: impl IntoIterator<Item = Self>) -> Self {
        let parts: Vec<_> = parts.into_iter().collect();
        let value = rule.apply(parts.iter().map(Self::value));
        Self::new(name, value, rule, parts)
    }

    fn gated(
        name: &'static str,
        passing: Self,
        conditions: impl IntoIterator<Item = Condition>,
    ) -> Self {
        let conditions: Vec<_> = conditions.into_iter().collect();
        let is_open = conditions.iter().all(Condition::holds);
        let value = if is_open { passing.value } else { 0.0 };
        Self {
            unit: passing.unit.clone(),
            conditions,
            ..Self::new(name, value, Rule::Gate, vec![passing])
        }
    }

    fn named(self, name: impl FnOnce() -> String) -> Self {
        Self {
            name: Cow::Owned(name()),
            ..self
        }
    }

    fn in_unit(self, unit: &'static str) -> Self {
        Self {
            unit: Cow::Borrowed(unit),
            ..self
        }
    }

    fn noted(self, note: impl FnOnce() -> Option<String>) -> Self {
        Self {
            note: note().map(String::into_boxed_str),
            ..self
        }
    }

    fn remedied(self, remedy: impl FnOnce(f64) -> Option<Remedy>) -> Self {
        let remedy = match (self.is_open(), self.parts.first()) {
            (false, Some(passing)) => remedy(passing.value).map(Box::new),
            _ => None,
        };
        Self { remedy, ..self }
    }
}
