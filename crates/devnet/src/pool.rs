//! Extrinsics that wait for a block.
//!
//! `substrate/client/transaction-pool` in `paritytech/polkadot-sdk`: one per account and nonce, ready
//! when all earlier nonces are used or waiting, replaced only by a higher priority.

mod refusal;
mod status;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use axonry_chain::ExtrinsicHash;
use axonry_core::AccountId;
use tokio::time::Instant;

pub(crate) use refusal::PoolRefusal;
pub(crate) use status::{PoolStatus, Watched, Watcher, Watchers, watch};

use crate::extrinsic::Valid;

/// How many extrinsics may wait.
const ROOM: usize = 8_192;

/// How long an invalid or used extrinsic is not looked at again, and how many are remembered.
const BAN: Duration = Duration::from_secs(30 * 60);
const BANS: usize = 2_048;

/// The waiting extrinsics.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    waiting: BTreeMap<(AccountId, u64), Waiting>,
    by_hash: HashMap<ExtrinsicHash, (AccountId, u64)>,
    banned: HashMap<ExtrinsicHash, Instant>,
    arrivals: u64,
}

/// One waiting extrinsic.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) hash: ExtrinsicHash,
    pub(crate) bytes: Vec<u8>,
    pub(crate) watchers: Watchers,
    priority: u64,
    valid_until: u64,
    arrival: u64,
    ready: bool,
}

impl Pool {
    /// Whether the pool would look at an extrinsic of this hash at all.
    pub(crate) fn admits(&mut self, hash: ExtrinsicHash) -> Result<(), PoolRefusal> {
        if self
            .banned
            .get(&hash)
            .is_some_and(|since| since.elapsed() < BAN)
        {
            return Err(PoolRefusal::Banned);
        }
        if self.by_hash.contains_key(&hash) {
            return Err(PoolRefusal::AlreadyImported(hash));
        }
        Ok(())
    }

    /// Takes in a valid extrinsic.
    pub(crate) fn insert(
        &mut self,
        hash: ExtrinsicHash,
        bytes: Vec<u8>,
        valid: &Valid,
        watchers: Watchers,
    ) -> Result<(), PoolRefusal> {
        let key = (valid.account, valid.nonce);
        if let Some(old) = self.waiting.get(&key) {
            if old.priority >= valid.priority {
                return Err(PoolRefusal::TooLowPriority {
                    old: old.priority,
                    new: valid.priority,
                });
            }
            let mut old = self.take(key).expect("it was there a line ago");
            old.watchers.tell(&PoolStatus::Usurped(hash));
        } else if self.waiting.len() >= ROOM {
            return Err(PoolRefusal::Full);
        }
        self.arrivals += 1;
        self.by_hash.insert(hash, key);
        self.waiting.insert(
            key,
            Waiting {
                hash,
                bytes,
                watchers,
                priority: valid.priority,
                valid_until: valid.valid_until,
                arrival: self.arrivals,
                ready: false,
            },
        );
        let before = valid
            .nonce
            .checked_sub(1)
            .map(|nonce| (valid.account, nonce));
        let continues = before.and_then(|before| self.waiting.get(&before));
        let from = match continues {
            Some(before) if before.ready => valid.nonce,
            _ => valid.account_nonce,
        };
        self.promote(valid.account, from);
        let inserted = self.waiting.get_mut(&key).expect("inserted above");
        if !inserted.ready {
            inserted.watchers.tell(&PoolStatus::Future);
        }
        Ok(())
    }

    /// Makes ready what follows the nonce `from`, which is due, without a gap.
    fn promote(&mut self, account: AccountId, from: u64) {
        let following = self.waiting.range_mut((account, from)..);
        for (expected, ((owner, nonce), waiting)) in (from..).zip(following) {
            if *owner != account || *nonce != expected {
                break;
            }
            if !waiting.ready {
                waiting.ready = true;
                waiting.watchers.tell(&PoolStatus::Ready);
                waiting.watchers.tell(&PoolStatus::Broadcast(Vec::new()));
            }
        }
    }

    /// The nonce after the account's last ready extrinsic.
    pub(crate) fn next_nonce(&self, account: AccountId, account_nonce: u64) -> u64 {
        let following = self.waiting.range((account, account_nonce)..);
        (account_nonce..)
            .zip(following)
            .take_while(|(expected, ((owner, nonce), _))| *owner == account && nonce == expected)
            .map(|(nonce, _)| nonce + 1)
            .last()
            .unwrap_or(account_nonce)
    }

