//! What a round has to say of prompts and scores: the `details` of its report.

use std::collections::BTreeMap;
use std::time::Duration;

use axonry_core::{Hotkey, Uid};
use serde::{Serialize, Serializer};

use crate::{Heard, Prompt};

/// The forecast part of a round's report.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ForecastReport {
    /// What was asked since the last round.
    pub prompts: Vec<PromptReport>,
    /// What was scored in this one.
    pub scored: Vec<ScoredReport>,
    /// Prompts that are settled by the clock and could not be scored, and why.
    pub unscored: Vec<UnscoredReport>,
}

/// What became of one prompt.
#[derive(Clone, Debug, Serialize)]
pub struct PromptReport {
    /// Whose price.
    pub asset: String,
    /// When paths begin, as miners are told.
    pub start_time: String,
    /// Seconds between two prices.
    pub time_increment: u32,
    /// Seconds from the first to the last.
    pub time_length: u32,
    /// Paths.
    pub num_simulations: u32,
    /// How long each miner had, in seconds.
    pub timeout_s: f64,
    /// Whether it was cut short because the program was told to stop.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stopped: bool,
    /// How many miners came to which outcome.
    pub outcomes: BTreeMap<&'static str, usize>,
    /// How long each part took, in milliseconds.
    pub stages_ms: Stages,
    /// What could not be saved or archived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_saved: Option<String>,
    /// Everyone who was asked, by uid.
    pub miners: Vec<MinerLine>,
}

/// How long each part of a prompt took.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Stages {
    /// Making what is the same for all: the body that everybody is sent.
    pub prepare: Milliseconds,
    /// From the first request until the last miner had answered or was given up.
    pub forward: Milliseconds,
    /// Reading and validating: processor time of all answers together, most of it while others are
    /// on the wire.
    pub read: Milliseconds,
    /// Saving: time in the store and the archive, most of it while others are on the wire.
    pub save: Milliseconds,
    /// From the last miner's end until everything was read and saved.
    pub behind: Milliseconds,
    /// All of it.
    pub whole: Milliseconds,
}

/// A duration, which is written in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Milliseconds(pub Duration);

impl Serialize for Milliseconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // To the microsecond.
        let micros = self.0.as_micros() as f64;
        serializer.serialize_f64(micros / 1_000.0)
    }
}

/// One miner in one prompt.
#[derive(Clone, Debug, Serialize)]
pub struct MinerLine {
    /// Its slot.
    pub uid: Uid,
    /// Its key.
    pub hotkey: Hotkey,
    /// `correct`, `incorrect`, or why there is no answer in a word
    /// ([`NotHeard::kind`](crate::NotHeard::kind)).
    pub outcome: &'static str,
    /// Why there is no answer, in a line.
    pub reason: Option<String>,
    /// Seconds from the first byte of the request to the last of the answer, whatever it said.
    pub latency_s: Option<f64>,
    /// The same for an answer that could be read: upstream's `process_time`.
    pub process_time: Option<f64>,
    /// Bytes of its body on the wire.
    pub bytes: usize,
    /// Upstream's `format_validation`: `CORRECT`, or the first rule that does not hold.
    pub format_validation: String,
    /// Processor time of reading and validating.
    pub read_ms: Milliseconds,
}

impl From<&Heard> for MinerLine {
    fn from(heard: &Heard) -> Self {
        let reason = heard.failure.as_ref();
        Self {
            uid: heard.miner.uid,
            hotkey: heard.miner.hotkey,
            outcome: heard.outcome(),
            reason: reason.map(|why| axonry_neuron::chain_of(why)),
            latency_s: heard.latency.map(|latency| latency.as_secs_f64()),
            process_time: heard.process_time(),
            bytes: heard.bytes,
            format_validation: heard.validation.to_string(),
            read_ms: Milliseconds(heard.reading),
        }
    }
}

impl PromptReport {
    pub(super) fn new(
        prompt: &Prompt,
        within: Duration,
        miners: Vec<MinerLine>,
        stages_ms: Stages,
        not_saved: Option<String>,
        stopped: bool,
    ) -> Self {
        let mut outcomes = BTreeMap::new();
        for miner in &miners {
            *outcomes.entry(miner.outcome).or_default() += 1;
        }
        Self {
            asset: prompt.asset.to_string(),
            start_time: prompt.start_time_text(),
            time_increment: prompt.time_increment.get(),
            time_length: prompt.time_length,
            num_simulations: prompt.num_simulations,
            timeout_s: within.as_secs_f64(),
            stopped,
            outcomes,
            stages_ms,
            not_saved,
            miners,
        }
    }

    /// How many answers count.
    pub fn correct(&self) -> usize {
        self.outcomes.get("correct").copied().unwrap_or(0)
    }
}

/// A prompt that was scored.
#[derive(Clone, Debug, Serialize)]
pub struct ScoredReport {
    /// The competition.
    pub competition: String,
    /// Whose price.
    pub asset: String,
    /// When its paths began.
    pub start_time: String,
    /// What a miner without a valid answer gets before the best is taken off.
    pub percentile90: f64,
    /// The best sum of CRPS.
    pub lowest: f64,
    /// Everyone with a score, by uid.
    pub miners: Vec<ScoreLine>,
}

/// One miner's score in one prompt.
#[derive(Clone, Debug, Serialize)]
pub struct ScoreLine {
    /// Its slot when it was asked.
    pub uid: Uid,
    /// Its key then.
    pub hotkey: Hotkey,
    /// The sum of CRPS; `null` where the answer does not count.
    pub crps: Option<f64>,
    /// The prompt score: 0 is the best.
    pub prompt_score: f64,
}

/// A prompt that could not be scored.
#[derive(Clone, Debug, Serialize)]
pub struct UnscoredReport {
    /// The competition.
    pub competition: String,
    /// Whose price.
    pub asset: String,
    /// When its paths began.
    pub start_time: String,
    /// Why not.
    pub reason: String,
}
