//! What was last seen of each miner, for the rounds in which a source does not answer.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axonry_core::{Hotkey, Observed, UnixMillis, Unknown};
use axonry_github::GithubId;

/// The newest complete `T` of each miner, kept while the process lives
/// (`MinerEvaluationCache` in `gittensor/classes.py`, keyed by hotkey instead of uid).
#[derive(Debug)]
pub(crate) struct Memory<T>(Mutex<BTreeMap<Hotkey, Seen<T>>>);

#[derive(Debug)]
struct Seen<T> {
    account: GithubId,
    value: T,
    as_of: UnixMillis,
}

/// What can stand in for itself in a later round.
pub(crate) trait Recallable: Clone {
    /// Whether there is anything in it that could stand in.
    fn is_something(&self) -> bool;

    /// Takes note of why it is not of this round.
    fn remark(&mut self, remark: String);
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Recallable> Memory<T> {
    /// Remembers what is known; of what is not, returns what was known last.
    ///
    /// What another account did is nothing to a miner, so without an account there is no memory.
    pub(crate) fn observe(
        &self,
        hotkey: Hotkey,
        account: Option<&GithubId>,
        seen: Result<T, Unknown>,
        now: UnixMillis,
    ) -> Observed<T> {
        match seen {
            Ok(value) => {
                if let Some(account) = account {
                    let seen = Seen {
                        account: account.clone(),
                        value: value.clone(),
                        as_of: now,
                    };
                    self.lock().insert(hotkey, seen);
                }
                Observed::known(value, now)
            }
            Err(unknown) => {
                let last = account.and_then(|account| {
                    self.recall(&hotkey, account, |seen| (seen.value.clone(), seen.as_of))
                });
                match last.filter(|(value, _)| value.is_something()) {
                    Some((mut value, as_of)) => {
                        value.remark(format!("as seen in an earlier round, because {unknown}"));
                        Observed::known(value, as_of)
                    }
                    None => Observed::unknown(unknown),
                }
            }
        }
    }

    /// What was last known of a miner, provided that the account is still the same.
    pub(crate) fn last<R>(
        &self,
        hotkey: &Hotkey,
        account: &GithubId,
        read: impl FnOnce(&T) -> R,
    ) -> Option<R> {
        self.recall(hotkey, account, |seen| read(&seen.value))
    }

    fn recall<R>(
        &self,
        hotkey: &Hotkey,
        account: &GithubId,
        read: impl FnOnce(&Seen<T>) -> R,
    ) -> Option<R> {
        let memory = self.lock();
        let seen = memory.get(hotkey)?;
        (seen.account == *account).then(|| read(seen))
    }
}

impl<T> Memory<T> {
    pub(crate) fn forget(&self, hotkey: &Hotkey) {
        self.lock().remove(hotkey);
    }

    pub(crate) fn retain(&self, keep: impl Fn(&Hotkey) -> bool) {
        self.lock().retain(|hotkey, _| keep(hotkey));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Hotkey, Seen<T>>> {
        // Entries are whole values: one that panicked elsewhere left none half-written.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
