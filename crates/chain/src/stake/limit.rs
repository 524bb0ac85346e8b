use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use axonry_core::{ExchangeRate, MoneyError, Price, Rounding};

/// The whole, of which a tolerance is a part.
const WHOLE: NonZeroU64 = NonZeroU64::new(10_000).expect("not zero");

/// How far a price may move while stake is traded.
///
/// The chain knows limits for adding, removing and swapping; it moves and transfers at any price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// However far it moves.
    None,
    /// By a part of what it is now.
    Within(Tolerance),
    /// To a price, of what is bought or sold.
    Price(Price),
    /// To a rate between two subnets, of what is swapped.
    Rate(ExchangeRate),
}

/// Half a percent, as in `btcli`.
impl Default for Limit {
    fn default() -> Self {
        Self::Within(Tolerance(50))
    }
}

/// A part of a price, in hundredths of a percent; at most all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tolerance(u16);

/// What is no tolerance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no tolerance: a percentage such as `0.5%` with at most two decimals is expected")]
pub struct ParseToleranceError(String);

impl Tolerance {
    /// Takes hundredths of a percent, or `None` when it is more than all of it.
    pub const fn from_basis_points(points: u16) -> Option<Self> {
        if points as u64 <= WHOLE.get() {
            Some(Self(points))
        } else {
            None
        }
    }

    /// Hundredths of a percent.
    pub const fn basis_points(self) -> u16 {
        self.0
    }

    /// The part that something is of a whole, rounded up; `None` of nothing.
    pub(super) fn of(part: u64, whole: u64) -> Option<Self> {
        let whole = u128::from(whole);
        let points = (u128::from(part) * u128::from(WHOLE.get())).checked_add(whole)?;
        let points = points.checked_sub(1)?.checked_div(whole)?;
        u16::try_from(points).ok().and_then(Self::from_basis_points)
    }

    /// The highest price to pay: never above what was meant.
    pub(super) fn above(self, price: Price) -> Result<Price, MoneyError> {
        price.ratio(WHOLE.get() + u64::from(self.0), WHOLE, Rounding::Down)
    }

    /// The lowest price to take: never below what was meant.
    pub(super) fn below(self, price: Price) -> Result<Price, MoneyError> {
        price.ratio(WHOLE.get() - u64::from(self.0), WHOLE, Rounding::Up)
    }

    /// The lowest rate to take: never below what was meant.
    pub(super) fn below_rate(self, rate: ExchangeRate) -> Result<ExchangeRate, MoneyError> {
        rate.ratio(WHOLE.get() - u64::from(self.0), WHOLE, Rounding::Up)
    }
}

/// Reads a percentage exactly: `0.5%`, `12%`.
impl FromStr for Tolerance {
    type Err = ParseToleranceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || ParseToleranceError(text.chars().take(80).collect());
        let number = text.strip_suffix('%').ok_or_else(wrong)?;
        let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
        if !digits(whole) || !digits(part) || part.len() > 2 {
            return Err(wrong());
        }
        let points: u16 = format!("{whole}{part:0<2}").parse().map_err(|_| wrong())?;
        Self::from_basis_points(points).ok_or_else(wrong)
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 100, self.0 % 100);
        let text = format!("{whole}.{part:02}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        f.pad(&format!("{text}%"))
    }
}

#[cfg(test)]
mod tests {
    use axonry_core::Rao;

    use super::*;

    #[test]
    fn a_tolerance_is_read_exactly_or_refused() {
        for (text, points) in [
            ("0%", 0),
            ("0.5%", 50),
            ("0.05%", 5),
            ("1.25%", 125),
            ("100%", 10_000),
        ] {
            let read: Tolerance = text.parse().expect(text);
            assert_eq!(
                (read.basis_points(), read.to_string()),
                (points, text.to_owned())
            );
        }
        for text in [
            "", "%", "0.5", "-1%", "0.005%", "100.01%", ".5%", "5.%", "1e1%", "70000%",
        ] {
            assert!(text.parse::<Tolerance>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_limit_never_gives_away_more_than_was_meant() {
        let half: Tolerance = "0.5%".parse().expect("a percentage");
        let price = |rao| Price::per_alpha(Rao::from_rao(rao));
        assert_eq!(half.above(price(34_660_001)), Ok(price(34_833_301)));
        assert_eq!(half.below(price(34_660_001)), Ok(price(34_486_701)));
        let none: Tolerance = "0%".parse().expect("a percentage");
        assert_eq!(none.above(price(7)), Ok(price(7)));
        assert_eq!(none.below(price(7)), Ok(price(7)));
    }

    #[test]
    fn a_part_is_told_in_hundredths_of_a_percent_and_never_too_small() {
        let points = |part, whole| Tolerance::of(part, whole).map(Tolerance::basis_points);
        assert_eq!(points(1, 200), Some(50));
        assert_eq!(points(1, 1_000_000), Some(1));
        assert_eq!(points(0, 9), Some(0));
        assert_eq!(points(0, 0), None);
        assert_eq!(points(2, 1), None, "more than all of it");
    }
}
