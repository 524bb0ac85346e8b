use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{Notify, watch};

use super::Patience;
use super::activity::Activity;
use super::connection::Connection;
use super::endpoints::Endpoints;
use super::keeper::State;
use super::question::Failure;
use super::requests::Requests;
use crate::endpoint::Endpoint;

/// What a link and its keeper both hold.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) endpoints: Endpoints,
    pub(super) patience: Patience,
    pub(super) state: watch::Sender<State>,
    pub(super) requests: Arc<Requests>,
    pub(super) activity: Arc<Activity>,
    /// A call has found nobody to ask.
    pub(super) wanted: Notify,
    pub(super) unanswered: AtomicU32,
    /// The newest connection that has been given up on.
    pub(super) distrusted: watch::Sender<u64>,
}

impl Shared {
    pub(super) fn new(endpoints: Endpoints, patience: Patience, requests: Arc<Requests>) -> Self {
        Self {
            endpoints,
            patience,
            state: watch::Sender::new(State::Asleep),
            requests,
            activity: Activity::new(),
            wanted: Notify::new(),
            unanswered: AtomicU32::new(0),
            distrusted: watch::Sender::new(0),
        }
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        self.endpoints.at(self.endpoints.current())
    }

    /// Puts a connection in the place of the last one; not once the link is closed.
    pub(super) fn put_up(
        &self,
        place: usize,
        connection: &Arc<Connection>,
        generation: u64,
    ) -> bool {
        self.endpoints.choose(place);
        self.unanswered.store(0, Ordering::Relaxed);
        self.change(
            |_| true,
            State::Up {
                connection: Arc::clone(connection),
                generation,
            },
        )
    }

    pub(super) fn put_down(&self, reason: Arc<str>) {
        self.change(|_| true, State::Down { reason });
    }

    /// Says that there is no connection because nobody wants one; not if somebody does by now.
    pub(super) fn fall_asleep(&self) -> bool {
        // A call counts itself before it looks at the state, which cannot be looked at while it is
        // being changed: either it is seen here, or it will find nobody and wake the keeper.
        self.change(|shared| !shared.activity.is_busy(), State::Asleep)
    }

    fn change(&self, may: impl FnOnce(&Self) -> bool, to: State) -> bool {
        self.state.send_if_modified(|state| {
            let changes = !matches!(state, State::Closed) && may(self);
            if changes {
                *state = to;
            }
            changes
        })
    }

    pub(super) fn close(&self) {
        self.state.send_replace(State::Closed);
    }

    /// Waits until the link is closed.
    pub(super) async fn closed(&self) {
        let mut states = self.state.subscribe();
        let closed = states.wait_for(|state| matches!(state, State::Closed));
        // The sender is a field of this.
        let _ = closed.await;
    }

    /// Waits until nobody has asked for long enough to close the connection.
    pub(super) async fn idle(&self) {
        match self.patience.idle_after {
            Some(after) => self.activity.idle_for(after).await,
            None => pending().await,
        }
    }

    /// Whether nobody has asked for long enough to stop trying.
    pub(super) fn is_forgotten(&self) -> bool {
        let after = self.patience.idle_after;
        after.is_some_and(|after| self.activity.is_forgotten(after))
    }

    /// Waits for a connection other than `lost`, waking the keeper if it is asleep.
    pub(super) async fn connection_after(
        &self,
        lost: Option<u64>,
    ) -> Result<(Arc<Connection>, u64), Failure> {
        if let State::Up {
            connection,
            generation,
        } = &*self.state.borrow()
            && Some(*generation) != lost
        {
            return Ok((Arc::clone(connection), *generation));
        }
        let mut states = self.state.subscribe();
        loop {
            match &*states.borrow_and_update() {
                State::Up {
                    connection,
                    generation,
                } if Some(*generation) != lost => {
                    return Ok((Arc::clone(connection), *generation));
                }
                State::Up { .. } | State::Down { .. } => {}
                State::Asleep => self.wanted.notify_one(),
                State::Closed => return Err(Failure::Closed),
            }
            changed(&mut states).await;
        }
    }

    /// Waits for a connection other than `last` without asking for one; `None` once it is closed.
    pub(super) async fn next_connection(&self, last: Option<u64>) -> Option<u64> {
        let mut states = self.state.subscribe();
        loop {
            match &*states.borrow_and_update() {
                State::Up { generation, .. } if Some(*generation) != last => {
                    return Some(*generation);
                }
                State::Closed => return None,
                State::Up { .. } | State::Down { .. } | State::Asleep => {}
            }
            changed(&mut states).await;
        }
    }
}

async fn changed(states: &mut watch::Receiver<State>) {
    let sender_lives = "the sender is a field of the shared state borrowed here";
    states.changed().await.expect(sender_lives);
}
