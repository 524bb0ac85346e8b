//! From the scores of the window to what each miner gets.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axonry_core::{Hotkey, Observed, Score, Unknown};
use axonry_neuron::{Evaluation, Round};
use axonry_store::StoreError;
use axonry_store::predictions::{self, CurrentMiners, MinerId, ScoreWindow};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::Shared;
use super::asking::unix;
use super::scoring::Scored;
use crate::{
    Competition, Reward, ScoreRow, back_filled, combined, next_minute, rewards, smoothed_scores,
};

/// What one competition makes of its window.
struct Standing {
    label: String,
    smoothed: BTreeMap<MinerId, f64>,
    prompts: usize,
    rewards: Vec<Reward<MinerId>>,
}

impl Shared {
    /// Turns the scores of each competition's window into rewards, and rewards into scores: what a
    /// miner is to have of the weights. Written down when something was scored anew.
    pub(super) async fn weigh(
        &self,
        round: &Round<'_>,
        scored: &Scored,
    ) -> Result<Evaluation, StoreError> {
        let now = next_minute(self.parts.clock.now(), std::time::Duration::ZERO);
        let current = self.parts.predictions.current_miners().await?;
        let mut standings = Vec::new();
        for competition in &self.settings.competitions {
            standings.push(self.standing(competition, &current, now).await?);
        }
        if !scored.reports.is_empty() {
            self.write_down(&standings, &current, now).await?;
        }
        let all = combined(standings.iter().map(|one| one.rewards.clone()));
        let by_hotkey: BTreeMap<Hotkey, f64> = all
            .iter()
            .filter_map(|reward| Some((current.get(&reward.miner)?.hotkey, reward.reward_weight)))
            .collect();
        let ids: BTreeMap<Hotkey, MinerId> = current
            .iter()
            .map(|(id, miner)| (miner.hotkey, *id))
            .collect();
        let mut evaluation = Evaluation::default();
        for neuron in round.metagraph.neurons() {
            let hotkey = neuron.hotkey;
            let id = ids.get(&hotkey);
            let mine: Vec<_> = standings
                .iter()
                .filter_map(|one| Some((one, *one.smoothed.get(id?)?)))
                .collect();
            if mine.is_empty() {
                let unknown = Observed::unknown(why_unknown(scored));
                evaluation.scores.insert(hotkey, unknown);
                continue;
            }
            // Whose share is too small for a number has none: upstream leaves it what it had.
            let reward = by_hotkey.get(&hotkey).copied().unwrap_or(0.0);
            let score = Score::new(reward).unwrap_or(Score::ZERO);
            evaluation
                .scores
                .insert(hotkey, Observed::known(score, round.now));
            evaluation.explanations.insert(hotkey, explained(&mine));
            let trace = mine.iter().map(|(standing, smoothed)| {
                json!({
                    "competition": standing.label, "smoothed_score": finite(*smoothed),
                    "prompts": standing.prompts,
                })
            });
            let trace =
                json!({ "competitions": trace.collect::<Vec<_>>(), "reward_weight": reward });
            evaluation.traces.insert(hotkey, trace.to_string());
        }
        Ok(evaluation)
    }

    async fn standing(
        &self,
        competition: &Competition,
        current: &CurrentMiners,
        now: Timestamp,
    ) -> Result<Standing, StoreError> {
        let window = SignedDuration::try_from(competition.window).unwrap_or(SignedDuration::MAX);
        let after = now.saturating_sub(window).unwrap_or(Timestamp::MIN);
        let predictions = &self.parts.predictions;
        let read = predictions
            .scores(competition.time_length, unix(after))
            .await?;
        let (prompts, rows) = rows_of(&read);
        let mut smoothed = smoothed_scores(&back_filled(&rows), now);
        smoothed.retain(|miner, _| current.contains_key(miner));
        Ok(Standing {
            label: competition.label.clone(),
            rewards: rewards(&smoothed, competition),
            smoothed,
            prompts,
        })
    }

    async fn write_down(
        &self,
        standings: &[Standing],
        current: &CurrentMiners,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for standing in standings {
            let row = |reward: &Reward<MinerId>| {
                Some(predictions::Reward {
                    miner: reward.miner,
                    uid: current.get(&reward.miner)?.uid,
                    smoothed_score: reward.smoothed_score,
                    reward_weight: reward.reward_weight,
                })
            };
            let rows: Vec<_> = standing.rewards.iter().filter_map(row).collect();
            let store = &self.parts.predictions;
            store
                .save_rewards(&standing.label, unix(now), &rows)
                .await?;
        }
        Ok(())
    }
}

/// How many moments have scores, and the scores.
fn rows_of(window: &ScoreWindow) -> (usize, Vec<ScoreRow<MinerId>>) {
    let row = |row: &predictions::ScoreRow| {
        let moment = i64::try_from(row.scored_time.0).ok()?;
        Some(ScoreRow {
            miner: row.miner,
            prompt_score: row.prompt_score,
            scored_time: Timestamp::from_millisecond(moment).ok()?,
            asset: window.asset(row).parse().ok()?,
            percentile90: row.percentile90,
            lowest_score: row.lowest_score,
        })
    };
    let rows: Vec<_> = window.rows.iter().filter_map(row).collect();
    let mut moments: Vec<_> = rows
        .iter()
        .map(|row| (row.scored_time, &row.asset))
        .collect();
    moments.sort_unstable();
    moments.dedup();
    (moments.len(), rows)
}

fn why_unknown(scored: &Scored) -> Unknown {
    match scored.unscored.first() {
        Some(unscored) => Unknown::NotComputed(unscored.reason.clone()),
        None => Unknown::NotStoredYet,
    }
}

fn explained(mine: &[(&Standing, f64)]) -> String {
    let mut text = String::new();
    for (standing, smoothed) in mine {
        let between = if text.is_empty() { "" } else { "; " };
        let (label, prompts) = (&standing.label, standing.prompts);
        let _ = write!(
            text,
            "{between}{label}: {smoothed:.2} over {prompts} prompts"
        );
    }
    text
}

/// JSON has no infinity.
fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number)
}
