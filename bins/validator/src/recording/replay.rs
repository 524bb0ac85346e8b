use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use axonry_github::PatStore;
use axonry_neuron::{Difference, Unwatched, WeigherSettings};
use axonry_oss::TokenSource;
use clap::Args;
use serde::Serialize;

use super::folder::Folder;
use super::player::Player;
use crate::report::tell;
use crate::source::Sources;

/// What to judge again, and how.
#[derive(Clone, Debug, Args)]
pub(crate) struct ReplayArguments {
    /// What `validator run --record` wrote: a folder of runs, or one run's.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// How many questions may be under way at once; it makes no difference to the outcome.
    #[arg(long, value_name = "NUMBER", default_value_t = 16)]
    in_flight: usize,
    /// Print a JSON object per round.
    #[arg(long, env = "AXONRY_JSON")]
    json: bool,
}

/// What became of one round.
#[derive(Debug, Serialize)]
struct Replayed {
    run: String,
    round: u64,
    same: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<Difference>,
}

/// Judges every round again, and says whether all are the same to the bit.
pub(crate) async fn replay(given: ReplayArguments) -> Result<bool> {
    let mut same = true;
    for run in Folder::runs(&given.folder)? {
        same &= replay_run(&run, &given).await?;
    }
    Ok(same)
}

/// The rounds of one run, in their order, by one mechanism: it remembers.
async fn replay_run(run: &Folder, given: &ReplayArguments) -> Result<bool> {
    let about = run.about()?;
    let player = Arc::new(Player::new(about.salt.clone()));
    let rounds = run.rounds()?;
    let mut tokens = BTreeMap::new();
    for number in &rounds {
        let text = run.tokens(*number)?.to_string();
        let named = format!("the tokens of round {number}");
        tokens.insert(*number, PatStore::parse(named, &text)?);
    }
    let tokens = TokenSource::Rounds(Arc::new(tokens));
    let tape = Arc::clone(&player) as _;
    let sources = Sources::replayed(&about, tape, tokens, given.in_flight)?;
    let http = sources.http()?;
    let mechanism = sources.mechanism(&http, None)?;
    let mut weighing = WeigherSettings::new(about.netuid);
    weighing.reserved = about.reserved()?;
    let mut same = true;
    for number in rounds {
        player.insert(run.tape(number)?);
        let round = run.round(number)?;
        let outcome = round.replay(&mechanism, &weighing, &Unwatched).await?;
        let difference = round.outcome.difference(&outcome);
        same &= difference.is_none();
        let name = run.path().file_name().unwrap_or_default();
        let replayed = Replayed {
            run: name.to_string_lossy().into_owned(),
            round: number,
            same: difference.is_none(),
            difference,
        };
        tell(
            &replayed
                .line(given.json)
                .context("a report is plain data")?,
        );
    }
    Ok(same)
}

impl Replayed {
    fn line(&self, json: bool) -> serde_json::Result<String> {
        if json {
            return Ok(serde_json::to_string(self)? + "\n");
        }
        let Some(difference) = &self.difference else {
            return Ok(format!("{} round {}: the same\n", self.run, self.round));
        };
        let whose = difference.hotkey.map(|hotkey| format!(" of {hotkey}"));
        Ok(format!(
            "{} round {}: another {}{}:\n  recorded {}\n  now      {}\n",
            self.run,
            self.round,
            difference.what,
            whose.unwrap_or_default(),
            difference.recorded,
            difference.now,
        ))
    }
}
