//! Beside the rounds: each is kept for later, and shown where that is asked for.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use axonry_core::{Hotkey, NetUid, UnixMillis};
use axonry_leaderboard::Board;
use axonry_neuron::RoundReport;
use axonry_store::Store;
use tracing::warn;

use super::kept::Kept;
use super::past::Past;
use super::{serve, title};
use crate::companions::{Beside as Given, Companions};
use crate::settings::MechanismName;

/// How long an answer under way may take when the program ends.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whose rounds they are.
#[derive(Clone, Debug)]
pub(crate) struct Beside {
    pub(crate) store: Store,
    pub(crate) netuid: NetUid,
    pub(crate) hotkey: Hotkey,
    pub(crate) mechanism: MechanismName,
}

/// Keeps rounds from now on, and shows them at the address given.
///
/// # Errors
/// When the address is not to be had.
pub(crate) async fn start(
    beside: Beside,
    address: Option<SocketAddr>,
    companions: &mut Companions,
) -> Result<()> {
    let board = Board::new();
    let mut past = Past::new(beside.netuid, title(beside.mechanism));
    let server = match address {
        None => None,
        Some(address) => {
            // What earlier runs left is shown until this one has a round of its own.
            if let Err(error) = past.catch_up(&beside.store).await {
                warn!("earlier rounds cannot be shown: {error:#}");
            }
            show(&past, &beside.store, &board).await;
            Some(serve(&board, address).await.context("--leaderboard")?)
        }
    };
    companions.start("leaderboard", |given| async move {
        let shown = server.is_some().then_some(&board);
        follow(given, &beside, &mut past, shown).await;
        if let Some(server) = server {
            server.close(PATIENCE).await;
        }
        Ok(())
    });
    Ok(())
}

/// Takes in each round, the one that ends the program included.
async fn follow(mut given: Given, beside: &Beside, past: &mut Past, shown: Option<&Board>) {
    loop {
        let ending = tokio::select! {
            biased;
            changed = given.reports.changed() => changed.is_err(),
            () = given.stop.cancelled() => true,
        };
        if ending && !given.reports.has_changed().unwrap_or(false) {
            return;
        }
        let report = given.reports.borrow_and_update().clone();
        if let Some(report) = report {
            take_in(&report, beside, past, shown).await;
        }
    }
}

/// Whatever goes wrong here costs nobody a weight.
async fn take_in(
    report: &Arc<RoundReport>,
    beside: &Beside,
    past: &mut Past,
    shown: Option<&Board>,
) {
    let kept = Kept::of(report, beside.hotkey, now());
    if let Err(error) = kept.keep(&beside.store, beside.netuid).await {
        warn!(
            "the leaderboard will not remember round {}: {error:#}",
            report.round
        );
    }
    if let Some(board) = shown {
        past.add(kept);
        show(past, &beside.store, board).await;
    }
}

/// Puts up the newest round, if there is one.
pub(super) async fn show(past: &Past, store: &Store, board: &Board) {
    let standings = match past.standings(store).await {
        Ok(Some(standings)) => standings,
        Ok(None) => return,
        Err(error) => return warn!("the newest round cannot be shown: {error:#}"),
    };
    let board = board.clone();
    let published = tokio::task::spawn_blocking(move || board.publish(standings)).await;
    match published {
        Ok(Ok(())) => {}
        Ok(Err(error)) => warn!(%error, "the newest round cannot be shown"),
        Err(error) => warn!(%error, "the newest round cannot be shown"),
    }
}

fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let millis = since.map_or(0, |since| since.as_millis());
    UnixMillis(u64::try_from(millis).unwrap_or(u64::MAX))
}
