//! Alone on a state: for who wants the page without a validator in the same process.

use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Result, bail};
use axonry_leaderboard::Board;
use axonry_store::{Location, Store, StoreError};
use tokio::time::sleep;
use tracing::warn;

use super::beside::show;
use super::past::Past;
use super::{AloneArguments, serve, title};
use crate::embedded;
use crate::report::say_on_stderr;
use crate::run::stop_on_signals;
use crate::settings::SubnetSettings;
use crate::state::State;

/// How long an answer under way may take when the program ends.
const PATIENCE: Duration = Duration::from_secs(2);

/// What tells a file and its log from what they were before.
type Mark = [Option<(SystemTime, u64)>; 2];

/// What became of a look at the state.
#[derive(Debug, PartialEq)]
enum Looked {
    /// It was read; a file looked like this afterwards, a database has no looks.
    Read(Option<Mark>),
    /// A validator is running on it.
    KeptAway,
}

/// Shows what a state holds until told to stop, and looks for new rounds now and then.
pub(super) async fn alone(given: AloneArguments) -> Result<()> {
    let stop = stop_on_signals()?;
    let settings = SubnetSettings::resolve(given.subnet)?;
    let netuid = match settings.netuid {
        Some(netuid) => netuid,
        None => embedded::shape(&settings)?.netuid,
    };
    let state = State::of(&settings)?;
    if state.is_temporary() {
        bail!("which state? give --state, the one that a validator runs or ran on");
    }
    let board = Board::new();
    let mut past = Past::new(netuid, title(settings.mechanism));
    // A wrong place is known before anybody is told where to look.
    let mut seen = look(state.location(), &mut past, &board).await?;
    if seen == Looked::KeptAway {
        say_on_stderr(&format!(
            "a validator is running on `{}`, and a file is its alone while it does: start it with \
             --leaderboard, or keep the state in PostgreSQL",
            state.location()
        ));
    }
    let server = serve(&board, given.listen).await?;
    let every = Duration::from_secs(given.every);
    while stop.run_until_cancelled(sleep(every)).await.is_some() {
        let unchanged = mark(state.location()).map(|mark| Looked::Read(Some(mark)));
        if unchanged.is_some_and(|unchanged| unchanged == seen) {
            continue;
        }
        match look(state.location(), &mut past, &board).await {
            Ok(looked) => seen = looked,
            // Whoever looks at the page has the last round in the meantime.
            Err(error) => warn!("the state cannot be read now: {error:#}"),
        }
    }
    server.close(PATIENCE).await;
    Ok(())
}

/// Reads what is new.
async fn look(location: &Location, past: &mut Past, board: &Board) -> Result<Looked> {
    let store = match Store::open_to_read(location.clone()).await {
        Ok(store) => store,
        Err(StoreError::InUse { .. }) => return Ok(Looked::KeptAway),
        Err(error) => return Err(error.into()),
    };
    let caught_up = past.catch_up(&store).await;
    if let Ok(true) = caught_up {
        show(past, &store, board).await;
    }
    store.close().await;
    caught_up?;
    Ok(Looked::Read(mark(location)))
}

/// Of a file and its log, size and time; `None` for what is no file.
fn mark(location: &Location) -> Option<Mark> {
    let path = location.path()?;
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let of = |path: &Path| {
        let file = path.metadata().ok()?;
        Some((file.modified().ok()?, file.len()))
    };
    Some([of(path), of(Path::new(&log))])
}
