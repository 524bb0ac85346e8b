use std::hash::Hash;

/// The integers that fixed-point numbers are stored in: `i64`, `i128`, `u128`.
pub trait Bits: Copy + Ord + Hash + sealed::Sealed {
    /// The least.
    const MIN: Self;
    /// The greatest.
    const MAX: Self;

    /// Whether it is below zero, and how far it is from it.
    #[doc(hidden)]
    fn split(self) -> (bool, u128);

    /// The other way round, where it fits.
    #[doc(hidden)]
    fn join(negative: bool, magnitude: u128) -> Option<Self>;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! signed {
    ($($bits:ty),*) => {$(
        impl sealed::Sealed for $bits {}

        impl Bits for $bits {
            const MIN: Self = Self::MIN;
            const MAX: Self = Self::MAX;

            fn split(self) -> (bool, u128) {
                (self < 0, self.unsigned_abs().into())
            }

            fn join(negative: bool, magnitude: u128) -> Option<Self> {
                if negative {
                    // The least has no counterpart above zero.
                    return 0_i128.checked_sub_unsigned(magnitude)?.try_into().ok();
                }
                magnitude.try_into().ok()
            }
        }
    )*};
}

signed!(i64, i128);

impl sealed::Sealed for u128 {}

impl Bits for u128 {
    const MIN: Self = Self::MIN;
    const MAX: Self = Self::MAX;

    fn split(self) -> (bool, u128) {
        (false, self)
    }

    fn join(negative: bool, magnitude: u128) -> Option<Self> {
        (!negative || magnitude == 0).then_some(magnitude)
    }
}
