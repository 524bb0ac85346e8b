//! Settled prompts, held against what happened.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axonry_core::{Hotkey, Uid, UnixMillis};
use axonry_neuron::{Progress, Step};
use axonry_scoring::crps::{Ensemble, Judge, PathScore};
use axonry_store::StoreError;
use axonry_store::predictions::{Prediction, Score, Scores, StoredAnswer, StoredRequest};
use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::time::Instant;
use tracing::warn;

use super::Shared;
use super::asking::unix;
use super::report::{ScoreLine, ScoredReport, UnscoredReport};
use crate::{
    Competition, Keep, Mode, Paths, PriceError, Prompt, Validation, next_minute, prompt_scores,
};
use crate::{PromptScores, RealPrices, read_paths};

/// From the end of a horizon until its last price is out: the minute's candle, and 30 s for the feed
/// to publish it (`get_validator_requests_to_score`).
const PUBLISHED: SignedDuration = SignedDuration::from_secs(90);

/// From the end of a horizon until a prompt is scored for certain.
pub(super) const SETTLING: SignedDuration = SignedDuration::from_secs(90 + 60);

/// Answers of one prompt that are read and judged at once.
const AT_ONCE: usize = 4;

/// How long a round waits in all for an archive that does not answer.
const AWAY: Duration = Duration::from_secs(60);

/// What a round scored.
#[derive(Debug, Default)]
pub(super) struct Scored {
    pub(super) reports: Vec<ScoredReport>,
    pub(super) unscored: Vec<UnscoredReport>,
}

/// Why a settled prompt has no scores.
enum Unscored {
    Prices(PriceError),
    Prompt(&'static str),
    NobodyCorrect,
    Archive(Unread),
    Interval(axonry_scoring::crps::CrpsError),
}

/// Why a prompt's answers cannot be read from the archive.
#[derive(Debug)]
pub(super) struct Unread {
    pub(super) why: String,
    /// Whether the archive as a whole is, and not only this file.
    pub(super) away: bool,
}

impl Shared {
    /// Scores every prompt whose horizon is over, as far as prices are known; what is not scored is
    /// tried again in the next round, as long as the window is.
    pub(super) async fn score_settled(
        &self,
        progress: &dyn Progress,
    ) -> Result<Scored, StoreError> {
        let mut scored = Scored::default();
        let mut waited = Duration::ZERO;
        let now = next_minute(self.parts.clock.now(), Duration::ZERO);
        for competition in &self.settings.competitions {
            let predictions = &self.parts.predictions;
            let began = began(competition, now);
            let length = competition.time_length;
            for request in predictions.requests_to_score(length, began).await? {
                let began = Instant::now();
                match self.score(competition, &request).await? {
                    Ok(report) => scored.reports.push(report),
                    Err(why) => {
                        let away = matches!(&why, Unscored::Archive(unread) if unread.away);
                        scored.unscored.extend(why.report(competition, &request));
                        if away {
                            waited += began.elapsed();
                        }
                        if waited > AWAY {
                            // The others would wait as long, and for nothing. Files that fail at
                            // once keep nobody else from being scored.
                            return Ok(scored);
                        }
                    }
                }
                progress.note(Step::Alive);
            }
        }
        Ok(scored)
    }

    async fn score(
        &self,
        competition: &Competition,
        stored: &StoredRequest,
    ) -> Result<Result<ScoredReport, Unscored>, StoreError> {
        let Some(prompt) = prompt_of(stored) else {
            return Ok(Err(Unscored::Prompt("its row names no prompt")));
        };
        let answers = self.parts.predictions.answers(stored.id).await?;
        if !answers.iter().any(is_correct) {
            return Ok(Err(Unscored::NobodyCorrect));
        }
        let real = match self.parts.prices.real_prices(&prompt).await {
            Ok(real) => real,
            Err(error) => return Ok(Err(Unscored::Prices(error))),
        };
        let increment = prompt.time_increment.get();
        let judge = match Judge::new(&real.or_nan(), increment, &competition.intervals) {
            Ok(judge) => Arc::new(judge),
            Err(error) => return Ok(Err(Unscored::Interval(error))),
        };
        let mut archived = match self.judge_archived(&prompt, &judge).await {
            Ok(archived) => archived,
            Err(why) => return Ok(Err(Unscored::Archive(why))),
        };
        let judging = stream::iter(answers)
            .map(|answer| {
                let verdict = archived.remove(&(answer.uid, answer.hotkey));
                self.judge(answer, verdict, prompt.clone(), Arc::clone(&judge))
            })
            .buffered(AT_ONCE);
        let judged: Vec<Judged> = judging.filter_map(std::future::ready).collect().await;
        if !judged.iter().any(|judged| is_correct(&judged.answer)) {
            return Ok(Err(Unscored::Prompt(
                "none of its correct answers can be read any more",
            )));
        }
        let sums: Vec<_> = judged.iter().map(Judged::sum).collect();
        let Some(scores) = prompt_scores(&sums, self.settings.mode) else {
            return Ok(Err(Unscored::NobodyCorrect));
        };
        let kept = kept(&prompt, &real, &judged, &scores);
        self.parts.predictions.save_scores(stored.id, &kept).await?;
        Ok(Ok(report(competition, &prompt, &judged, &scores)))
    }

