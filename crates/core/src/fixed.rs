//! Binary numbers of fixed precision, as the chain keeps prices, shares and averages.

mod bits;
mod decimal;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use bits::Bits;

use crate::Rounding;

/// A number that the chain stores as a whole count of 2⁻ᴾ, `P` being [`Self::PLACES`].
///
/// On the wire it is its bits (`substrate_fixed` as `opentensor/subtensor` uses it). It prints as the
/// decimal it is, to the last digit, and reads the same text back: every binary fraction has an end
/// in decimal. Whoever wants it rounded says how; a float is for pictures only.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fixed<B, const PLACES: u32>(B);

/// From 0 to 2⁶⁴ in steps of 2⁻⁶⁴: shares of stake (`FixedU128<U64>`).
pub type U64F64 = Fixed<u128, 64>;

/// From −2⁶³ to 2⁶³ in steps of 2⁻⁶⁴: flows of TAO (`FixedI128<U64>`).
pub type I64F64 = Fixed<i128, 64>;

/// From −2⁹⁵ to 2⁹⁵ in steps of 2⁻³²: moving prices (`FixedI128<U32>`).
pub type I96F32 = Fixed<i128, 32>;

/// From 0 to 2⁹⁶ in steps of 2⁻³²: proportions of root (`FixedU128<U32>`).
pub type U96F32 = Fixed<u128, 32>;

/// From −2³¹ to 2³¹ in steps of 2⁻³²: weights and hyperparameters (`FixedI64<U32>`).
pub type I32F32 = Fixed<i64, 32>;

/// Why a text is no fixed-point number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FixedError {
    /// Not a decimal number, or one of more digits than anybody needs.
    #[error("`{0}` is not a decimal number: digits with at most one `.` are expected")]
    NotDecimal(String),
    /// A number between two that can be told apart.
    #[error("`{0}` lies between two numbers that the chain can hold: say how to round it")]
    Inexact(String),
    /// A number outside the range.
    #[error("`{0}` is outside the range of this fixed-point number")]
    Overflow(String),
}

impl<B: Bits, const PLACES: u32> Fixed<B, PLACES> {
    /// How many binary places are behind the point.
    pub const PLACES: u32 = PLACES;
    /// The smallest number.
    pub const MIN: Self = Self(B::MIN);
    /// The largest number.
    pub const MAX: Self = Self(B::MAX);

    /// Takes the bits as they are.
    pub const fn from_bits(bits: B) -> Self {
        Self(bits)
    }

    /// The bits as they are.
    pub const fn to_bits(self) -> B {
        self.0
    }

    /// A whole number, or the nearest end of the range.
    pub fn saturating_from_integer(integer: i128) -> Self {
        let magnitude = integer.unsigned_abs();
        let fits = magnitude.leading_zeros() >= PLACES;
        Self::saturating(integer < 0, fits.then(|| magnitude << PLACES))
    }

    /// The largest whole number that is not above it.
    pub fn floor(self) -> i128 {
        let (negative, magnitude) = self.0.split();
        let whole = i128::try_from(shifted(negative, magnitude, PLACES, Rounding::Down));
        let whole = whole.expect("every fixed-point number has at least 32 binary places");
        if negative { -whole } else { whole }
    }

    /// The same number with other places, or the nearest end of the other's range.
    pub fn saturating_to<C: Bits, const OTHER: u32>(self, rounding: Rounding) -> Fixed<C, OTHER> {
        let (negative, magnitude) = self.0.split();
        let magnitude = match OTHER.checked_sub(PLACES) {
            Some(more) => (magnitude.leading_zeros() >= more).then(|| magnitude << more),
            None => Some(shifted(negative, magnitude, PLACES - OTHER, rounding)),
        };
        Fixed::saturating(negative, magnitude)
    }

    /// The whole number nearest to `self · by` on the side that is told; `None` below zero and above
    /// what 64 bits hold.
    pub(crate) fn times(self, by: u64, rounding: Rounding) -> Option<u64> {
        let (negative, magnitude) = self.0.split();
        if negative {
            return None;
        }
        let (whole, part) = (magnitude >> PLACES, magnitude & ((1 << PLACES) - 1));
        let part = shifted(false, part * u128::from(by), PLACES, rounding);
        let product = whole.checked_mul(u128::from(by))?.checked_add(part)?;
        u64::try_from(product).ok()
    }

    /// The nearest float: for pictures, and for whatever else may be a little off.
    #[expect(
        clippy::cast_precision_loss,
        reason = "losing precision is what the caller asks for"
    )]
    pub fn to_f64(self) -> f64 {
        let (negative, magnitude) = self.0.split();
        let unit = 2_f64.powi(-PLACES.cast_signed());
        let value = magnitude as f64 * unit;
        if negative { -value } else { value }
    }

    /// Reads a decimal text, rounding what lies between two numbers.
    ///
    /// # Errors
    /// [`FixedError::NotDecimal`], [`FixedError::Overflow`].
    pub fn parse(text: &str, rounding: Rounding) -> Result<Self, FixedError> {
        Self::read(text, Some(rounding))
    }

    fn read(text: &str, rounding: Option<Rounding>) -> Result<Self, FixedError> {
        let (negative, magnitude) = decimal::read(text, PLACES, rounding)?;
        let bits = B::join(negative, magnitude);
        bits.map(Self)
            .ok_or_else(|| FixedError::Overflow(decimal::shown(text)))
    }

    fn saturating(negative: bool, magnitude: Option<u128>) -> Self {
        let bits = magnitude.and_then(|magnitude| B::join(negative, magnitude));
        Self(bits.unwrap_or(if negative { B::MIN } else { B::MAX }))
    }
}

/// A magnitude with fewer binary places. What rounds down goes towards less, which below zero is a
/// greater magnitude.
fn shifted(negative: bool, magnitude: u128, places: u32, rounding: Rounding) -> u128 {
    let (whole, rest) = (magnitude >> places, magnitude & ((1 << places) - 1));
    let up = match rounding {
        Rounding::Down => negative && rest > 0,
        Rounding::Up => !negative && rest > 0,
        Rounding::Nearest => rest >> (places - 1) == 1,
    };
    whole + u128::from(up)
}

/// Reads decimal text exactly.
impl<B: Bits, const PLACES: u32> FromStr for Fixed<B, PLACES> {
    type Err = FixedError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::read(text, None)
    }
}

impl<B: Bits, const PLACES: u32> fmt::Display for Fixed<B, PLACES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (negative, magnitude) = self.0.split();
        f.pad(&decimal::print(negative, magnitude, PLACES))
    }
}

impl<B: Bits, const PLACES: u32> fmt::Debug for Fixed<B, PLACES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<B: Bits, const PLACES: u32> Serialize for Fixed<B, PLACES> {
    /// As its decimal text, which no reader of JSON rounds.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, B: Bits, const PLACES: u32> Deserialize<'de> for Fixed<B, PLACES> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
