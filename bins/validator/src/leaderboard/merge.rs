//! Many validators' standings in one table.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use axonry_http::{Client, Url};
use axonry_leaderboard::{Merge, Merged};

use super::{MergeArguments, lines};
use crate::report::tell;

/// How many miners a person is shown; the JSON has them all.
const SHOWN: usize = 20;
/// How large a board's answer may be.
const LARGEST: u64 = 8 << 20;
/// How many addresses are taken, files included.
const MOST_SOURCES: usize = 4_096;

/// Reads all sources and prints what they show; well is when each of them answered.
pub(crate) async fn merge(given: MergeArguments) -> Result<bool> {
    let mut sources = Vec::new();
    for source in &given.sources {
        if source.contains("://") {
            sources.push(address(source)?);
            continue;
        }
        let path = PathBuf::from(source);
        for line in lines(&path)? {
            let named = || format!("in `{}`", path.display());
            sources.push(address(&line).with_context(named)?);
        }
    }
    anyhow::ensure!(!sources.is_empty(), "no file names a leaderboard");
    anyhow::ensure!(
        sources.len() <= MOST_SOURCES,
        "{} sources are more than {MOST_SOURCES}, the most that are read",
        sources.len()
    );
    let deadline = Duration::from_secs(given.deadline);
    let client = Client::builder()
        .connect_deadline(deadline)
        .max_wire_bytes(LARGEST)
        .max_decoded_bytes(LARGEST)
        .cache_bytes(0)
        .build()?;
    let merge = Merge::new(client)
        .at_once(given.at_once.into())
        .deadline(deadline);
    let merged = merge.read(&sources).await;
    let well = merged.sources.iter().all(|source| source.error.is_none());
    if given.json {
        let line = serde_json::to_string(&merged).context("standings are plain data")?;
        tell(&format!("{line}\n"));
    } else {
        tell(&table(&merged));
    }
    Ok(well)
}

fn address(text: &str) -> Result<Url> {
    let url: Url = text
        .parse()
        .with_context(|| format!("`{text}` is no address"))?;
    anyhow::ensure!(
        matches!(url.scheme(), "http" | "https"),
        "`{}` is no http or https address",
        url.scheme()
    );
    Ok(url)
}

fn table(merged: &Merged) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "  uid  hotkey              median      mean    lowest   highest  known to"
    );
    for miner in merged.miners.iter().take(SHOWN) {
        let hotkey = miner.hotkey.to_string();
        let uid = miner
            .uids
            .first()
            .map_or_else(String::new, ToString::to_string);
        let _ = writeln!(
            text,
            "{uid:>5}  {}…{}  {:>8.4}  {:>8.4}  {:>8.4}  {:>8.4}  {:>8}",
            &hotkey[..8],
            &hotkey[hotkey.len() - 6..],
            miner.median,
            miner.mean,
            miner.lowest,
            miner.highest,
            miner.known_to,
        );
    }
    for source in &merged.sources {
        let _ = match (&source.answered, &source.error) {
            (Some(answered), _) => writeln!(
                text,
                "{}: round {} at block {}, agrees by {:.1} %",
                source.source,
                answered.round,
                answered.block,
                answered.agreement * 100.0
            ),
            (None, error) => writeln!(
                text,
                "{}: not read: {}",
                source.source,
                error.as_deref().unwrap_or("no reason known")
            ),
        };
    }
    let read = merged
        .sources
        .iter()
        .filter(|source| source.answered.is_some());
    let _ = writeln!(
        text,
        "{} of {} sources read, {} miners",
        read.count(),
        merged.sources.len(),
        merged.miners.len()
    );
    text
}
