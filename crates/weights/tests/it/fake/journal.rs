use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axonry_core::{BlockNumber, Hotkey, MechId, NetUid};
use axonry_weights::{Attempt, Intent, IntentId, Journal, JournalError, Landing};

/// How many lines over which is decided, are looked at: an epoch is a matter of the last few.
const KEPT: usize = 64;

/// A journal that keeps everything it is told.
#[derive(Debug, Default)]
pub(crate) struct MemoryJournal {
    kept: Mutex<Kept>,
    broken: bool,
}

#[derive(Debug, Default)]
struct Kept {
    told: Vec<Told>,
    open: BTreeMap<IntentId, Intent>,
    landed: VecDeque<Intent>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Recorded(Box<Intent>),
    Attempted(IntentId, Attempt),
    Concluded(IntentId, Landing),
}

impl MemoryJournal {
    pub(crate) fn with(intent: Intent) -> Arc<Self> {
        let journal = Self::default();
        let kept = Kept {
            told: vec![Told::Recorded(Box::new(intent.clone()))],
            open: [(IntentId(0), intent)].into(),
            landed: VecDeque::new(),
        };
        *journal.kept.lock().expect("nobody else has it") = kept;
        Arc::new(journal)
    }

    /// One that takes nothing, as on a full disk.
    pub(crate) fn broken() -> Self {
        Self {
            broken: true,
            ..Self::default()
        }
    }

    pub(crate) fn told(&self) -> Vec<Told> {
        self.kept(|kept| kept.told.clone())
    }

    fn kept<T>(&self, with: impl FnOnce(&mut Kept) -> T) -> T {
        with(&mut self.kept.lock().expect("no test panics while holding it"))
    }

    fn tell<T>(
        &self,
        told: Told,
        change: impl FnOnce(&mut Kept, IntentId) -> T,
    ) -> Result<T, JournalError> {
        if self.broken {
            return Err(JournalError::Failed("no space left on device".into()));
        }
        Ok(self.kept(|kept| {
            let id = IntentId(i64::try_from(kept.told.len()).expect("few"));
            kept.told.push(told);
            change(kept, id)
        }))
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn record(&self, intent: &Intent) -> Result<IntentId, JournalError> {
        let same = |other: &Intent| other.round == intent.round;
        let taken = self.kept(|kept| kept.open.values().chain(&kept.landed).any(same));
        if taken {
            let Intent { netuid, round, .. } = *intent;
            return Err(JournalError::Conflict { netuid, round });
        }
        self.tell(Told::Recorded(Box::new(intent.clone())), |kept, id| {
            kept.open.insert(id, intent.clone());
            id
        })
    }

    async fn attempt(&self, id: IntentId, attempt: &Attempt) -> Result<(), JournalError> {
        self.tell(Told::Attempted(id, *attempt), |kept, _| {
            let line = kept.open.entry(id);
            line.and_modify(|intent| intent.attempt = *attempt);
        })
    }

    async fn conclude(&self, id: IntentId, landing: &Landing) -> Result<(), JournalError> {
        self.tell(Told::Concluded(id, landing.clone()), |kept, _| {
            if !landing.is_settled() {
                return;
            }
            let over = kept.open.remove(&id);
            kept.landed.extend(over.filter(|_| landing.is_verified()));
            let excess = kept.landed.len().saturating_sub(KEPT);
            kept.landed.drain(..excess);
        })
    }

    async fn taken(
        &self,
        _: Hotkey,
        _: (NetUid, MechId),
        since: BlockNumber,
        round: u64,
    ) -> Result<bool, JournalError> {
        let takes = |intent: &Intent| intent.round != round && intent.attempt.valid_until >= since;
        Ok(self.kept(|kept| kept.open.values().chain(&kept.landed).any(takes)))
    }

    async fn unfinished(&self, _: Hotkey) -> Result<Vec<(IntentId, Intent)>, JournalError> {
        Ok(self.kept(|kept| kept.open.clone().into_iter().collect()))
    }
}
