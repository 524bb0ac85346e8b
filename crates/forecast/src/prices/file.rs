use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Deserialize;

use super::{Close, PriceError, PriceSource};
use crate::Asset;

/// How long a file may be: ten years of minutes of a few assets.
const LONGEST: u64 = 512 << 20;

/// Prices out of a file that is read once.
///
/// A CSV with the columns `asset,time,close`, with a header or without; or a JSON object with an
/// entry per asset of the form the public feeds have: `{"BTC": {"t": [1770114000], "c": [90000.5]}}`.
/// A time is in seconds since 1970 or RFC 3339, and is when the minute began.
#[derive(Clone, Debug)]
pub struct FilePrices {
    closes: Arc<BTreeMap<Asset, Vec<Close>>>,
}

/// The columns of one asset, as TradingView's history has them.
#[derive(Deserialize)]
struct Columns {
    t: Vec<i64>,
    c: Vec<Option<f64>>,
}

impl FilePrices {
    /// Reads a file; one that begins with `{` is JSON.
    ///
    /// # Errors
    /// [`PriceError::File`].
    pub fn open(path: &Path) -> Result<Self, PriceError> {
        let wrong = |reason: String| PriceError::File {
            path: path.to_owned(),
            reason,
        };
        let mut text = String::new();
        let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
        let read = file.take(LONGEST + 1).read_to_string(&mut text);
        match read {
            Ok(length) if u64::try_from(length).is_ok_and(|length| length <= LONGEST) => {}
            Ok(_) => return Err(wrong(format!("it has more than {LONGEST} bytes"))),
            Err(error) => return Err(wrong(error.to_string())),
        }
        text.parse().map_err(wrong)
    }
}

impl std::str::FromStr for FilePrices {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut closes = match text.trim_start().starts_with('{') {
            true => json(text)?,
            false => csv(text)?,
        };
        for closes in closes.values_mut() {
            closes.sort_by_key(|close| close.time);
        }
        Ok(Self {
            closes: Arc::new(closes),
        })
    }
}

fn json(text: &str) -> Result<BTreeMap<Asset, Vec<Close>>, String> {
    let assets: BTreeMap<Asset, Columns> =
        serde_json::from_str(text).map_err(|error| error.to_string())?;
    let closes = assets.into_iter().map(|(asset, columns)| {
        if columns.t.len() != columns.c.len() {
            return Err(format!("{asset} has not as many closes as times"));
        }
        let pairs = columns.t.into_iter().zip(columns.c);
        let closes = pairs.filter_map(|(time, price)| price.map(|price| Close { time, price }));
        Ok((asset, closes.collect()))
    });
    closes.collect()
}

fn csv(text: &str) -> Result<BTreeMap<Asset, Vec<Close>>, String> {
    let mut closes: BTreeMap<Asset, Vec<Close>> = BTreeMap::new();
    let lines = text.lines().enumerate();
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |what: &str| format!("line {}: {what}", number + 1);
        let mut columns = line.split(',').map(str::trim);
        let (Some(asset), Some(time), Some(close), None) = (
            columns.next(),
            columns.next(),
            columns.next(),
            columns.next(),
        ) else {
            return Err(wrong("it has not the columns `asset,time,close`"));
        };
        if number == 0 && time == "time" {
            continue;
        }
        let asset: Asset = asset.parse().map_err(|_| wrong("it names no asset"))?;
        let time = seconds(time).ok_or_else(|| wrong("its time is no time"))?;
        let price = close.parse().map_err(|_| wrong("its close is no number"))?;
        closes.entry(asset).or_default().push(Close { time, price });
    }
    Ok(closes)
}

fn seconds(text: &str) -> Option<i64> {
    let moment = || text.parse().map(Timestamp::as_second);
    text.parse().or_else(|_| moment()).ok()
}

#[async_trait]
impl PriceSource for FilePrices {
    async fn closes(
        &self,
        asset: &Asset,
        range: RangeInclusive<i64>,
    ) -> Result<Vec<Close>, PriceError> {
        let closes = self
            .closes
            .get(asset)
            .ok_or_else(|| PriceError::NotListed {
                asset: asset.clone(),
                source_name: "the file of prices",
            })?;
        let from = closes.partition_point(|close| close.time < *range.start());
        let to = closes.partition_point(|close| close.time <= *range.end());
        Ok(closes[from..to.max(from)].to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn both_forms_of_a_file_say_the_same() {
        let csv = "asset,time,close\nBTC,1770114060,2\nBTC,2026-02-03T10:20:00Z,1.5\nETH,0,3\n";
        let json = r#"{"BTC": {"t": [1770114060, 1770114000, 5], "c": [2, 1.5, null]}}"#;
        for text in [csv, json] {
            let prices: FilePrices = text.parse().expect("prices");
            let btc = "BTC".parse().expect("a name");
            let closes = prices.closes(&btc, 0..=1_770_114_060).await.expect("BTC");
            let pairs: Vec<_> = closes.iter().map(|it| (it.time, it.price)).collect();
            assert_eq!(
                pairs,
                [(1_770_114_000, 1.5), (1_770_114_060, 2.0)],
                "{text}"
            );
            let none = prices.closes(&btc, 1..=2).await.expect("BTC");
            assert_eq!(none, []);
            let other = prices.closes(&"XAU".parse().expect("a name"), 0..=9).await;
            assert!(
                matches!(other, Err(PriceError::NotListed { .. })),
                "{other:?}"
            );
        }
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_with_its_line() {
        for (text, said) in [
            ("BTC,1,2\nBTC,x,2", "line 2: its time"),
            ("BTC,1", "line 1: it has not the columns"),
            ("a/b,1,2", "line 1: it names no asset"),
            ("BTC,1,two", "line 1: its close"),
            (r#"{"BTC": {"t": [1], "c": []}}"#, "BTC has not as many"),
            (r#"{"BTC": 1}"#, "invalid type"),
        ] {
            let error = text.parse::<FilePrices>().expect_err(text);
            assert!(error.contains(said), "{error}");
        }
    }
}
