//! One function per rule: values in, a named value out.

use super::{Condition, Quantity, Rule};
use crate::decay::Curve;

/// A number from outside the rules.
pub fn given<Q: Quantity>(name: &'static str, value: f64) -> Q {
    Q::given(name, value)
}

/// All parts added up with compensation, as Python's `sum` does: [`Rule::Sum`].
pub fn sum<Q: Quantity>(name: &'static str, parts: impl IntoIterator<Item = Q>) -> Q {
    Q::derived(name, Rule::Sum, parts)
}

/// All parts added up one after the other, as Python's `+=` does: [`Rule::Add`].
pub fn add<Q: Quantity>(name: &'static str, parts: impl IntoIterator<Item = Q>) -> Q {
    Q::derived(name, Rule::Add, parts)
}

/// `from − less`.
pub fn subtract<Q: Quantity>(name: &'static str, from: Q, less: Q) -> Q {
    Q::derived(name, Rule::Subtract, [from, less])
}

/// All parts multiplied from left to right.
pub fn multiply<Q: Quantity>(name: &'static str, parts: impl IntoIterator<Item = Q>) -> Q {
    Q::derived(name, Rule::Multiply, parts)
}

/// `part / whole`, and 0 of nothing.
pub fn share<Q: Quantity>(name: &'static str, part: Q, whole: Q) -> Q {
    Q::derived(name, Rule::Share, [part, whole])
}

/// At most `at`.
pub fn cap<Q: Quantity>(name: &'static str, at: f64, part: Q) -> Q {
    Q::derived(name, Rule::Cap { at }, [part])
}

/// At least `at`.
pub fn floor<Q: Quantity>(name: &'static str, at: f64, part: Q) -> Q {
    Q::derived(name, Rule::Floor { at }, [part])
}

/// Two decimals, as Python's `round` takes them.
pub fn round<Q: Quantity>(name: &'static str, part: Q) -> Q {
    Q::derived(name, Rule::Round, [part])
}

/// What is left after so many hours.
pub fn decay<Q: Quantity>(name: &'static str, curve: Curve, hours: Q) -> Q {
    Q::derived(name, Rule::Decay { curve }, [hours])
}

/// `1 − exp(−amount / scale)`.
pub fn saturate<Q: Quantity>(name: &'static str, scale: f64, amount: Q) -> Q {
    Q::derived(name, Rule::Saturate { scale }, [amount])
}

/// How many whole slots of `size` fit into the amount.
pub fn slots<Q: Quantity>(name: &'static str, size: f64, amount: Q) -> Q {
    Q::derived(name, Rule::Slots { size }, [amount])
}

/// `passing` if every condition holds, else 0.
pub fn gate<Q: Quantity>(
    name: &'static str,
    passing: Q,
    conditions: impl IntoIterator<Item = Condition>,
) -> Q {
    Q::gated(name, passing, conditions)
}

/// Nothing, because of a rule that was broken, in words: a gate that stays shut.
pub fn refused<Q: Quantity>(name: &'static str, passing: Q, rule: impl ToString) -> Q {
    Q::gated(name, passing, [Condition::broken(rule.to_string())])
}
