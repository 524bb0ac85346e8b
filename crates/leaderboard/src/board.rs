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

#[cfg(test)]
mod tests {
    use axonry_core::{BlockNumber, NetUid};

    use super::*;

    #[test]
    fn a_round_is_gone_when_the_next_is_there_and_nobody_reads_it_any_more() {
        let board = Board::new();
        let deaf = board.subscribe();
        let publish = |round| board.publish(Standings::new(NetUid(74), round, BlockNumber(round)));
        publish(1).expect("well formed");
        let reader = board.shown().expect("a round");
        let first = Arc::downgrade(&reader);
        publish(2).expect("well formed");
        assert!(first.upgrade().is_some(), "somebody reads it");
        assert_eq!(board.round(), Some(2));
        drop(reader);
        assert!(first.upgrade().is_none(), "a listener keeps nothing");
        drop(deaf);
    }

    #[test]
    fn what_cannot_be_shown_leaves_what_is_there() {
        let board = Board::new();
        let good = Standings::new(NetUid(74), 1, BlockNumber(1));
        board.publish(good.clone()).expect("well formed");
        let hotkey = axonry_core::Hotkey::from_bytes([1; 32]);
        let twice = vec![crate::Miner::new(axonry_core::Uid(1), hotkey); 2];
        let bad = Standings {
            miners: twice,
            round: 2,
            ..good
        };
        assert!(board.publish(bad).is_err());
        assert_eq!(board.round(), Some(1));
    }
}
