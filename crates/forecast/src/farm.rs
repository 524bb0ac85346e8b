//! Miners on loopback sockets, good and bad, for a dev network and tests.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axonry_core::Hotkey;
use axonry_wire::{Axon, Caller, Failure, Route};
use futures_util::future::join_all;
use serde_json::value::RawValue;
use tokio::net::TcpListener;

use crate::{BaselineMiner, PriceSource, Simulation, SimulationRequest, SimulationResponse};

/// How long requests under way may take when the farm ends.
const DRAIN: Duration = Duration::from_secs(1);

/// What a miner of a farm is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// A [`BaselineMiner`] with lots of its own.
    Good,
    /// Answers that the price stays as it is, in every path.
    Lazy,
    /// Answers what the first good one answers.
    Copier,
    /// Answers quickly, large, and not what was asked for.
    Hostile,
}

impl Manner {
    /// A mixture: of five miners two are good, and one is of each other kind.
    pub const fn of(place: usize) -> Self {
        match place % 5 {
            0 | 1 => Self::Good,
            2 => Self::Lazy,
            3 => Self::Copier,
            _ => Self::Hostile,
        }
    }
}

/// Miners that serve until they are stopped or dropped.
#[derive(Debug)]
pub struct Farm {
    axons: BTreeMap<Hotkey, Axon>,
}

impl Farm {
    /// Has every miner serve on a port of its own on loopback.
    ///
    /// # Errors
    /// When a port cannot be had.
    pub async fn spawn(
        prices: &Arc<dyn PriceSource>,
        miners: impl IntoIterator<Item = (Hotkey, Manner)>,
    ) -> std::io::Result<Self> {
        let mut axons = BTreeMap::new();
        for (seed, (hotkey, manner)) in (1..).zip(miners) {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let axon = Axon::builder(hotkey);
            let seed = match manner {
                Manner::Copier => 1,
                _ => seed,
            };
            let miner = BaselineMiner::new(Arc::clone(prices), seed);
            let axon = match manner {
                Manner::Good | Manner::Copier => miner.serve(axon, Route::compat()),
                Manner::Lazy => miner.lazy().serve(axon, Route::compat()),
                Manner::Hostile => axon.route::<Simulation, _, _>(Route::compat(), nonsense),
            };
            axons.insert(hotkey, axon.serve(listener)?);
        }
        Ok(Self { axons })
    }

    /// Where a miner serves.
    pub fn address(&self, hotkey: &Hotkey) -> Option<SocketAddr> {
        self.axons.get(hotkey).map(Axon::address)
    }

    /// Lets every miner finish what it is answering, and ends.
    pub async fn stop(self) {
        join_all(self.axons.into_values().map(|axon| axon.drain(DRAIN))).await;
    }
}

/// One path fewer than was asked for, of a point more, and none of it numbers.
async fn nonsense(_: Caller, asked: SimulationRequest) -> Result<SimulationResponse, Failure> {
    let input = asked.simulation_input;
    let points = usize::try_from(input.time_length / input.time_increment.max(1)).unwrap_or(0);
    let path = format!("[{}\"NaN\"]", "\"Infinity\",".repeat(points.min(10_000)));
    let paths = vec![
        path;
        usize::try_from(input.num_simulations)
            .unwrap_or(0)
            .min(1_000)
    ];
    let text = format!("[{},0,{}]", input.time_increment, paths.join(","));
    let output = RawValue::from_string(text);
    Ok(SimulationResponse {
        simulation_input: input,
        simulation_output: output.ok(),
    })
}
