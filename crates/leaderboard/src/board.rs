use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use tokio::sync::watch;

use crate::snapshot::Snapshot;
use crate::standings::Checked;
use crate::{Standings, StandingsError, answer};

/// What is shown, and where the next standings are put up.
///
/// Clones are the same board. Putting up new standings makes every answer that depends on them anew
/// and swaps them all at once: a reader sees one round or the next, never a mixture.
#[derive(Clone, Debug)]
pub struct Board {
    newest: Arc<watch::Sender<Option<Arc<Snapshot>>>>,
}

impl Default for Board {
    fn default() -> Self {
        Self::new()
    }
}

impl Board {
    /// A board with nothing on it: whoever asks is told to wait.
    pub fn new() -> Self {
        Self {
            newest: Arc::new(watch::Sender::new(None)),
        }
    }

    /// Puts up new standings, and tells everybody who listens.
    ///
    /// The answers that most people ask for are made here, which takes some milliseconds of
    /// processor time for 256 miners.
    ///
    /// # Errors
    /// [`StandingsError`]; what was there stays then.
    pub fn publish(&self, standings: Standings) -> Result<(), StandingsError> {
        let snapshot = Snapshot::new(Checked::of(standings)?);
        self.newest.send_replace(Some(Arc::new(snapshot)));
        Ok(())
    }

    /// The round that is shown; `None` before the first.
    pub fn round(&self) -> Option<u64> {
        self.newest.borrow().as_ref().map(|shown| shown.round())
    }

    /// The board as routes for a server of one's own, which limits how much anybody may ask of it.
    /// Pages link to each other from the root: mount it there.
    ///
    /// Events are not among the routes, because listeners must be counted:
    /// [`Leaderboard`](crate::Leaderboard) does.
    pub fn router(&self) -> Router {
        let board = self.clone();
        Router::new().fallback(move |request: Request| {
            let shown = board.shown();
            async move { answer::to(&request, shown.as_deref()) }
        })
    }

    pub(crate) fn shown(&self) -> Option<Arc<Snapshot>> {
        self.newest.borrow().clone()
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<Option<Arc<Snapshot>>> {
        self.newest.subscribe()
    }
}
