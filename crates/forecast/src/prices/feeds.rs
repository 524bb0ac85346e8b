use std::ops::RangeInclusive;

use async_trait::async_trait;
use axonry_http::Client;

use super::hyperliquid::coin;
use super::{Close, Hyperliquid, PriceError, PriceSource, Pyth};
use crate::Asset;

/// The public feeds as upstream's validators use them: oil from [`Hyperliquid`], the rest from
/// [`Pyth`].
#[derive(Clone, Debug)]
pub struct PublicFeeds {
    pyth: Pyth,
    hyperliquid: Hyperliquid,
}

impl PublicFeeds {
    /// Both services at their own addresses.
    pub fn new(client: Client) -> Self {
        Self::of(Pyth::benchmarks(client.clone()), Hyperliquid::new(client))
    }

    /// These two.
    pub const fn of(pyth: Pyth, hyperliquid: Hyperliquid) -> Self {
        Self { pyth, hyperliquid }
    }
}

#[async_trait]
impl PriceSource for PublicFeeds {
    async fn closes(
        &self,
        asset: &Asset,
        range: RangeInclusive<i64>,
    ) -> Result<Vec<Close>, PriceError> {
        match coin(asset) {
            Some(_) => self.hyperliquid.closes(asset, range).await,
            None => self.pyth.closes(asset, range).await,
        }
    }
}
