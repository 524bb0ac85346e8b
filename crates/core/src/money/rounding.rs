use std::num::NonZeroU64;

/// What becomes of a part of a base unit.
///
/// Nothing that divides money does so without being told: who rounds up where the chain rounds down
/// asks for one rao too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// It is dropped, as the chain does.
    Down,
    /// It counts as a whole one.
    Up,
    /// Half or more counts as a whole one.
    Nearest,
}

impl Rounding {
    /// `value · numerator / denominator`; `None` where that does not fit.
    pub(crate) fn ratio(self, value: u64, numerator: u64, denominator: NonZeroU64) -> Option<u64> {
        let (product, divisor) = (
            u128::from(value) * u128::from(numerator),
            u128::from(denominator.get()),
        );
        let whole = product / divisor;
        let rest = product % divisor;
        let up = match self {
            Self::Down => false,
            Self::Up => rest > 0,
            Self::Nearest => rest * 2 >= divisor,
        };
        u64::try_from(whole + u128::from(up)).ok()
    }
}
