//! The two precisions that averages are kept in.

use std::ops::{Add, Div, Mul};

/// `f32` or `f64`: every operation rounds once to it.
pub trait Float:
    Copy + PartialOrd + Add<Output = Self> + Mul<Output = Self> + Div<Output = Self> + sealed::Sealed
{
    /// Zero.
    const ZERO: Self;

    /// The nearest value of this type; the greatest for what is greater.
    #[must_use]
    fn of(value: f64) -> Self;

    /// The same value, exactly.
    fn widen(self) -> f64;

    /// The value, or the greatest one in place of infinity.
    #[must_use]
    fn min_finite(self) -> Self;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

impl Float for f32 {
    const ZERO: Self = 0.0;

    #[expect(
        clippy::cast_possible_truncation,
        reason = "upstream keeps scores in 32 bits"
    )]
    fn of(value: f64) -> Self {
        value.min(f64::from(Self::MAX)) as Self
    }

    fn widen(self) -> f64 {
        f64::from(self)
    }

    fn min_finite(self) -> Self {
        self.min(Self::MAX)
    }
}

impl Float for f64 {
    const ZERO: Self = 0.0;

    fn of(value: f64) -> Self {
        value
    }

    fn widen(self) -> f64 {
        self
    }

    fn min_finite(self) -> Self {
        self.min(Self::MAX)
    }
}
