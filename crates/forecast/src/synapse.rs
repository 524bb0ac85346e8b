use axonry_wire::Synapse;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::Prompt;

/// The question for price paths: `Simulation` of `mode-network/synth-subnet`
/// (`synth/protocol.py`), which hashes none of its fields.
#[derive(Clone, Copy, Debug)]
pub struct Simulation;

impl Synapse for Simulation {
    const NAME: &'static str = "Simulation";
    const REQUIRED: &'static [&'static str] = &["simulation_input"];
    const HASHED: &'static [&'static str] = &[];
    type Request = SimulationRequest;
    type Response = SimulationResponse;
}

/// What a validator asks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SimulationRequest {
    /// The question.
    pub simulation_input: SimulationInput,
    /// Nothing yet; upstream's senders have the field all the same.
    #[serde(default)]
    pub simulation_output: Option<Box<RawValue>>,
}

/// What a miner answers: the question again, without which upstream's validators do not read the
/// answer, and the paths.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SimulationResponse {
    /// The question as it came.
    pub simulation_input: SimulationInput,
    /// `[start, increment, [price, …], …]`, `null` where there is no answer. It stays text: it is
    /// large, and written and read by code of its own.
    pub simulation_output: Option<Box<RawValue>>,
}

/// A prompt as it is on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SimulationInput {
    /// The asset: `BTC`.
    pub asset: String,
    /// When the paths begin, as `YYYY-MM-DDTHH:MM:SS+00:00`.
    pub start_time: String,
    /// Seconds from one price to the next.
    pub time_increment: u32,
    /// Seconds from the first price to the last.
    pub time_length: u32,
    /// How many paths.
    pub num_simulations: u32,
}

impl Default for SimulationInput {
    fn default() -> Self {
        Self {
            asset: "BTC".to_owned(),
            start_time: String::new(),
            time_increment: 300,
            time_length: 86_400,
            num_simulations: 1,
        }
    }
}

impl From<&Prompt> for SimulationInput {
    fn from(prompt: &Prompt) -> Self {
        Self {
            asset: prompt.asset.as_str().to_owned(),
            start_time: prompt.start_time_text(),
            time_increment: prompt.time_increment.get(),
            time_length: prompt.time_length,
            num_simulations: prompt.num_simulations,
        }
    }
}

impl From<&Prompt> for SimulationRequest {
    fn from(prompt: &Prompt) -> Self {
        Self {
            simulation_input: prompt.into(),
            simulation_output: None,
        }
    }
}
