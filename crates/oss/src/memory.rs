//! What was last seen of each miner, for the rounds in which a source does not answer.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axonry_core::{Hotkey, UnixMillis};
use axonry_github::GithubId;

use crate::miner::Work;

/// The newest complete work of each miner, kept while the process lives
/// (`MinerEvaluationCache` in `gittensor/classes.py`, keyed by hotkey instead of uid).
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<BTreeMap<Hotkey, Remembered>>);

#[derive(Clone, Debug)]
pub(crate) struct Remembered {
    pub(crate) account: GithubId,
    pub(crate) work: Work,
    pub(crate) as_of: UnixMillis,
}

impl Memory {
    pub(crate) fn store(&self, hotkey: Hotkey, remembered: Remembered) {
        self.lock().insert(hotkey, remembered);
    }

    /// What is known of a miner, provided that the account is still the same and did something.
    pub(crate) fn recall(&self, hotkey: &Hotkey, account: &GithubId) -> Option<Remembered> {
        let mut memory = self.lock();
        if memory.get(hotkey)?.account != *account {
            memory.remove(hotkey);
            return None;
        }
        let remembered = memory.get(hotkey)?;
        let pulls = &remembered.work.pull_requests;
        let empty = pulls.merged.is_empty() && pulls.open.is_empty() && pulls.closed.is_empty();
        (!empty).then(|| remembered.clone())
    }

    pub(crate) fn forget(&self, hotkey: &Hotkey) {
        self.lock().remove(hotkey);
    }

    pub(crate) fn retain(&self, keep: impl Fn(&Hotkey) -> bool) {
        self.lock().retain(|hotkey, _| keep(hotkey));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Hotkey, Remembered>> {
        // Entries are whole values: one that panicked elsewhere left none half-written.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
