use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axonry_core::{BlockNumber, MechId, NetUid, Uid};
use tracing::error;

use super::{Attempt, Refusal};

/// What shows that somebody else signs with our hotkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Evidence {
    /// The account's nonce is further than our extrinsics took it.
    Nonce {
        /// The next one by our count.
        expected: u64,
        /// The next one by the chain's.
        found: u64,
    },
    /// Weights were set or committed that are not ours.
    LastUpdate {
        /// Our last.
        expected: BlockNumber,
        /// The chain's last.
        found: BlockNumber,
    },
}

/// What our own extrinsics left behind, as long as it is certain.
#[derive(Debug, Default)]
pub(super) struct Trace(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    next_nonce: Option<u64>,
    updates: BTreeMap<(NetUid, MechId), (Uid, BlockNumber)>,
}

impl Trace {
    fn known<T>(&self, with: impl FnOnce(&mut Known) -> T) -> T {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Nothing is certain any more: an extrinsic is on its way.
    pub(super) fn forget_nonce(&self) {
        self.known(|known| known.next_nonce = None);
    }

    /// An extrinsic of ours has used up its nonce.
    pub(super) fn used(&self, nonce: u64) {
        let next = nonce.saturating_add(1);
        self.known(|known| known.next_nonce = known.next_nonce.max(Some(next)));
    }

    /// An extrinsic of ours set or committed weights.
    pub(super) fn updated(&self, place: (NetUid, MechId), attempt: &Attempt, block: BlockNumber) {
        self.known(|known| {
            let ours = known.updates.entry(place).or_insert((attempt.uid, block));
            *ours = (attempt.uid, block.max(ours.1));
        });
    }

    /// Begins anew: whatever was found is known to be ours.
    pub(super) fn clear(&self) {
        self.known(|known| *known = Known::default());
    }

    /// Compares with what the chain says before anything new is sent.
    pub(super) fn check(
        &self,
        place: (NetUid, MechId),
        uid: Uid,
        last_update: BlockNumber,
        next_nonce: u64,
    ) -> Result<(), Refusal> {
        let evidence = self.known(|known| {
            let ours = known.updates.get(&place).filter(|ours| ours.0 == uid);
            let update = ours.filter(|(_, expected)| last_update > *expected);
            let update = update.map(|&(_, expected)| Evidence::LastUpdate {
                expected,
                found: last_update,
            });
            let nonce = known.next_nonce.filter(|expected| next_nonce > *expected);
            let nonce = nonce.map(|expected| Evidence::Nonce {
                expected,
                found: next_nonce,
            });
            update.or(nonce)
        });
        match evidence {
            None => Ok(()),
            Some(evidence) => {
                error!(?evidence, "somebody else signs with this hotkey");
                Err(Refusal::Doppelganger(evidence))
            }
        }
    }
}