    /// What is ready for the next block: dearest account first, each account's in nonce order.
    pub(crate) fn ready(&self) -> Vec<(AccountId, u64)> {
        let mut accounts: BTreeMap<AccountId, Vec<(u64, &Waiting)>> = BTreeMap::new();
        for ((account, nonce), waiting) in self.waiting.iter().filter(|(_, one)| one.ready) {
            accounts
                .entry(*account)
                .or_default()
                .push((*nonce, waiting));
        }
        let mut queues: Vec<_> = accounts.into_iter().collect();
        queues.sort_by_key(|(_, queue)| {
            let first = queue.first().map(|(_, one)| (one.priority, one.arrival));
            first.map(|(priority, arrival)| (std::cmp::Reverse(priority), arrival))
        });
        queues
            .into_iter()
            .flat_map(|(account, queue)| queue.into_iter().map(move |(nonce, _)| (account, nonce)))
            .collect()
    }

    /// The bytes of one that waits.
    pub(crate) fn bytes(&self, key: (AccountId, u64)) -> Option<&[u8]> {
        self.waiting
            .get(&key)
            .map(|waiting| waiting.bytes.as_slice())
    }

    /// The bytes of all that is ready, in nonce order.
    pub(crate) fn pending(&self) -> Vec<Vec<u8>> {
        let ready = self.waiting.values().filter(|waiting| waiting.ready);
        ready.map(|waiting| waiting.bytes.clone()).collect()
    }

    /// Takes one out.
    pub(crate) fn take(&mut self, key: (AccountId, u64)) -> Option<Waiting> {
        let waiting = self.waiting.remove(&key)?;
        self.by_hash.remove(&waiting.hash);
        Some(waiting)
    }

    /// Throws one out as invalid, and does not look at it again for a while.
    pub(crate) fn reject(&mut self, key: (AccountId, u64)) {
        if let Some(mut waiting) = self.take(key) {
            self.ban(waiting.hash);
            waiting.watchers.tell(&PoolStatus::Invalid);
        }
    }

    /// Does not look at this hash again for a while.
    pub(crate) fn ban(&mut self, hash: ExtrinsicHash) {
        self.banned.insert(hash, Instant::now());
        if self.banned.len() > BANS {
            self.banned.retain(|_, since| since.elapsed() < BAN);
            // All of them are recent: forget the one that was banned first.
            let first = self.banned.iter().min_by_key(|(_, since)| **since);
            if let (true, Some(first)) = (self.banned.len() > BANS, first.map(|(hash, _)| *hash)) {
                self.banned.remove(&first);
            }
        }
    }

    /// Looks at a hash again that was banned because a block had used it up.
    pub(crate) fn pardon(&mut self, hash: ExtrinsicHash) {
        self.banned.remove(&hash);
    }

    /// Throws out what can no longer be in a block after `number`, or whose nonce has been used.
    pub(crate) fn drop_stale(&mut self, number: u64, account_nonce: impl Fn(AccountId) -> u64) {
        let is_stale = |(account, nonce): &(AccountId, u64), waiting: &Waiting| {
            waiting.valid_until <= number || *nonce < account_nonce(*account)
        };
        let stale: Vec<_> = self
            .waiting
            .iter()
            .filter(|(key, waiting)| is_stale(key, waiting))
            .map(|(key, _)| *key)
            .collect();
        for key in stale {
            self.reject(key);
        }
        self.demote(account_nonce);
    }

    /// Takes back readiness of everything behind a gap.
    fn demote(&mut self, account_nonce: impl Fn(AccountId) -> u64) {
        let mut expected: Option<(AccountId, u64)> = None;
        for ((account, nonce), waiting) in &mut self.waiting {
            let due = match expected {
                Some((owner, due)) if owner == *account => due,
                _ => account_nonce(*account),
            };
            let ready = *nonce == due;
            if waiting.ready && !ready {
                waiting.ready = false;
                waiting.watchers.tell(&PoolStatus::Future);
            }
            expected = Some((*account, if ready { due + 1 } else { due }));
        }
    }
}
