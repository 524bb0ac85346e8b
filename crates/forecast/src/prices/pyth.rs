use std::ops::RangeInclusive;

use async_trait::async_trait;
use axonry_http::{Client, HttpError, Request, Url};
use serde::Deserialize;

use super::{Close, PriceError, PriceSource};
use crate::Asset;

const NAME: &str = "Pyth";
/// Upstream's `hermes` backend.
const BENCHMARKS: &str = "https://benchmarks.pyth.network/v1/shims/tradingview/history";
/// Upstream's `pro` backend; the channel is the one that has every feed.
const PRO: &str = "https://pyth.dourolabs.app/v1/fixed_rate@200ms/history";

/// Minutes from Pyth, in the form TradingView asks for them; public and without a key.
#[derive(Clone, Debug)]
pub struct Pyth {
    client: Client,
    history: Url,
}

/// An answer of either backend.
#[derive(Deserialize)]
struct History {
    #[serde(default)]
    s: String,
    #[serde(default)]
    errmsg: Option<String>,
    #[serde(default)]
    t: Vec<i64>,
    #[serde(default)]
    c: Vec<Option<f64>>,
}

impl Pyth {
    /// Asks the public benchmarks.
    pub fn benchmarks(client: Client) -> Self {
        Self::at(client, fixed(BENCHMARKS))
    }

    /// Asks the newer router.
    pub fn pro(client: Client) -> Self {
        Self::at(client, fixed(PRO))
    }

    /// Asks whoever answers at `history` as they do.
    pub const fn at(client: Client, history: Url) -> Self {
        Self { client, history }
    }
}

pub(super) fn fixed(url: &str) -> Url {
    Url::parse(url).expect("a URL of our own")
}

/// How Pyth calls an asset (`PYTH_SYMBOL_MAP`).
fn symbol(asset: &Asset) -> Option<String> {
    let name = match asset.as_str() {
        // Gold by the ounce, as a token: the metal itself has closing hours.
        "XAU" => "XAUT",
        name @ ("BTC" | "ETH" | "SOL" | "SPYX" | "NVDAX" | "TSLAX" | "AAPLX" | "GOOGLX" | "XRP"
        | "HYPE") => name,
        _ => return None,
    };
    Some(format!("Crypto.{name}/USD"))
}

#[async_trait]
impl PriceSource for Pyth {
    async fn closes(
        &self,
        asset: &Asset,
        range: RangeInclusive<i64>,
    ) -> Result<Vec<Close>, PriceError> {
        let symbol = symbol(asset).ok_or_else(|| PriceError::NotListed {
            asset: asset.clone(),
            source_name: NAME,
        })?;
        let mut url = self.history.clone();
        url.query_pairs_mut()
            .append_pair("symbol", &symbol)
            .append_pair("resolution", "1")
            .append_pair("from", &range.start().to_string())
            .append_pair("to", &range.end().to_string());
        // What was not settled a moment ago may be now, so nothing is kept.
        let answer = self
            .client
            .json::<History>(Request::get(url).unkept())
            .await;
        let history = answer.map_err(|error| failed(NAME, asset, error))?.body;
        let wrong = |reason: String| PriceError::Malformed {
            asset: asset.clone(),
            source_name: NAME,
            reason,
        };
        if history.s == "error" {
            let said = history.errmsg.unwrap_or_default();
            return Err(wrong(said.chars().take(200).collect()));
        }
        if history.t.len() != history.c.len() {
            return Err(wrong("not as many closes as times".to_owned()));
        }
        let pairs = history.t.into_iter().zip(history.c);
        let closes = pairs.filter_map(|(time, price)| price.map(|price| Close { time, price }));
        let mut closes: Vec<_> = closes.filter(|it| range.contains(&it.time)).collect();
        closes.sort_by_key(|close| close.time);
        Ok(closes)
    }
}

/// A service that did not answer.
pub(super) fn failed(source_name: &'static str, asset: &Asset, error: HttpError) -> PriceError {
    PriceError::Failed {
        asset: asset.clone(),
        source_name,
        transient: error.is_transient(),
        source: Box::new(error),
    }
}
