use std::collections::BTreeMap;

use axonry_core::{Coldkey, Hotkey, Uid, UnixMillis};

/// A request, as the database numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// A miner, as the database numbers it: a uid together with both its keys. A uid that changes hands
/// is another miner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MinerId(pub u64);

/// One miner's answer to one request, as the database numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PredictionId(pub u64);

/// What miners were asked (`validator_requests`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// When the paths begin.
    pub start_time: UnixMillis,
    /// Of what.
    pub asset: String,
    /// Seconds between two points of a path.
    pub time_increment: u32,
    /// Seconds from the first point to the last.
    pub time_length: u32,
    /// How many paths.
    pub num_simulations: u32,
    /// When it was asked.
    pub request_time: UnixMillis,
}

/// A request that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRequest {
    /// Its number.
    pub id: RequestId,
    /// What was asked.
    pub request: Request,
}

/// A miner as the metagraph shows it (`miners`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Miner {
    /// Its place.
    pub uid: Uid,
    /// Who owns it.
    pub coldkey: Coldkey,
    /// Who answers.
    pub hotkey: Hotkey,
}

/// What is kept of a miner's paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prediction {
    /// Nothing: the answer was not valid, did not come, or was let go of.
    Nothing,
    /// The text of the answer's array as it came: exact, and 2.5 times as long as the next.
    Json(String),
    /// The paths alone, one after the other, as little-endian 32-bit floats. Prices change by 10⁻⁷
    /// of themselves, and scores with them.
    F32(Vec<u8>),
}

/// What a miner answered (`miner_predictions`).
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Who; one of those the request was begun with.
    pub uid: Uid,
    /// Seconds until the answer was there; nothing when none came.
    pub process_time: Option<f64>,
    /// What the validation said.
    pub format_validation: String,
    /// The paths, when it said they are valid.
    pub prediction: Prediction,
}

/// An answer without its paths, which [`Predictions::prediction`] reads one at a time.
///
/// [`Predictions::prediction`]: super::Predictions::prediction
#[derive(Clone, Debug, PartialEq)]
pub struct StoredAnswer {
    /// Its number.
    pub id: PredictionId,
    /// Who answered.
    pub miner: MinerId,
    /// Its place when it was asked.
    pub uid: Uid,
    /// Its hotkey then.
    pub hotkey: Hotkey,
    /// Seconds until the answer was there; nothing when none came.
    pub process_time: Option<f64>,
    /// What the validation said.
    pub format_validation: String,
}

/// What became of answers that were to be saved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// How many rows there are now.
    pub rows: usize,
    /// How many bytes of predictions.
    pub bytes: usize,
    /// Whom the request was not begun with; nothing of theirs is kept.
    pub strangers: Vec<Uid>,
    /// Whose paths the database refuses; the rest of their row is kept.
    pub refused: Vec<Uid>,
}

/// A score of one answer (`miner_scores`).
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// Which answer.
    pub prediction: PredictionId,
    /// The prompt score; not a number where there is none.
    pub prompt_score: f64,
    /// `score_details_v3`: a JSON text.
    pub details: String,
}

/// All scores of one request, and what they were held against.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    /// The moment the scores are of: when the paths end.
    pub scored_time: UnixMillis,
    /// What really happened, point by point; nothing where no price is known.
    pub real_prices: Vec<Option<f64>>,
    /// What a miner without a valid answer gets before the best is taken off.
    pub percentile90: Option<f64>,
    /// The best sum.
    pub lowest_score: Option<f64>,
    /// One per answer.
    pub scores: Vec<Score>,
}

/// A score as the moving average takes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreRow {
    /// Whose.
    pub miner: MinerId,
    /// The prompt score; not a number where there is none.
    pub prompt_score: f64,
    /// The moment it is of.
    pub scored_time: UnixMillis,
    /// Of what: a place in [`ScoreWindow::assets`].
    pub asset: usize,
    /// Of the first row with this `scored_time`, as upstream's query has it.
    pub percentile90: Option<f64>,
    /// Of the first row with this `scored_time`.
    pub lowest_score: Option<f64>,
}

/// The scores of a window, by moment and then by number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScoreWindow {
    /// The names of the assets.
    pub assets: Vec<String>,
    /// The scores.
    pub rows: Vec<ScoreRow>,
}

impl ScoreWindow {
    /// The name of a row's asset.
    pub fn asset(&self, row: &ScoreRow) -> &str {
        &self.assets[row.asset]
    }
}

/// Who holds each uid, by the newest row of `miners`.
pub type CurrentMiners = BTreeMap<MinerId, Miner>;

/// What a miner is to get (`miner_rewards`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reward {
    /// Who.
    pub miner: MinerId,
    /// Its place.
    pub uid: Uid,
    /// The moving average; infinite where all of its scores are unknown.
    pub smoothed_score: f64,
    /// Its share.
    pub reward_weight: f64,
}

/// A vector and what became of it (`weights_update_history`).
#[derive(Clone, Debug, PartialEq)]
pub struct WeightsUpdate {
    /// The uids with a reward.
    pub miner_uids: Vec<u16>,
    /// Their rewards.
    pub miner_weights: Vec<f64>,
    /// The uids submitted.
    pub norm_miner_uids: Vec<u16>,
    /// Their weights as submitted.
    pub norm_miner_weights: Vec<u16>,
    /// `SUCCESS`, or what went wrong.
    pub update_result: String,
    /// When.
    pub updated_at: UnixMillis,
}

/// A neuron as the metagraph had it (`metagraph_history`).
#[derive(Clone, Debug, PartialEq)]
pub struct NeuronRecord {
    /// Its place and keys.
    pub miner: Miner,
    /// Shares and amounts as upstream's metagraph gives them.
    pub incentive: f64,
    /// Rank.
    pub rank: f64,
    /// Stake.
    pub stake: f64,
    /// Trust.
    pub trust: f64,
    /// Emission.
    pub emission: f64,
    /// Pruning score.
    pub pruning_score: f64,
    /// Where its axon is.
    pub ip_address: String,
}
