use std::collections::{BTreeSet, HashMap};

use axonry_core::Hotkey;

/// What tells one sender's nonces from another's: the hotkey and, where nonces increase, the uuid.
type Lane = (Hotkey, Option<Box<str>>);

/// Remembers which nonces have been taken, in bounded space.
///
/// Only nonces whose signature has been verified belong here: others would let strangers fill it.
/// When it is full the oldest is forgotten, and from then on nothing as old as that is taken from
/// anybody who is not remembered. So it never takes a nonce twice, however it is flooded; what a
/// flood can do is to make it refuse what is about to be too old anyway.
#[derive(Debug)]
pub struct ReplayGuard {
    capacity: usize,
    /// The largest nonce of each lane in which they increase.
    last: HashMap<Lane, u64>,
    /// Everything remembered, oldest first.
    by_age: BTreeSet<(u64, Lane)>,
    /// The largest nonce that has been forgotten.
    floor: u64,
}

/// Why a nonce is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Replay {
    /// It, or a larger one where they must increase, has been taken before.
    #[error("the nonce has been used, or a newer one was: every request needs a new one")]
    Used,
    /// It is as old as what has been forgotten, so that nobody can tell.
    #[error("the nonce is too old to tell whether it has been used: sign the request again")]
    Forgotten,
}

impl ReplayGuard {
    /// Remembers at most `capacity` nonces, at about 150 bytes each.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            last: HashMap::new(),
            by_age: BTreeSet::new(),
            floor: 0,
        }
    }

    /// Takes a nonce that must be larger than every one before it with this uuid.
    ///
    /// # Errors
    /// [`Replay`].
    pub fn take_increasing(
        &mut self,
        sender: Hotkey,
        uuid: &str,
        nonce: u64,
    ) -> Result<(), Replay> {
        let lane = (sender, Some(uuid.into()));
        match self.last.get(&lane) {
            Some(last) if nonce <= *last => return Err(Replay::Used),
            Some(last) => {
                self.by_age.remove(&(*last, lane.clone()));
            }
            None if nonce <= self.floor => return Err(Replay::Forgotten),
            None => {}
        }
        self.last.insert(lane.clone(), nonce);
        self.remember(nonce, lane);
        Ok(())
    }

    /// Takes a nonce that must not have been taken from this sender before.
    ///
    /// # Errors
    /// [`Replay`].
    pub fn take_unique(&mut self, sender: Hotkey, nonce: u64) -> Result<(), Replay> {
        let lane = (sender, None);
        if nonce <= self.floor {
            return Err(Replay::Forgotten);
        }
        if self.by_age.contains(&(nonce, lane.clone())) {
            return Err(Replay::Used);
        }
        self.remember(nonce, lane);
        Ok(())
    }

    /// Forgets what is at or below `nonce`, which nobody would take any more for its age.
    pub fn forget_until(&mut self, nonce: u64) {
        while self
            .by_age
            .first()
            .is_some_and(|(oldest, _)| *oldest <= nonce)
        {
            self.forget_oldest();
        }
        self.floor = self.floor.max(nonce);
    }

    /// How many nonces are remembered.
    pub fn len(&self) -> usize {
        self.by_age.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.by_age.is_empty()
    }

    fn remember(&mut self, nonce: u64, lane: Lane) {
        self.by_age.insert((nonce, lane));
        if self.by_age.len() > self.capacity {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((nonce, lane)) = self.by_age.pop_first() {
            self.floor = self.floor.max(nonce);
            self.last.remove(&lane);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hotkey(number: u8) -> Hotkey {
        Hotkey::from_bytes([number; 32])
    }

    #[test]
    fn nonces_of_one_uuid_increase_and_those_of_another_stand_apart() {
        let mut guard = ReplayGuard::new(8);
        let mut take = |uuid, nonce| guard.take_increasing(hotkey(1), uuid, nonce);
        assert_eq!(take("a", 5), Ok(()));
        assert_eq!(take("a", 5), Err(Replay::Used));
        assert_eq!(take("a", 4), Err(Replay::Used));
        assert_eq!(take("b", 4), Ok(()));
        assert_eq!(take("a", 6), Ok(()));
    }

    #[test]
    fn a_flood_forgets_the_oldest_and_takes_nothing_as_old_again() {
        let mut guard = ReplayGuard::new(3);
        for nonce in 1..=10 {
            guard.take_unique(hotkey(9), nonce).expect("new");
            assert!(guard.len() <= 3);
        }
        let mut take = |nonce| guard.take_unique(hotkey(9), nonce);
        assert_eq!(take(7), Err(Replay::Forgotten));
        assert_eq!(take(8), Err(Replay::Used));
        assert_eq!(take(11), Ok(()));
    }

    proptest! {
        #[test]
        fn no_nonce_is_ever_taken_twice(
            calls in prop::collection::vec((0..3_u8, 0..3_u8, 0..40_u64), 0..200),
            capacity in 1..12_usize,
        ) {
            let mut guard = ReplayGuard::new(capacity);
            let mut taken = std::collections::HashSet::new();
            for (place, (sender, lane, nonce)) in calls.into_iter().enumerate() {
                let outcome = match lane {
                    0 => guard.take_unique(hotkey(sender), nonce),
                    lane => guard.take_increasing(hotkey(sender), &lane.to_string(), nonce),
                };
                if outcome.is_ok() {
                    prop_assert!(taken.insert((sender, lane, nonce)));
                }
                if place % 17 == 0 {
                    guard.forget_until(nonce / 2);
                }
                prop_assert!(guard.len() <= capacity);
                prop_assert!(guard.last.len() <= guard.len());
            }
        }
    }
}
