//! A place at work for so many at once; those of higher priority are let in first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Hands out places.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    most_waiting: usize,
}

#[derive(Debug)]
struct State {
    free: usize,
    waiting: BinaryHeap<Waiting>,
    arrivals: u64,
}

#[derive(Debug)]
struct Waiting {
    priority: f64,
    arrival: u64,
    turn: oneshot::Sender<Place>,
}

/// A place; dropping it lets the next one in, also on the way to somebody who has left.
#[derive(Debug)]
pub(super) struct Place(Option<Arc<Queue>>);

impl Queue {
    pub(super) fn new(places: usize, most_waiting: usize) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                free: places.max(1),
                waiting: BinaryHeap::new(),
                arrivals: 0,
            }),
            most_waiting,
        })
    }

    /// Waits for a place; `None` when too many wait already.
    pub(super) async fn place(self: &Arc<Self>, priority: f64) -> Option<Place> {
        let turn = {
            let mut state = self.state();
            if state.free > 0 {
                state.free -= 1;
                return Some(Place(Some(Arc::clone(self))));
            }
            if state.waiting.len() >= self.most_waiting {
                // Those who have gone since do not count.
                state.waiting.retain(|one| !one.turn.is_closed());
            }
            if state.waiting.len() >= self.most_waiting {
                return None;
            }
            let (turn, mine) = oneshot::channel();
            state.arrivals += 1;
            let arrival = state.arrivals;
            state.waiting.push(Waiting {
                priority,
                arrival,
                turn,
            });
            mine
        };
        // The sender is dropped only with the queue.
        turn.await.ok()
    }

    /// Who is next; nobody, and there is a free place more.
    fn next(&self) -> Option<Waiting> {
        let mut state = self.state();
        let next = state.waiting.pop();
        state.free += usize::from(next.is_none());
        next
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(queue) = self.0.take() else {
            return;
        };
        while let Some(next) = queue.next() {
            match next.turn.send(Self(Some(Arc::clone(&queue)))) {
                Ok(()) => return,
                // He has left: the place is still to be given away, by this loop.
                Err(mut place) => place.0 = None,
            }
        }
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        // Of two of the same priority the earlier one is the greater, which comes out first.
        let earlier = other.arrival.cmp(&self.arrival);
        self.priority.total_cmp(&other.priority).then(earlier)
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting {}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn higher_priority_goes_first_and_equals_in_order() {
        let queue = Queue::new(1, 8);
        let held = queue.place(0.0).await.expect("free");
        let (told, mut order) = tokio::sync::mpsc::unbounded_channel();
        for (name, priority) in [("a", 1.0), ("b", 5.0), ("c", 1.0), ("d", f64::NAN)] {
            let (queue, told) = (Arc::clone(&queue), told.clone());
            tokio::spawn(async move {
                let place = queue.place(priority).await.expect("room to wait");
                told.send(name).expect("heard");
                drop(place);
            });
            tokio::task::yield_now().await;
        }
        drop((held, told));
        let mut came = Vec::new();
        while let Some(name) = order.recv().await {
            came.push(name);
        }
        assert_eq!(came, ["d", "b", "a", "c"]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_leaves_with_a_place_on_its_way_to_him_loses_it_to_the_next() {
        let queue = Queue::new(1, 8);
        let held = queue.place(0.0).await.expect("free");
        let mut leaving = Box::pin(queue.place(2.0));
        let mut staying = Box::pin(queue.place(1.0));
        assert!((&mut leaving).now_or_never().is_none());
        assert!((&mut staying).now_or_never().is_none());
        drop(held);
        drop(leaving);
        assert!(staying.await.is_some());
        assert!(queue.place(0.0).await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn who_leaves_while_waiting_takes_no_place_with_him() {
        let queue = Queue::new(1, 1);
        let held = queue.place(0.0).await.expect("free");
        let leaving = tokio::spawn({
            let queue = Arc::clone(&queue);
            async move { queue.place(0.0).await.is_some() }
        });
        tokio::task::yield_now().await;
        assert!(
            queue.place(0.0).await.is_none(),
            "one waits, and no more may"
        );
        leaving.abort();
        assert!(leaving.await.is_err());
        drop(held);
        assert!(queue.place(0.0).await.is_some());
    }
}
