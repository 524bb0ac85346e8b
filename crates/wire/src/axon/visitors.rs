//! Who is connected: how many, from where, and who has to leave when there is no room.

use std::cmp::Reverse;
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
/// for another one, a stranger makes room: of the address with the most of them the one who has
/// been there longest. So whoever holds connections open and says nothing displaces himself first,
/// and then those who said nothing for long, since who has something to say needs milliseconds.
#[derive(Debug, Default)]
pub(super) struct Visitors(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    by_address: HashMap<IpAddr, Here>,
    all: usize,
    arrivals: u64,
}

/// The connections of one address.
#[derive(Debug, Default)]
struct Here {
    /// Strangers by their arrival, and how each is told to leave.
    strangers: BTreeMap<u64, CancellationToken>,
    /// All whose connection is not closed yet, those who were told to leave included.
    open: usize,
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
        let here = state.by_address.get(&place).map_or(0, |here| here.open);
        if here >= limits.connections_per_address {
            return Entry::Refused;
        }
        let full = state.all >= limits.connections;
        if full {
            let Some(longest) = state.displace() else {
                return Entry::Refused;
            };
            longest.cancel();
        }
        state.all += 1;
        state.arrivals += 1;
        let (arrival, leaving) = (state.arrivals, CancellationToken::new());
        let here = state.by_address.entry(place).or_default();
        here.open += 1;
        here.strangers.insert(arrival, leaving.clone());
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

impl State {
    /// Takes out the stranger who is to leave.
    fn displace(&mut self) -> Option<CancellationToken> {
        let places = self.by_address.values_mut();
        let most = places.max_by_key(|here| {
            let first = here.strangers.keys().next().copied();
            (here.strangers.len(), Reverse(first))
        })?;
        let (_, leaving) = most.strangers.pop_first()?;
        self.all -= 1;
        Some(leaving)
    }

    /// Takes out a stranger; says whether he was still one.
    fn is_stranger(&mut self, visitor: &Visitor) -> bool {
        let here = self.by_address.get_mut(&neighbourhood(visitor.address));
        here.is_some_and(|here| here.strangers.remove(&visitor.arrival).is_some())
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
        if state.is_stranger(self) {
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
        // Who was displaced is not counted any more.
        if self.known.load(Ordering::Relaxed) || state.is_stranger(self) {
            state.all -= 1;
        }
        let place = neighbourhood(self.address);
        if let Some(here) = state.by_address.get_mut(&place) {
            here.open -= 1;
            if here.open == 0 {
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
        assert!(state.by_address.is_empty() && state.all == 0);
    }

    #[test]
    fn who_holds_most_makes_room_first() {
        let visitors = Arc::new(Visitors::default());
        let single = enter(&visitors, 1).expect("room");
        let two = [enter(&visitors, 2), enter(&visitors, 2)].map(|it| it.expect("room"));
        let another = enter(&visitors, 3).expect("in place of another");
        let leaving = [&single, &two[0], &two[1], &another].map(|it| it.leaving().is_cancelled());
        assert_eq!(leaving, [false, true, false, false]);
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
