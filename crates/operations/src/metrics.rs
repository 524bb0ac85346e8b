mod schema;
mod tally;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axonry_core::NetUid;
use axonry_neuron::{Progress, RoundReport, Stage, Step};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use serde::Serialize;

use self::schema::Schema;
use self::tally::Tally;

/// What a validator's or miner's rounds, weights and requests amount to, in one schema for every
/// subnet: every series carries its `netuid`. Clones share the numbers.
///
/// It is a [`Progress`]: stages, blocks and alarms are taken from there. With 256 miners there are
/// fewer than 1,000 series, since miners are told apart by uid only.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Registry>,
    shared: Shared,
}

/// The numbers, and where requests are counted.
#[derive(Clone, Default)]
pub(crate) struct Shared {
    tally: Arc<Mutex<Tally>>,
    traffic: Arc<Mutex<Option<Traffic>>>,
}

type Traffic = Box<dyn Fn() -> Vec<ServerTraffic> + Send + Sync>;

/// What one server has been asked since the start of the program.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ServerTraffic {
    /// The server: `chain`, or `host:port`.
    pub server: String,
    /// Requests sent, retries among them.
    pub requests: u64,
    /// Attempts after a failed one.
    pub retries: u64,
    /// Answers that asked to slow down.
    pub rate_limited: u64,
    /// Body bytes received.
    pub received_bytes: u64,
    /// Seconds that requests waited for their turn, added up.
    pub waited_seconds: f64,
}

impl Metrics {
    /// Numbers of a program that has done nothing yet.
    pub fn new(netuid: NetUid) -> Self {
        let shared = Shared::default();
        let labels = [("netuid".into(), netuid.0.to_string().into())];
        let mut registry = Registry::with_labels(labels.into_iter());
        registry.register_collector(Box::new(Schema(shared.clone())));
        Self {
            registry: Arc::new(registry),
            shared,
        }
    }

    /// Takes over what a round did.
    pub fn round(&self, report: &RoundReport) {
        self.shared.tally().round(report);
    }

    /// Asks `traffic` for the requests so far whenever somebody looks.
    pub fn count_requests(&self, traffic: impl Fn() -> Vec<ServerTraffic> + Send + Sync + 'static) {
        let mut counted = locked(&self.shared.traffic);
        *counted = Some(Box::new(traffic));
    }

    /// Everything in the OpenMetrics text form. `silences` says for each task how many seconds ago it
    /// was last heard of.
    pub fn text(&self, silences: &[(&'static str, f64)]) -> String {
        self.shared.tally().silences = silences.to_vec();
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to a string does not fail");
        text
    }
}

impl Progress for Metrics {
    fn note(&self, step: Step<'_>) {
        match step {
            Step::Stage(stage) => self.shared.tally().stage = Some(stage),
            Step::Block(block) => self.shared.tally().block = Some(block),
            Step::Alarm(alarm) => self.shared.tally().alarm(alarm),
            _ => {}
        }
    }
}

impl Shared {
    fn tally(&self) -> MutexGuard<'_, Tally> {
        locked(&self.tally)
    }

    fn traffic(&self) -> Vec<ServerTraffic> {
        locked(&self.traffic)
            .as_ref()
            .map_or_else(Vec::new, |all| all())
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

/// Numbers are whole after every step, so that a panic elsewhere does not spoil them.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The stages, in the order of a round.
const STAGES: [Stage; 4] = [Stage::Snapshot, Stage::Evaluate, Stage::Plan, Stage::Land];
