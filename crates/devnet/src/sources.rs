//! What the mirror of a dev network serves: a repository's own history, made-up data, or both.

use axonry_core::Uid;
use jiff::Timestamp;
use serde_json::Value;

use crate::config::DevnetConfig;
use crate::mirror::{GitHistory, MirrorData, Seed, tokens};

/// A whole day to make data up at, before they are moved to the network's own time.
const SEEDED_NOW: i64 = 1_785_542_400;

/// The part of the emission that goes to the repository with a real history; the rest is shared by
/// the made-up ones.
const REAL_SHARE: f64 = 0.5;

/// The mirror's data, and in words where they come from.
///
/// Authors of the git history become the first miners, and the others get made-up pull requests,
/// so that a history by one hand still makes a round with something to compare. Ages are the same
/// whenever the network starts (the newest commit is as old as the network), so that the same
/// history and seed give the same scores on every day.
pub(crate) async fn data(config: &DevnetConfig) -> (MirrorData, String) {
    let (data, said) = standing(config).await;
    (data.moved_to(config.now.unwrap_or_else(this_second)), said)
}

/// Whole seconds: what a validator computes from an age must not depend on when it was started.
fn this_second() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

/// The data as of a moment that does not depend on the clock.
async fn standing(config: &DevnetConfig) -> (MirrorData, String) {
    let accounts = config
        .neurons
        .iter()
        .filter_map(|neuron| neuron.github_id.clone());
    let mut miners: Vec<String> = accounts.collect();
    let seeded = |miners: Vec<String>, now| {
        MirrorData::seeded(&Seed {
            miners,
            ..Seed::new(config.seed, now)
        })
    };
    let made_up = |data: &MirrorData| {
        format!(
            "{} made-up pull requests (seed {})",
            data.pull_requests(),
            config.seed
        )
    };
    let origin = Timestamp::from_second(SEEDED_NOW).expect("a moment of this century");
    let Some(path) = &config.git else {
        let data = seeded(miners, origin);
        let said = made_up(&data);
        return (data, said);
    };
    match GitHistory::standing(path, miners.clone()).await {
        Ok(real) => {
            let authors: Vec<&str> = real.miners().collect();
            let said = format!(
                "{} pull requests made of the commits of {} in the git history",
                real.pull_requests(),
                match authors.len() {
                    1 => "1 author".to_owned(),
                    many => format!("{many} authors"),
                },
            );
            miners.retain(|id| !authors.contains(&id.as_str()));
            if miners.is_empty() {
                return (real, said);
            }
            let others = seeded(miners, real.now());
            let said = format!("{said}, and {}", made_up(&others));
            (real.beside(others, REAL_SHARE), said)
        }
        Err(error) => {
            let data = seeded(miners, origin);
            let said = format!(
                "{}, because there is no git history: {error}",
                made_up(&data)
            );
            (data, said)
        }
    }
}

/// Who has which account, in the form of upstream's `miner_pats.json`.
pub(crate) fn accounts(config: &DevnetConfig) -> Value {
    let known: Vec<(Uid, String, &str)> = config
        .neurons
        .iter()
        .filter_map(|neuron| {
            Some((
                neuron.uid,
                neuron.hotkey.to_string(),
                neuron.github_id.as_deref()?,
            ))
        })
        .collect();
    tokens(
        known
            .iter()
            .map(|(uid, hotkey, id)| (uid.0, hotkey.as_str(), *id)),
    )
}
