use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use async_trait::async_trait;
use axonry_core::{Observed, UnixMillis, Unknown};

use crate::{Asset, Prompt};

mod error;
#[cfg(feature = "http")]
mod feeds;
mod file;
#[cfg(feature = "http")]
mod hyperliquid;
#[cfg(feature = "http")]
mod pyth;
mod seeded;

pub use error::PriceError;
#[cfg(feature = "http")]
pub use feeds::PublicFeeds;
pub use file::FilePrices;
#[cfg(feature = "http")]
pub use hyperliquid::Hyperliquid;
#[cfg(feature = "http")]
pub use pyth::Pyth;
pub use seeded::SeededPrices;

/// How long a candle is, in seconds.
pub(crate) const CANDLE: i64 = 60;

/// The price at the end of a minute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Close {
    /// When the minute began, in seconds since 1970: how candles are told apart.
    pub time: i64,
    /// The price when it was over.
    pub price: f64,
}

/// Where real prices come from.
#[async_trait]
pub trait PriceSource: fmt::Debug + Send + Sync {
    /// The minutes that began in a range of seconds since 1970, both ends included, in order, as far
    /// as they are known. A minute without trade is left out.
    ///
    /// # Errors
    /// [`PriceError`], and [`PriceError::is_transient`] says whether to ask again.
    async fn closes(
        &self,
        asset: &Asset,
        range: RangeInclusive<i64>,
    ) -> Result<Vec<Close>, PriceError>;

    /// What a prompt's paths are to be held against, point by point: the close of the minute that
    /// began at exactly that point (`synth/validator/price_data_provider.py`).
    ///
    /// # Errors
    /// [`PriceError::NotSettled`] until a minute after the last point is there, which can only be
    /// when the last point's minute is over; [`PriceError::EndMissing`] when the last point has no
    /// price; what [`PriceSource::closes`] says otherwise.
    async fn real_prices(&self, prompt: &Prompt) -> Result<RealPrices, PriceError> {
        let start = prompt.start_unix();
        let end = start.saturating_add(i64::from(prompt.time_length));
        // One minute more: its candle is the witness that the last point's is complete.
        let closes = self
            .closes(&prompt.asset, start..=end.saturating_add(CANDLE))
            .await?;
        RealPrices::on_grid(prompt, &closes)
    }
}

#[async_trait]
impl<P: PriceSource + ?Sized> PriceSource for Arc<P> {
    async fn closes(
        &self,
        asset: &Asset,
        range: RangeInclusive<i64>,
    ) -> Result<Vec<Close>, PriceError> {
        (**self).closes(asset, range).await
    }

    async fn real_prices(&self, prompt: &Prompt) -> Result<RealPrices, PriceError> {
        (**self).real_prices(prompt).await
    }
}

/// The real prices at the points of a prompt. The last one is always known.
#[derive(Clone, Debug, PartialEq)]
pub struct RealPrices {
    points: Vec<Observed<f64>>,
}

impl RealPrices {
    /// Puts closes on a prompt's grid. Of two closes of the same minute the later one in the list
    /// counts; a price that is not a positive number is no price.
    ///
    /// # Errors
    /// [`PriceError::NotSettled`], [`PriceError::EndMissing`].
    pub fn on_grid(prompt: &Prompt, closes: &[Close]) -> Result<Self, PriceError> {
        let start = prompt.start_unix();
        let end = start.saturating_add(i64::from(prompt.time_length));
        let newest = closes.iter().map(|close| close.time).max();
        if newest.is_none_or(|newest| newest <= end) {
            return Err(PriceError::NotSettled {
                asset: prompt.asset.clone(),
                end,
                newest,
            });
        }
        let mut sorted: Vec<&Close> = closes.iter().collect();
        sorted.sort_by_key(|close| close.time);
        let increment = i64::from(prompt.time_increment.get());
        let times = (0..).map(|step| start.saturating_add(increment.saturating_mul(step)));
        let points: Vec<_> = times
            .take(prompt.points())
            .map(|time| {
                let after = sorted.partition_point(|close| close.time <= time);
                let close = after.checked_sub(1).map(|place| sorted[place]);
                match close.filter(|close| close.time == time && is_price(close.price)) {
                    Some(close) => Observed::known(close.price, ended(time)),
                    None => Observed::unknown(Unknown::SourceFailed(format!(
                        "no price of {} for the minute at {time}",
                        prompt.asset
                    ))),
                }
            })
            .collect();
        match points.last() {
            Some(Observed::Known { .. }) => Ok(Self { points }),
            _ => Err(PriceError::EndMissing {
                asset: prompt.asset.clone(),
                end,
            }),
        }
    }

    /// Point by point, each known or not and why.
    pub fn points(&self) -> &[Observed<f64>] {
        &self.points
    }

    /// As scoring takes them: not a number where the price is not known.
    pub fn or_nan(&self) -> Vec<f64> {
        let price = |point: &Observed<f64>| point.value().copied().unwrap_or(f64::NAN);
        self.points.iter().map(price).collect()
    }

    /// As they are written down: nothing where the price is not known.
    pub fn known(&self) -> Vec<Option<f64>> {
        let points = self.points.iter();
        points.map(|point| point.value().copied()).collect()
    }
}

fn is_price(price: f64) -> bool {
    price.is_finite() && price > 0.0
}

/// When a minute that began then was over.
fn ended(time: i64) -> UnixMillis {
    let end = u64::try_from(time.saturating_add(CANDLE)).unwrap_or(0);
    UnixMillis(end.saturating_mul(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_770_114_000;

    fn prompt() -> Prompt {
        Prompt {
            asset: "BTC".parse().expect("a name"),
            start_time: jiff::Timestamp::from_second(START).expect("a moment"),
            time_increment: std::num::NonZeroU32::new(120).expect("not zero"),
            time_length: 360,
            num_simulations: 1,
        }
    }

    fn closes(minutes: &[(i64, f64)]) -> Vec<Close> {
        let close = |(minute, price): &(i64, f64)| Close {
            time: START + minute * CANDLE,
            price: *price,
        };
        minutes.iter().map(close).collect()
    }

    #[test]
    fn a_point_has_the_close_of_its_own_minute_or_none() {
        let closes = closes(&[(7, 9.0), (0, 1.0), (0, 2.0), (1, 3.0), (4, 0.0), (6, 5.0)]);
        let prices = RealPrices::on_grid(&prompt(), &closes).expect("settled");
        assert_eq!(prices.known(), [Some(2.0), None, None, Some(5.0)]);
        assert!(prices.or_nan()[1].is_nan());
        let expected = Observed::known(2.0, ended(START));
        assert_eq!(prices.points()[0], expected);
    }

    #[test]
    fn nothing_is_settled_before_a_later_minute_is_there() {
        for (minutes, settled) in [
            (&[][..], false),
            (&[(0, 1.0), (6, 2.0)], false),
            (&[(6, 2.0), (7, 2.0)], true),
        ] {
            let found = RealPrices::on_grid(&prompt(), &closes(minutes));
            match settled {
                true => assert!(found.is_ok(), "{found:?}"),
                false => {
                    let error = found.expect_err("too early");
                    assert!(matches!(error, PriceError::NotSettled { .. }) && error.is_transient());
                    assert_eq!(error.unknown(), Unknown::NotStoredYet);
                }
            }
        }
        let missing = RealPrices::on_grid(&prompt(), &closes(&[(0, 1.0), (7, 1.0)]));
        assert!(
            matches!(missing, Err(PriceError::EndMissing { .. })),
            "{missing:?}"
        );
    }
}
