use std::fmt::{self, Debug};

/// Price paths of one answer, one after the other in one piece of memory.
///
/// Path `i` is row `i`: its first price is that at the start of the prompt.
#[derive(Clone, PartialEq)]
pub struct Paths {
    prices: Box<[f64]>,
    points: usize,
}

impl Paths {
    /// Takes prices, path after path; `None` unless they make whole paths of `points` prices.
    pub fn new(prices: impl Into<Box<[f64]>>, points: usize) -> Option<Self> {
        let prices = prices.into();
        let whole = prices.len().checked_rem(points)? == 0;
        whole.then_some(Self { prices, points })
    }

    /// How many paths there are.
    pub const fn count(&self) -> usize {
        self.prices.len() / self.points
    }

    /// How many prices a path has.
    pub const fn points(&self) -> usize {
        self.points
    }

    /// One path; empty beyond the last.
    pub fn path(&self, index: usize) -> &[f64] {
        self.iter().nth(index).unwrap_or_default()
    }

    /// Every path, in the order of the answer.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.prices.chunks_exact(self.points)
    }

    /// Every price, path after path.
    pub const fn prices(&self) -> &[f64] {
        &self.prices
    }

    /// The same, to keep.
    pub fn into_prices(self) -> Vec<f64> {
        self.prices.into_vec()
    }
}

impl Debug for Paths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Paths({} × {})", self.count(), self.points)
    }
}