    /// Judges what is in the archive alone, a few miners at a time.
    async fn judge_archived(
        &self,
        prompt: &Prompt,
        judge: &Arc<Judge>,
    ) -> Result<HashMap<(Uid, Hotkey), Verdict>, Unread> {
        let mut verdicts = HashMap::new();
        if self.settings.keep != Keep::None {
            return Ok(verdicts);
        }
        // Without a file its answers are in the store, from before there was an archive, or nowhere.
        let Some(mut file) = self.asking.archiving.open(prompt).await? else {
            return Ok(verdicts);
        };
        loop {
            let mut judging = Vec::with_capacity(AT_ONCE);
            while judging.len() < AT_ONCE {
                let Some((uid, hotkey, paths)) = file.next().await? else {
                    break;
                };
                let judge = Arc::clone(judge);
                let verdict = self.parts.workers.run(move || verdict(&judge, &paths));
                judging.push(async move { ((uid, hotkey), verdict.await) });
            }
            if judging.is_empty() {
                return Ok(verdicts);
            }
            for (miner, verdict) in join_all(judging).await {
                let verdict = verdict.unwrap_or_else(|panicked| Err(panicked.to_string()));
                verdicts.insert(miner, verdict);
            }
        }
    }

    /// Judges one answer, unless that is done; `None` where it cannot be read any more, which is
    /// nobody's score.
    async fn judge(
        &self,
        answer: StoredAnswer,
        archived: Option<Verdict>,
        prompt: Prompt,
        judge: Arc<Judge>,
    ) -> Option<Judged> {
        if !is_correct(&answer) {
            return Some(Judged::without(answer, None));
        }
        if let Some(verdict) = archived {
            return Some(Judged::of(answer, verdict));
        }
        let prediction = match self.parts.predictions.prediction(answer.id).await {
            Ok(prediction) => prediction,
            Err(error) => {
                let why = axonry_neuron::chain_of(&error);
                warn!(uid = %answer.uid, error = %why, "an answer cannot be read any more");
                return None;
            }
        };
        let mode = self.settings.mode;
        let judging = self.parts.workers.run(move || {
            let paths = paths_of(&prediction, &prompt, mode)?;
            Some(verdict(&judge, &paths))
        });
        match judging.await {
            Ok(verdict) => verdict.map(|verdict| Judged::of(answer, verdict)),
            Err(panicked) => Some(Judged::without(answer, Some(panicked.to_string()))),
        }
    }
}

/// What paths are worth, or why they have no score.
type Verdict = Result<PathScore, String>;

fn verdict(judge: &Judge, paths: &Paths) -> Verdict {
    let score = judge.score(paths.prices(), &mut Ensemble::default());
    score.map_err(|error| error.to_string())
}

/// An answer, and what it is worth.
struct Judged {
    answer: StoredAnswer,
    score: Option<PathScore>,
    error: Option<String>,
}

impl Judged {
    fn of(answer: StoredAnswer, verdict: Verdict) -> Self {
        match verdict {
            Ok(score) => Self {
                answer,
                score: Some(score),
                error: None,
            },
            Err(error) => Self::without(answer, Some(error)),
        }
    }

    const fn without(answer: StoredAnswer, error: Option<String>) -> Self {
        Self {
            answer,
            score: None,
            error,
        }
    }

    /// The sum, where there is one: NaN is none.
    fn sum(&self) -> Option<f64> {
        let total = self.score.as_ref().map(|score| score.total);
        total.filter(|total| !total.is_nan())
    }

