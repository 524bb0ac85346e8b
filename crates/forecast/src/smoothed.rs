//! From prompt scores of a window to one score per miner, and from those to weights.

use std::collections::{BTreeMap, BTreeSet};

use axonry_scoring::number::sum;
use jiff::Timestamp;

use crate::{Asset, Competition};

/// How much an asset's scores count, so that assets of small changes are heard too: upstream's
/// `ASSET_COEFFICIENTS`, `mode-network/synth-subnet` `synth/validator/moving_average.py`. 1 for an
/// asset that is not listed.
pub fn asset_coefficient(asset: &Asset) -> f64 {
    match asset.as_str() {
        "ETH" => 0.706_436_639_403_387_1,
        "XAU" => 1.737_092_259_711_869_9,
        "SOL" => 0.631_003_717_563_955_9,
        "SPYX" => 3.437_935_601_155_441,
        "NVDAX" => 1.602_821_760_161_717_4,
        "TSLAX" => 1.606_875_593_695_776_8,
        "AAPLX" => 2.091_638_081_584_312_3,
        "GOOGLX" => 1.682_739_277_725_792_6,
        "XRP" => 0.565_839_411_080_913_1,
        "HYPE" => 0.478_454_713_370_685_7,
        "WTIOIL" => 0.847_506_284_797_893_5,
        _ => 1.0,
    }
}

/// A prompt score of the window, with what upstream stores beside it. `K` names a miner.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreRow<K> {
    /// Whose it is.
    pub miner: K,
    /// The score; NaN counts for nothing.
    pub prompt_score: f64,
    /// The end of the prompt's horizon.
    pub scored_time: Timestamp,
    /// Of which asset.
    pub asset: Asset,
    /// [`percentile90`](crate::PromptScores::percentile90) of the prompt, if it is known.
    pub percentile90: Option<f64>,
    /// [`lowest_score`](crate::PromptScores::lowest_score) of the prompt, if it is known.
    pub lowest_score: Option<f64>,
}

/// A prompt score that counts towards the average, whether it was earned or filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct PreparedScore<K> {
    /// Whose it is.
    pub miner: K,
    /// The score; NaN counts for nothing.
    pub prompt_score: f64,
    /// The end of the prompt's horizon.
    pub scored_time: Timestamp,
    /// Of which asset.
    pub asset: Asset,
}

/// Gives miners that came later the worst score of every prompt they missed before: upstream's
/// `prepare_df_for_moving_average`.
///
/// A miner whose first row is later than the first of all gets a row for every earlier time, with
/// `percentile90 − lowest_score` of that time. Holes behind a miner's first row stay. Rows come out
/// by time and miner.
///
/// **Parity**: what is filled in at a time is taken from its first row, so that two assets with the
/// same time are one. Where that row does not say, NaN is filled in, if any row says it, else
/// nothing; neither counts.
pub fn back_filled<K: Ord + Clone>(rows: &[ScoreRow<K>]) -> Vec<PreparedScore<K>> {
    let (mut times, mut joined) = (BTreeMap::new(), BTreeMap::new());
    for row in rows {
        times.entry(row.scored_time).or_insert(row);
        let first = joined.entry(&row.miner).or_insert(row.scored_time);
        *first = row.scored_time.min(*first);
    }
    // A column of numbers holds NaN where there is none, a column of nothing holds nothing.
    let absent = |column: fn(&ScoreRow<K>) -> Option<f64>| {
        rows.iter()
            .any(|row| column(row).is_some())
            .then_some(f64::NAN)
    };
    let no_percentile = absent(|row| row.percentile90);
    let no_lowest = absent(|row| row.lowest_score);
    let worst = |row: &ScoreRow<K>| {
        let percentile90 = row.percentile90.or(no_percentile)?;
        Some(percentile90 - row.lowest_score.or(no_lowest)?)
    };
    let earned = rows.iter().map(|row| PreparedScore {
        miner: row.miner.clone(),
        prompt_score: row.prompt_score,
        scored_time: row.scored_time,
        asset: row.asset.clone(),
    });
    let mut prepared: Vec<_> = earned.collect();
    for (miner, first) in joined {
        let missed = times.range(..first);
        prepared.extend(missed.filter_map(|(&scored_time, row)| {
            Some(PreparedScore {
                miner: miner.clone(),
                prompt_score: worst(row)?,
                scored_time,
                asset: row.asset.clone(),
            })
        }));
    }
    prepared.sort_by(|one, other| {
        let time = one.scored_time.cmp(&other.scored_time);
        time.then_with(|| one.miner.cmp(&other.miner))
    });
    prepared
}

