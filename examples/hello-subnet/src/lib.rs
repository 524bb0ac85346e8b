//! The mechanism of a subnet whose miners earn by being there.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use axonry::chain::{AxonInfo, Neuron};
use axonry::core::{Observed, Score, Unknown};
use axonry::neuron::{Evaluation, Mechanism, MechanismError, Round};
use futures_util::{StreamExt, stream};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Miners score by how soon their axon accepts a connection: 1 at once, 0 after this long.
const PATIENCE: Duration = Duration::from_secs(1);

/// How many miners are tried at once.
const AT_ONCE: usize = 64;

/// Prefers miners that answer first.
#[derive(Clone, Copy, Debug, Default)]
pub struct FirstToAnswer;

#[async_trait]
impl Mechanism for FirstToAnswer {
    async fn evaluate(&self, round: Round<'_>) -> Result<Evaluation, MechanismError> {
        let mut evaluation = Evaluation::default();
        let tried: Vec<_> = round.metagraph.neurons().iter().map(knock).collect();
        let mut answers = stream::iter(tried).buffer_unordered(AT_ONCE);
        while let Some((neuron, took)) = answers.next().await {
            let observed = match Score::new(took.map_or(0.0, score)) {
                Ok(score) => Observed::known(score, round.now),
                Err(error) => Observed::unknown(Unknown::NotComputed(error.to_string())),
            };
            let word = if took.is_some() {
                "answered"
            } else {
                "refused"
            };
            evaluation.scores.insert(neuron.hotkey, observed);
            evaluation
                .explanations
                .insert(neuron.hotkey, word.to_owned());
        }
        Ok(evaluation)
    }
}

/// How long a miner took to accept a connection, if it did.
async fn knock(neuron: &Neuron) -> (&Neuron, Option<Duration>) {
    let Some(AxonInfo { address, .. }) = neuron.axon else {
        return (neuron, None);
    };
    let started = Instant::now();
    let connected = timeout(PATIENCE, TcpStream::connect(address)).await;
    (
        neuron,
        matches!(connected, Ok(Ok(_))).then(|| started.elapsed()),
    )
}

fn score(took: Duration) -> f64 {
    1.0 - took.as_secs_f64().min(PATIENCE.as_secs_f64()) / PATIENCE.as_secs_f64()
}
