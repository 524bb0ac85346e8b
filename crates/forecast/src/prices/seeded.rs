use std::f64::consts::TAU;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;

use super::{CANDLE, Close, PriceError, PriceSource};
use crate::Asset;

/// The walk is halved this often: 2²⁶ minutes, more than a century.
const LEVELS: u32 = 26;
/// Prices are about what [`base`] says at this minute: 2026-01-01.
const ANCHOR: i64 = 1_767_225_600 / CANDLE;
/// What a minute changes the logarithm of a price by, as a standard deviation: 55 % a year.
const VOLATILITY: f64 = 0.000_76;

/// Made-up prices: a geometric Brownian motion that a seed decides, for devnets and tests.
///
/// Every minute since 1970 has a price, the same whoever asks, and in whichever order: the walk is
/// found by halving, not by walking. Clones share what [`SeededPrices::know_until`] says.
#[derive(Clone, Debug)]
pub struct SeededPrices {
    seed: u64,
    until: Arc<AtomicI64>,
}

impl SeededPrices {
    /// The prices of a seed, all known, also those to come.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            until: Arc::new(AtomicI64::new(i64::MAX)),
        }
    }

    /// From now on knows only minutes that are over at `now`, in seconds since 1970.
    pub fn know_until(&self, now: i64) {
        self.until.store(now, Ordering::Relaxed);
    }

    /// The price when the minute that began at `time` was over, in any minute since 1970.
    pub fn price(&self, asset: &Asset, time: i64) -> f64 {
        let seed = asset
            .as_str()
            .bytes()
            .fold(scatter(self.seed), |seed, byte| {
                scatter(seed ^ u64::from(byte))
            });
        let minute = |minute: i64| walk(seed, u64::try_from(minute).unwrap_or(0));
        let moved = minute(time.div_euclid(CANDLE)) - minute(ANCHOR);
        base(asset) * (VOLATILITY * moved).exp()
    }
}

#[async_trait]
impl PriceSource for SeededPrices {
    async fn closes(
        &self,
        asset: &Asset,
        range: RangeInclusive<i64>,
    ) -> Result<Vec<Close>, PriceError> {
        let until = self.until.load(Ordering::Relaxed).saturating_sub(CANDLE);
        let first = range.start().saturating_add(CANDLE - 1).div_euclid(CANDLE);
        let last = (*range.end()).min(until).div_euclid(CANDLE);
        let close = |minute: i64| Close {
            time: minute * CANDLE,
            price: self.price(asset, minute * CANDLE),
        };
        Ok((first..=last).map(close).collect())
    }
}

/// Where a Brownian motion is after so many minutes: between two known ends, the middle is their
/// mean and a normal number of a variance that is a quarter of their distance.
fn walk(seed: u64, minute: u64) -> f64 {
    let length = 1_u64 << LEVELS;
    let minute = minute.min(length - 1);
    let (mut from, mut to) = (0, length);
    let (mut low, mut high) = (
        0.0,
        f64::from(1_u32 << LEVELS).sqrt() * normal(seed, length),
    );
    while to - from > 1 {
        let middle = from + (to - from) / 2;
        let spread = f64::from(u32::try_from(to - from).expect("at most 2²⁶")).sqrt() / 2.0;
        let between = f64::midpoint(low, high) + spread * normal(seed, middle);
        if minute < middle {
            (to, high) = (middle, between);
        } else {
            (from, low) = (middle, between);
        }
    }
    low
}

/// A normal number that a seed and a place decide (Box and Muller).
fn normal(seed: u64, place: u64) -> f64 {
    let first = scatter(seed ^ scatter(place));
    let (radius, angle) = (unit(first), unit(scatter(first)));
    (-2.0 * radius.ln()).sqrt() * (TAU * angle).cos()
}

/// In (0, 1): 52 bits and a half, so that it is never zero.
fn unit(bits: u64) -> f64 {
    let high = u32::try_from(bits >> 32).expect("the upper half");
    let low = u32::try_from((bits >> 12) & 0xf_ffff).expect("twenty bits");
    (f64::from(high) + (f64::from(low) + 0.5) / 1_048_576.0) / 4_294_967_296.0
}

/// SplitMix64: neighbours in, strangers out.
const fn scatter(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// About what upstream's assets cost, so that a page of a devnet looks like one.
fn base(asset: &Asset) -> f64 {
    match asset.as_str() {
        "BTC" => 90_000.0,
        "ETH" => 3_100.0,
        "XAU" => 4_300.0,
        "SOL" => 135.0,
        "SPYX" => 680.0,
        "NVDAX" => 185.0,
        "TSLAX" => 450.0,
        "AAPLX" => 270.0,
        "GOOGLX" => 310.0,
        "XRP" => 2.0,
        "HYPE" => 27.0,
        "WTIOIL" => 58.0,
        _ => 100.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(name: &str) -> Asset {
        name.parse().expect("a name")
    }

    #[test]
    fn a_walk_has_the_variance_of_its_length() {
        let steps: Vec<f64> = (1..20_000)
            .map(|minute| walk(7, minute + 1) - walk(7, minute))
            .collect();
        let count = f64::from(u32::try_from(steps.len()).expect("few"));
        let variance = steps.iter().map(|step| step * step).sum::<f64>() / count;
        assert!((variance - 1.0).abs() < 0.05, "{variance}");
        let hours: Vec<f64> = (1..5_000)
            .map(|hour| walk(7, hour * 60 + 60) - walk(7, hour * 60))
            .collect();
        let count = f64::from(u32::try_from(hours.len()).expect("few"));
        let variance = hours.iter().map(|step| step * step).sum::<f64>() / count;
        assert!((variance / 60.0 - 1.0).abs() < 0.1, "{variance}");
    }

    #[tokio::test]
    async fn the_same_seed_gives_the_same_prices_and_only_those_that_are_over() {
        let prices = SeededPrices::new(1);
        let (btc, start) = (asset("BTC"), 1_770_114_000);
        let all = prices.closes(&btc, start..=start + 600).await.expect("all");
        assert_eq!(all.len(), 11);
        let again = SeededPrices::new(1);
        let one = again.closes(&btc, start + 300..=start + 300).await;
        assert_eq!(one.expect("one"), all[5..6]);
        assert_ne!(SeededPrices::new(2).price(&btc, start), all[0].price);
        assert!(
            all.iter()
                .all(|close| (40_000.0..200_000.0).contains(&close.price))
        );
        prices.know_until(start + 300);
        let known = prices.clone().closes(&btc, start..=start + 600).await;
        assert_eq!(known.expect("some"), all[..5], "clones share the clock");
        prices.know_until(start);
        let none = prices.closes(&btc, start..=start + 600).await;
        assert_eq!(none.expect("none"), []);
    }
}
