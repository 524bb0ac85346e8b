use std::ops::{Add, Div, Mul, Sub};

/// The element type of a vector, `f32` or `f64`: NumPy rounds every operation once to it.
///
/// Weights are `f32` on the ordinary path, because upstream casts them first, and `f64` where it
/// fills up to the minimum number of weights. The type decides the last bits of the result.
pub trait Element:
    Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + sealed::Sealed
{
    /// Zero.
    const ZERO: Self;

    /// The nearest value of this type.
    fn from_f64(value: f64) -> Self;

    /// The same value, exactly.
    fn to_f64(self) -> f64;

    /// Whether it is NaN.
    fn is_nan(self) -> bool;

    /// The value without its sign.
    fn magnitude(self) -> Self;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

impl Element for f32 {
    const ZERO: Self = 0.0;

    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounding to f32 is what NumPy does with a Python float beside an f32 array"
    )]
    fn from_f64(value: f64) -> Self {
        value as Self
    }

    fn to_f64(self) -> f64 {
        f64::from(self)
    }

    fn is_nan(self) -> bool {
        self.is_nan()
    }

    fn magnitude(self) -> Self {
        self.abs()
    }
}

impl Element for f64 {
    const ZERO: Self = 0.0;

    fn from_f64(value: f64) -> Self {
        value
    }

    fn to_f64(self) -> f64 {
        self
    }

    fn is_nan(self) -> bool {
        self.is_nan()
    }

    fn magnitude(self) -> Self {
        self.abs()
    }
}

/// A vector whose element type is known at run time only.
#[derive(Clone, Debug, PartialEq)]
pub enum Vector {
    /// Single precision.
    F32(Vec<f32>),
    /// Double precision.
    F64(Vec<f64>),
}

impl Vector {
    /// How many elements it has.
    pub fn len(&self) -> usize {
        match self {
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its elements, widened exactly.
    pub fn to_f64(&self) -> Vec<f64> {
        match self {
            Self::F32(values) => values.iter().map(|&value| value.to_f64()).collect(),
            Self::F64(values) => values.clone(),
        }
    }

    /// Its elements, rounded to single precision.
    pub(crate) fn to_f32(&self) -> Vec<f32> {
        match self {
            Self::F32(values) => values.clone(),
            Self::F64(values) => values.iter().map(|&value| f32::from_f64(value)).collect(),
        }
    }
}

/// NumPy's sum of a contiguous vector (`numpy/_core/src/umath/loops_utils.h.src`, `pairwise_sum`).
///
/// Below 8 elements left to right from −0; up to 128 in eight interleaved accumulators, which are
/// added as a balanced tree before the tail follows; beyond that the sum of the sums of both halves,
/// the first one a multiple of 8 long. Any other order differs in the last bits.
pub(crate) fn pairwise_sum<T: Element>(values: &[T]) -> T {
    let count = values.len();
    if count < 8 {
        return left_to_right(T::from_f64(-0.0), values);
    }
    if count <= 128 {
        let blocks = values.chunks_exact(8);
        let tail = blocks.remainder();
        let mut lanes: [T; 8] = [T::ZERO; 8];
        for (index, block) in blocks.enumerate() {
            for (lane, &value) in lanes.iter_mut().zip(block) {
                *lane = if index == 0 { value } else { *lane + value };
            }
        }
        let [a, b, c, d, e, f, g, h] = lanes;
        return left_to_right(((a + b) + (c + d)) + ((e + f) + (g + h)), tail);
    }
    let half = count / 2;
    let (first, second) = values.split_at(half - half % 8);
    pairwise_sum(first) + pairwise_sum(second)
}

/// The sum from left to right, which is Python's `sum` with a start of 0 (before Python 3.12).
pub(crate) fn left_to_right<T: Element>(start: T, values: &[T]) -> T {
    values.iter().fold(start, |sum, &value| sum + value)
}

/// Ascending, NaN last, as NumPy sorts.
pub(crate) fn sorted<T: Element>(values: &[T]) -> Vec<T> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| {
        a.partial_cmp(b)
            .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
    });
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_summation_is_numpys() {
        // 1e8 swallows each 1 added to it alone; in eight lanes most of them meet each other first.
        let mut values = vec![1.0_f32; 64];
        values[0] = 1e8;
        assert_eq!(left_to_right(0.0, &values), 1e8);
        assert_eq!(pairwise_sum(&values), 100_000_056.0);
        assert_eq!(pairwise_sum::<f32>(&[]).to_bits(), (-0.0_f32).to_bits());
    }
}
