//! `miner score`: one account through the mechanism that validators run.

mod arguments;
mod local;
mod report;
mod wiring;

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow, ensure};
use axonry_core::{Hotkey, Observed};
use axonry_neuron::{Evaluation, Mechanism, Round, Unwatched};
use axonry_oss::MinerTrace;
use jiff::Timestamp;
use tokio::time::timeout;

pub(crate) use arguments::ScoreArguments;
use report::Report;
use wiring::{Subnet, Wired};

/// Scores the work of one account, as the only miner of a subnet of its own.
///
/// # Errors
/// When anything that a validator would have to know is not to be had.
pub(crate) async fn score(asked: &ScoreArguments) -> Result<Report> {
    let evaluating = async {
        let wired = Wired::new(asked).await?;
        let subnet = Subnet::of_one(asked.at.unwrap_or_else(Timestamp::now));
        let round = Round {
            number: 1,
            metagraph: &subnet.metagraph,
            hyperparameters: &subnet.hyperparameters,
            averages: &BTreeMap::new(),
            now: subnet.now,
            progress: &Unwatched,
        };
        let evaluation = wired.mechanism.evaluate(round).await?;
        let (trace, warnings) = told(evaluation, &subnet.miner)?;
        Ok(Report {
            source: wired.source,
            at: subnet.at.to_string(),
            assumptions: wired.assumptions,
            warnings,
            trace,
        })
    };
    timeout(asked.deadline, evaluating)
        .await
        .map_err(|_| anyhow!("not done within {:?}: raise `--deadline`", asked.deadline))?
}

/// What the mechanism says of the miner, and what it warns of.
fn told(mut evaluation: Evaluation, miner: &Hotkey) -> Result<(MinerTrace, Vec<String>)> {
    if let Some(Observed::Unknown { reason }) = evaluation.scores.get(miner) {
        return Err(anyhow!("the score is not known: {reason}"));
    }
    let trace = evaluation.traces.remove(miner);
    let trace = trace.context("the mechanism says nothing of the account")?;
    let trace: MinerTrace =
        serde_json::from_str(&trace).context("the mechanism's trace cannot be read")?;
    // Without a look at any work there is no score, not even none at all.
    ensure!(
        trace.pull_requests.is_some(),
        "there is no score: {}",
        trace.verdict
    );
    Ok((trace, evaluation.warnings))
}
