//! A miner that answers: a geometric Brownian motion as volatile as the price was lately.

mod walk;

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axonry_wire::{AxonBuilder, Caller, Failure, Route};
use jiff::Timestamp;
use serde_json::value::RawValue;
use tokio::time::Instant;

use crate::{
    Asset, PriceError, PriceSource, Prompt, Simulation, SimulationInput, SimulationRequest,
    SimulationResponse,
};
use walk::Walk;

/// How far back the price is looked at, in seconds.
const LATELY: i64 = 86_400;

/// How long what was learnt of a price is good for.
const FRESH: Duration = Duration::from_secs(60);

/// Prices in one answer, at most: fifteen times what is asked today.
const PRICES: usize = 5_000_000;

/// A miner to start from: it answers every prompt at once, with paths that begin at the newest price
/// and wander as much as that did over the last day.
///
/// Prices have at most eight digits, as validators demand. The same seed, prompt and prices give the
/// same answer. Clones share what they know of prices.
///
/// ```
/// use std::sync::Arc;
/// use axonry_forecast::{BaselineMiner, Competition, Mode, Prompt, SeededPrices, read_paths};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let miner = BaselineMiner::new(Arc::new(SeededPrices::new(7)), 1);
/// let high = Competition::high();
/// let mut prompt = Prompt::new(&high, high.assets[0].clone(), "2026-02-03T10:25:00Z".parse()?);
/// prompt.num_simulations = 10;
/// let answer = miner.answer((&prompt).into()).await?;
/// let paths = answer.simulation_output.ok_or("paths")?;
/// assert!(read_paths(paths.get().as_bytes(), &prompt, Mode::Full).validation.is_correct());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct BaselineMiner {
    prices: Arc<dyn PriceSource>,
    seed: u64,
    /// Whether it lets prices stay as they are.
    still: bool,
    known: Arc<Mutex<HashMap<Asset, Known>>>,
}

/// What was learnt of a price.
struct Known {
    since: Instant,
    /// For prompts that start then, in seconds since 1970.
    start: i64,
    walk: Walk,
}

impl BaselineMiner {
    /// A miner that knows prices from `prices`, and draws lots by `seed`.
    pub fn new(prices: Arc<dyn PriceSource>, seed: u64) -> Self {
        Self {
            prices,
            seed,
            still: false,
            known: Arc::default(),
        }
    }

    /// One whose prices stay as they are.
    #[cfg(feature = "farm")]
    pub(crate) fn lazy(self) -> Self {
        Self {
            still: true,
            ..self
        }
    }

    /// Serves [`Simulation`] on an axon. Upstream's validators sign who asks, but not what: `route`
    /// has to be a [`Route::compat`] to hear them.
    #[must_use]
    pub fn serve(self, axon: AxonBuilder, route: Route) -> AxonBuilder {
        let answering = move |_: Caller, asked: SimulationRequest| {
            let miner = self.clone();
            async move { miner.answer(asked.simulation_input).await }
        };
        axon.route::<Simulation, _, _>(route, answering)
    }

    /// Answers a prompt.
    ///
    /// # Errors
    /// 400 for a prompt that cannot be, 503 where prices are not known.
    pub async fn answer(&self, input: SimulationInput) -> Result<SimulationResponse, Failure> {
        let prompt = prompt_of(&input).map_err(|why| Failure::new(400, why))?;
        let walk = self.walk(&prompt).await;
        let walk = walk.map_err(|error| Failure::new(503, error.to_string()))?;
        let walk = if self.still { walk.still() } else { walk };
        let seed = self.seed;
        let writing = tokio::task::spawn_blocking(move || walk.paths(&prompt, seed));
        let paths = writing
            .await
            .map_err(|_| Failure::new(500, "the paths failed"))?;
        let paths = RawValue::from_string(paths).expect("a list of lists of numbers is JSON");
        Ok(SimulationResponse {
            simulation_input: input,
            simulation_output: Some(paths),
        })
    }

    /// How the price has been walking until the prompt starts.
    async fn walk(&self, prompt: &Prompt) -> Result<Walk, PriceError> {
        let start = prompt.start_unix();
        if let Some(known) = self.known(&prompt.asset, start) {
            return Ok(known);
        }
        let closes = self.prices.closes(&prompt.asset, start - LATELY..=start);
        let walk = Walk::fitted(&closes.await?);
        let walk = walk.ok_or_else(|| PriceError::NotSettled {
            asset: prompt.asset.clone(),
            end: start,
            newest: None,
        })?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, known| known.since.elapsed() < FRESH);
        let since = Instant::now();
        known.insert(prompt.asset.clone(), Known { since, start, walk });
        Ok(walk)
    }

    fn known(&self, asset: &Asset, start: i64) -> Option<Walk> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get(asset)?;
        (known.since.elapsed() < FRESH && known.start == start).then_some(known.walk)
    }
}

impl fmt::Debug for BaselineMiner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BaselineMiner")
            .field("prices", &self.prices)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

/// What is asked, if it can be answered.
pub(crate) fn prompt_of(input: &SimulationInput) -> Result<Prompt, &'static str> {
    let start_time: Timestamp = input.start_time.parse().map_err(|_| "no start time")?;
    let prompt = Prompt {
        asset: input.asset.parse().map_err(|_| "no name of an asset")?,
        start_time,
        time_increment: NonZeroU32::new(input.time_increment).ok_or("no time increment")?,
        time_length: input.time_length,
        num_simulations: input.num_simulations,
    };
    if prompt.prices() > PRICES {
        return Err("more prices than anybody needs");
    }
    Ok(prompt)
}
