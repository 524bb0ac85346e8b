use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axonry_chain::PoolRejection;

/// Something the chain itself does wrong, whoever asks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChainFault {
    /// The pool refuses every submission, with these words.
    Reject(PoolRejection),
    /// The pool takes submissions and loses them without a word.
    LoseSubmissions,
    /// Extrinsics land in blocks, use up their nonce, succeed by their events, and change nothing.
    IncludeWithoutEffect,
    /// Blocks are made, and none becomes final any more.
    StallFinality,
}

/// The chain's faults: what is set holds until it is cleared or used up.
///
/// Clones are the same faults.
#[derive(Clone, Debug, Default)]
pub struct ChainFaults(Arc<Mutex<Vec<Active>>>);

#[derive(Clone, Debug)]
struct Active {
    fault: ChainFault,
    /// How often it strikes; without end when `None`.
    left: Option<u32>,
}

impl ChainFaults {
    /// Lets a fault strike from now on.
    pub fn set(&self, fault: ChainFault) {
        self.put(fault, None);
    }

    /// Lets a fault strike so many times.
    pub fn set_times(&self, fault: ChainFault, times: u32) {
        self.put(fault, Some(times));
    }

    /// Takes all faults back.
    pub fn clear(&self) {
        self.active().clear();
    }

    fn put(&self, fault: ChainFault, left: Option<u32>) {
        let mut active = self.active();
        active.retain(|one| !same_kind(&one.fault, &fault));
        active.push(Active { fault, left });
    }

    fn active(&self) -> MutexGuard<'_, Vec<Active>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a fault is set.
    pub(crate) fn has(&self, fault: &ChainFault) -> bool {
        self.active().iter().any(|one| one.fault == *fault)
    }

    /// Whether a fault strikes now; it then has struck once more.
    pub(crate) fn strikes(&self, fault: &ChainFault) -> bool {
        self.strike(|one| one == fault).is_some()
    }

    /// What the pool refuses a submission with, if it is to refuse it.
    pub(crate) fn rejection(&self) -> Option<PoolRejection> {
        match self.strike(|one| matches!(one, ChainFault::Reject(_)))? {
            ChainFault::Reject(rejection) => Some(rejection),
            _ => None,
        }
    }

    fn strike(&self, wanted: impl Fn(&ChainFault) -> bool) -> Option<ChainFault> {
        let mut active = self.active();
        let found = active.iter_mut().find(|one| wanted(&one.fault))?;
        match &mut found.left {
            None => Some(found.fault.clone()),
            Some(0) => None,
            Some(left) => {
                *left -= 1;
                Some(found.fault.clone())
            }
        }
    }
}

/// A pool refuses with one reason at a time.
fn same_kind(one: &ChainFault, other: &ChainFault) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_as_often_as_it_was_told_to() {
        let faults = ChainFaults::default();
        assert!(!faults.strikes(&ChainFault::LoseSubmissions));
        faults.set_times(ChainFault::LoseSubmissions, 2);
        let struck: Vec<_> = (0..3)
            .map(|_| faults.strikes(&ChainFault::LoseSubmissions))
            .collect();
        assert_eq!(struck, [true, true, false]);
        faults.set(ChainFault::Reject(PoolRejection::Banned));
        faults.set(ChainFault::Reject(PoolRejection::PoolFull));
        assert_eq!(
            faults.rejection(),
            Some(PoolRejection::PoolFull),
            "the last one"
        );
        faults.clear();
        assert_eq!(faults.rejection(), None);
    }
}