    /// Upstream's `score_details_v3`; what is not finite is a text in it.
    fn details(&self, scores: &PromptScores, prompt_score: f64) -> String {
        let number = |number: f64| match number.is_finite() {
            true => json!(number),
            false => Value::String(number.to_string()),
        };
        let rows: Vec<_> = match (&self.score, &self.error) {
            (Some(score), _) => {
                let row = score.details().map(|row| {
                    let increment = match (row.interval, row.increment) {
                        (_, Some(increment)) => json!(increment),
                        (_, None) => json!("Total"),
                    };
                    json!({ "Interval": row.interval, "Increment": increment, "CRPS": number(row.crps) })
                });
                row.collect()
            }
            (None, Some(error)) => vec![json!({ "error": error })],
            (None, None) => Vec::new(),
        };
        let details = json!({
            "total_crps": self.sum().map_or(json!(-1.0), number),
            "percentile90": number(scores.percentile90),
            "lowest_score": number(scores.lowest_score),
            "prompt_score_v3": number(prompt_score),
            "crps_data": rows,
        });
        details.to_string()
    }
}

impl Unscored {
    fn report(self, competition: &Competition, stored: &StoredRequest) -> Option<UnscoredReport> {
        let reason = match self {
            // The feed lags behind the clock: nothing to tell.
            Self::Prices(PriceError::NotSettled { .. }) => return None,
            Self::Prices(error) => axonry_neuron::chain_of(&error),
            Self::Prompt(why) => why.to_owned(),
            Self::NobodyCorrect => "nobody's answer counts".to_owned(),
            Self::Archive(Unread { why, .. }) => {
                format!("its answers cannot be read from the archive: {why}")
            }
            Self::Interval(error) => error.to_string(),
        };
        let start = i64::try_from(stored.request.start_time.0).ok();
        let start = start.and_then(|millis| Timestamp::from_millisecond(millis).ok());
        Some(UnscoredReport {
            competition: competition.label.clone(),
            asset: stored.request.asset.clone(),
            start_time: start.map_or_else(String::new, |start| start.to_string()),
            reason,
        })
    }
}

/// When the prompts began that are scored now.
fn began(competition: &Competition, now: Timestamp) -> std::ops::Range<UnixMillis> {
    let settled = SignedDuration::from_secs(competition.time_length.into()) + PUBLISHED;
    let window = SignedDuration::try_from(competition.window).unwrap_or(SignedDuration::MAX);
    let latest = now.saturating_sub(settled).unwrap_or(Timestamp::MIN);
    let earliest = latest.saturating_sub(window).unwrap_or(Timestamp::MIN);
    unix(earliest)..unix(latest)
}

fn prompt_of(stored: &StoredRequest) -> Option<Prompt> {
    let request = &stored.request;
    let start = i64::try_from(request.start_time.0).ok()?;
    Some(Prompt {
        asset: request.asset.parse().ok()?,
        start_time: Timestamp::from_millisecond(start).ok()?,
        time_increment: NonZeroU32::new(request.time_increment)?,
        time_length: request.time_length,
        num_simulations: request.num_simulations,
    })
}

fn is_correct(answer: &StoredAnswer) -> bool {
    answer.format_validation == Validation::Correct.to_string()
}

/// The paths of an answer, unless they were let go of.
fn paths_of(prediction: &Prediction, prompt: &Prompt, mode: Mode) -> Option<Paths> {
    match prediction {
        Prediction::Nothing => None,
        Prediction::Json(text) => read_paths(text.as_bytes(), prompt, mode).paths,
        Prediction::F32(floats) => Paths::from_f32_bytes(floats, prompt.points()),
    }
}

/// The scores as they are written down. Their moment is the end of the horizon.
fn kept(prompt: &Prompt, real: &RealPrices, judged: &[Judged], scores: &PromptScores) -> Scores {
    let each = judged.iter().zip(&scores.scores);
    let each = each.map(|(judged, &prompt_score)| Score {
        prediction: judged.answer.id,
        prompt_score,
        details: judged.details(scores, prompt_score),
    });
    Scores {
        scored_time: unix(prompt.end_time()),
        real_prices: real.known(),
        percentile90: Some(scores.percentile90),
        lowest_score: Some(scores.lowest_score),
        scores: each.collect(),
    }
}

fn report(
    competition: &Competition,
    prompt: &Prompt,
    judged: &[Judged],
    scores: &PromptScores,
) -> ScoredReport {
    let each = judged.iter().zip(&scores.scores);
    let line = |(judged, &prompt_score): (&Judged, &f64)| ScoreLine {
        uid: judged.answer.uid,
        hotkey: judged.answer.hotkey,
        crps: judged.sum(),
        prompt_score,
    };
    ScoredReport {
        competition: competition.label.clone(),
        asset: prompt.asset.to_string(),
        start_time: prompt.start_time_text(),
        percentile90: scores.percentile90,
        lowest: scores.lowest_score,
        miners: each.map(line).collect(),
    }
}