/// The average of each miner's scores until a moment, by asset coefficients: `Σ c_j s_j / Σ c_j`,
/// upstream's `compute_smoothed_score`.
///
/// There is no decay: within the window all scores are equally old. A miner none of whose scores
/// counts gets infinity, the worst. Empty if no score counts at all.
pub fn smoothed_scores<K: Ord + Clone>(
    prepared: &[PreparedScore<K>],
    until: Timestamp,
) -> BTreeMap<K, f64> {
    let mut counted: BTreeMap<&K, Vec<(f64, f64)>> = BTreeMap::new();
    for row in prepared {
        if row.scored_time <= until && !row.prompt_score.is_nan() {
            let coefficient = asset_coefficient(&row.asset);
            let scores = counted.entry(&row.miner).or_default();
            scores.push((row.prompt_score, coefficient));
        }
    }
    if counted.is_empty() {
        return BTreeMap::new();
    }
    let average = |scores: &Vec<(f64, f64)>| {
        let weighted = sum(scores
            .iter()
            .map(|(score, coefficient)| score * coefficient));
        weighted / sum(scores.iter().map(|(_, coefficient)| *coefficient))
    };
    let miners: BTreeSet<&K> = prepared.iter().map(|row| &row.miner).collect();
    let scores = miners.into_iter().map(|miner| {
        let score = counted.get(miner).map_or(f64::INFINITY, average);
        (miner.clone(), score)
    });
    scores.collect()
}

/// `exp(β s_i − max_j β s_j) / Σ`, upstream's `compute_softmax`: with a negative `β`, the lower a
/// score the greater its share.
///
/// An infinite score gets 0. Where all are infinite or one is NaN there are no shares, and every one
/// is NaN, as of numpy; `axonry_scoring::softmax` has shares then too.
pub fn softmax(scores: &[f64], beta: f64) -> Vec<f64> {
    let scaled = || scores.iter().map(|score| beta * score);
    let greatest = scaled().reduce(|one, other| {
        if one.is_nan() || one > other {
            one
        } else {
            other
        }
    });
    let Some(greatest) = greatest else {
        return Vec::new();
    };
    let shares: Vec<f64> = scaled().map(|scaled| (scaled - greatest).exp()).collect();
    let total = sum(shares.iter().copied());
    shares.into_iter().map(|share| share / total).collect()
}

/// What a miner gets of the weights: upstream's row of `miner_rewards`.
#[derive(Clone, Debug, PartialEq)]
pub struct Reward<K> {
    /// Who.
    pub miner: K,
    /// Its smoothed score, in the first competition it has one in.
    pub smoothed_score: f64,
    /// Its part, of all competitions together.
    pub reward_weight: f64,
    /// The first competition it has a score in.
    pub prompt_name: String,
}

/// The parts of one competition's share of the weights, by miner; who gets nothing is left out.
///
/// Pass the scores of registered miners alone: the share is theirs.
pub fn rewards<K: Clone>(smoothed: &BTreeMap<K, f64>, competition: &Competition) -> Vec<Reward<K>> {
    let scores: Vec<f64> = smoothed.values().copied().collect();
    let shares = softmax(&scores, competition.softmax_beta);
    let rewarded = smoothed
        .iter()
        .zip(shares)
        .filter(|(_, share)| *share > 0.0);
    let reward = |((miner, &smoothed_score), share): ((&K, &f64), f64)| Reward {
        miner: miner.clone(),
        smoothed_score,
        reward_weight: share * competition.smoothed_score_coefficient,
        prompt_name: competition.label.clone(),
    };
    rewarded.map(reward).collect()
}

/// Adds up the parts of each miner over competitions, in the order of first appearance: upstream's
/// `combine_moving_averages`.
pub fn combined<K: Ord + Clone>(
    competitions: impl IntoIterator<Item = Vec<Reward<K>>>,
) -> Vec<Reward<K>> {
    let (mut all, mut places) = (Vec::<Reward<K>>::new(), BTreeMap::new());
    for reward in competitions.into_iter().flatten() {
        match places.get(&reward.miner) {
            Some(&place) => {
                let earlier: &mut Reward<K> = &mut all[place];
                earlier.reward_weight += reward.reward_weight;
            }
            None => {
                places.insert(reward.miner.clone(), all.len());
                all.push(reward);
            }
        }
    }
    all
}

/// The weight of the owner's own uid: as much as all miners have together, so that it gets half.
pub fn owner_weight<K>(rewards: &[Reward<K>]) -> f64 {
    sum(rewards.iter().map(|reward| reward.reward_weight))
}
