use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axonry_core::BlockHash;

use super::Link;

/// Blocks known to be pruned, so that each is asked for in vain once.
const KEPT: usize = 256;

/// A node that keeps the state of every block, asked for what the usual one has dropped.
#[derive(Debug)]
pub(super) struct Archive {
    /// Asleep until the first such question.
    pub(super) link: Arc<Link>,
    pruned: Mutex<VecDeque<BlockHash>>,
}

impl Archive {
    pub(super) fn new(link: Arc<Link>) -> Self {
        Self {
            link,
            pruned: Mutex::default(),
        }
    }

    pub(super) fn is_pruned_elsewhere(&self, block: BlockHash) -> bool {
        self.pruned().contains(&block)
    }

    pub(super) fn note_pruned(&self, block: BlockHash) {
        let mut pruned = self.pruned();
        if !pruned.contains(&block) {
            if pruned.len() == KEPT {
                pruned.pop_front();
            }
            pruned.push_back(block);
        }
    }

    fn pruned(&self) -> MutexGuard<'_, VecDeque<BlockHash>> {
        self.pruned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
