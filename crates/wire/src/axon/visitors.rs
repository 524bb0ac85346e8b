//! Who is connected: how many, from where, and who has to leave when there is no room.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use super::Limits;
use super::admission::neighbourhood;

/// Open connections.
///
/// A connection is a stranger's until a signature on it has been verified. When there is no room
/// for another one, the stranger who has been there longest makes room: whoever holds connections
/// open and says nothing holds up nobody, since who has something to say needs milliseconds.
#[derive(Debug, Default)]
pub(super) struct Visitors(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    by_address: HashMap<IpAddr, usize>,
    /// Strangers by their arrival, and how each is told to leave.
    strangers: BTreeMap<u64, CancellationToken>,
    known: usize,
    arrivals: u64,
}

/// An open connection, which counts as long as this lives.
#[derive(Debug)]
pub(super) struct Visitor {
    pub(super) address: IpAddr,
    visitors: Arc<Visitors>,
    arrival: u64,
    known: AtomicBool,
    leaving: CancellationToken,
}

/// What becomes of a connection that wants to be taken.
pub(super) enum Entry {
    /// There is room.
    Taken(Visitor),
    /// There is, since somebody had to leave for it.
    InPlaceOfAnother(Visitor),
    /// There is none.
    Refused,
}

impl Visitors {
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr, limits: &Limits) -> Entry {
        let mut state = self.state();
        let place = neighbourhood(address);
        let here = state.by_address.get(&place).copied().unwrap_or(0);
        if here >= limits.connections_per_address {
            return Entry::Refused;
        }
        let full = state.known + state.strangers.len() >= limits.connections;
        if full {
            let Some((_, longest)) = state.strangers.pop_first() else {
                return Entry::Refused;
            };
            longest.cancel();
        }
        state.by_address.insert(place, here + 1);
        state.arrivals += 1;
        let (arrival, leaving) = (state.arrivals, CancellationToken::new());
        state.strangers.insert(arrival, leaving.clone());
        let visitor = Visitor {
            address,
            visitors: Arc::clone(self),
            arrival,
            known: AtomicBool::new(false),
            leaving,
        };
        match full {
            true => Entry::InPlaceOfAnother(visitor),
            false => Entry::Taken(visitor),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visitor {
    /// A signature on this connection has been verified: it stays.
    pub(super) fn is_known(&self) {
        if self.known.load(Ordering::Relaxed) {
            return;
        }
        let mut state = self.visitors.state();
        // Who was told to leave in this very moment leaves.
        if state.strangers.remove(&self.arrival).is_some() {
            state.known += 1;
            self.known.store(true, Ordering::Relaxed);
        }
    }

    /// Told when it has to leave.
    pub(super) fn leaving(&self) -> CancellationToken {
        self.leaving.clone()
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        let mut state = self.visitors.state();
        match *self.known.get_mut() {
            true => state.known -= 1,
            false => drop(state.strangers.remove(&self.arrival)),
        }
        let place = neighbourhood(self.address);
        if let Some(here) = state.by_address.get_mut(&place) {
            *here -= 1;
            if *here == 0 {
                state.by_address.remove(&place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enter(visitors: &Arc<Visitors>, last: u8) -> Option<Visitor> {
        let limits = Limits {
            connections: 3,
            connections_per_address: 2,
            ..Limits::default()
        };
        match visitors.enter([10, 0, 0, last].into(), &limits) {
            Entry::Taken(visitor) | Entry::InPlaceOfAnother(visitor) => Some(visitor),
            Entry::Refused => None,
        }
    }

    #[test]
    fn the_stranger_who_is_there_longest_makes_room_and_who_is_known_stays() {
        let visitors = Arc::new(Visitors::default());
        let known = enter(&visitors, 1).expect("room");
        known.is_known();
        let crowd: Vec<_> = (2..=50).map(|last| enter(&visitors, last)).collect();
        let crowd: Vec<_> = crowd.into_iter().flatten().collect();
        assert_eq!(crowd.len(), 49, "everybody gets in");
        let leaving = crowd.iter().filter(|one| one.leaving().is_cancelled());
        assert_eq!(leaving.count(), 47, "but the two who came last");
        assert!(!known.leaving().is_cancelled());
        drop((known, crowd));
        let state = visitors.state();
        assert!(state.by_address.is_empty() && state.strangers.is_empty() && state.known == 0);
    }

    #[test]
    fn nobody_has_to_leave_for_one_more_where_all_are_known() {
        let visitors = Arc::new(Visitors::default());
        let all: Vec<_> = (1..=3).filter_map(|last| enter(&visitors, last)).collect();
        all.iter().for_each(Visitor::is_known);
        assert!(enter(&visitors, 4).is_none());
        drop(all);
        assert!(enter(&visitors, 4).is_some());
    }

    #[test]
    fn an_address_has_its_share_and_no_more() {
        let visitors = Arc::new(Visitors::default());
        let two = [enter(&visitors, 1), enter(&visitors, 1)];
        assert!(two.iter().all(Option::is_some) && enter(&visitors, 1).is_none());
    }
}
