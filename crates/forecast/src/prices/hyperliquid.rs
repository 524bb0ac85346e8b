use std::ops::RangeInclusive;
use std::time::Duration;

use async_trait::async_trait;
use axonry_http::{Client, Request, Url};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

use super::pyth::{failed, fixed};
use super::{CANDLE, Close, PriceError, PriceSource};
use crate::Asset;

const NAME: &str = "Hyperliquid";
const INFO: &str = "https://api.hyperliquid.xyz/info";
/// How many candles one call gives.
const CANDLES: i64 = 5_000;
/// Between two calls, as upstream waits.
const PAUSE: Duration = Duration::from_millis(100);

/// Minutes from Hyperliquid, where oil is traded; public and without a key.
#[derive(Clone, Debug)]
pub struct Hyperliquid {
    client: Client,
    info: Url,
}

#[derive(Serialize)]
struct Question<'a> {
    r#type: &'static str,
    req: Snapshot<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Snapshot<'a> {
    coin: &'a str,
    interval: &'static str,
    start_time: i64,
    end_time: i64,
}

/// A candle: when it began in milliseconds, and its close as a text.
#[derive(Deserialize)]
struct Candle {
    t: i64,
    c: Number,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Text(String),
    Plain(f64),
}

impl Hyperliquid {
    /// Asks the public service.
    pub fn new(client: Client) -> Self {
        Self::at(client, fixed(INFO))
    }

    /// Asks whoever answers at `info` as it does.
    pub const fn at(client: Client, info: Url) -> Self {
        Self { client, info }
    }

    /// The candles that began in a range of milliseconds.
    async fn candles(
        &self,
        asset: &Asset,
        coin: &str,
        range: RangeInclusive<i64>,
    ) -> Result<Vec<Candle>, PriceError> {
        let question = Question {
            r#type: "candleSnapshot",
            req: Snapshot {
                coin,
                interval: "1m",
                start_time: *range.start(),
                end_time: *range.end(),
            },
        };
        // It is a read, however it is asked.
        let request = Request::post_json(self.info.clone(), &question).idempotent();
        let answer = self.client.json(request).await;
        Ok(answer.map_err(|error| failed(NAME, asset, error))?.body)
    }
}

/// How Hyperliquid calls an asset (`HYPERLIQUID_SYMBOL_MAP`).
pub(super) fn coin(asset: &Asset) -> Option<&'static str> {
    match asset.as_str() {
        "WTIOIL" => Some("xyz:CL"),
        _ => None,
    }
}

#[async_trait]
impl PriceSource for Hyperliquid {
    async fn closes(
        &self,
        asset: &Asset,
        range: RangeInclusive<i64>,
    ) -> Result<Vec<Close>, PriceError> {
        let coin = coin(asset).ok_or_else(|| PriceError::NotListed {
            asset: asset.clone(),
            source_name: NAME,
        })?;
        let (mut from, end) = (*range.start(), *range.end());
        let mut closes = Vec::new();
        while from <= end {
            let to = end.min(from.saturating_add((CANDLES - 1) * CANDLE));
            let millis = from.saturating_mul(1_000)..=to.saturating_mul(1_000);
            for candle in self.candles(asset, coin, millis).await? {
                let time = candle.t.div_euclid(1_000);
                let price = match candle.c {
                    Number::Plain(price) => Some(price),
                    Number::Text(text) => text.parse().ok(),
                };
                let price = price.ok_or_else(|| PriceError::Malformed {
                    asset: asset.clone(),
                    source_name: NAME,
                    reason: format!("the close of {time} is no number"),
                })?;
                if (from..=to).contains(&time) {
                    closes.push(Close { time, price });
                }
            }
            from = to.saturating_add(1);
            if from <= end {
                sleep(PAUSE).await;
            }
        }
        closes.sort_by_key(|close| close.time);
        Ok(closes)
    }
}
