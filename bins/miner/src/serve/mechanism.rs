//! What a miner can answer. A mechanism plugs in here: a name, and the routes it adds.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use axonry_forecast::{BaselineMiner, FilePrices, PriceSource, PublicFeeds};
use axonry_http::Client;
use axonry_wire::{AxonBuilder, Route};
use clap::{Args, ValueEnum};

use crate::subnet::Home;

/// The mechanisms this program can answer for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MechanismName {
    /// Nothing but whether anybody is there: shows that one's axon can be reached.
    Ping,
    /// Price paths, as subnet 50 asks for: a baseline to start from.
    Forecast,
}

/// What a miner of forecasts goes by.
#[derive(Clone, Debug, Args)]
pub(crate) struct ForecastArguments {
    /// Prices that forecasts begin with, from a file in place of the public feeds: CSV or JSON.
    #[arg(long, env = "AXONRY_PRICES", value_name = "FILE")]
    prices: Option<PathBuf>,
    /// What paths are drawn by: the same number draws the same ones.
    #[arg(long, env = "AXONRY_SEED", value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
}

impl MechanismName {
    /// Where validators ask for it.
    pub(crate) const fn home(self) -> Home {
        match self {
            Self::Ping => Home::OPEN_SOURCE,
            Self::Forecast => Home {
                finney: 50,
                test: 247,
            },
        }
    }

    /// Adds the mechanism's routes to an axon, which knows its callers already.
    pub(crate) fn answer(
        self,
        axon: AxonBuilder,
        forecast: &ForecastArguments,
    ) -> Result<AxonBuilder> {
        match self {
            // Every axon answers this by itself.
            Self::Ping => Ok(axon),
            Self::Forecast => {
                let prices: Arc<dyn PriceSource> = match &forecast.prices {
                    Some(path) => Arc::new(FilePrices::open(path)?),
                    None => {
                        let client = Client::builder().build();
                        let client = client.context("could not make the HTTP client")?;
                        Arc::new(PublicFeeds::new(client))
                    }
                };
                let miner = BaselineMiner::new(prices, forecast.seed);
                // Upstream's validators do not sign what they ask.
                Ok(miner.serve(axon, Route::compat().only_validators()))
            }
        }
    }
}
