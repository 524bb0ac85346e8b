//! Which runtime made a block, and which one its state is for.
//!
//! A block that upgrades the runtime is itself made by the old one: its state and events are the
//! old one's, and the code in its state, which `state_getRuntimeVersion` and runtime calls go by, is
//! the new one's. The next block begins by migrating the state.

use std::sync::Arc;

use axonry_core::{Block, BlockHash};

use super::{Core, Node, ReadError};
use crate::presented::{Presented, PresentedError};

impl Node {
    /// The runtime in force after a block, or after the best one: the one its state carries.
    pub(crate) fn runtime(&self, at: Option<BlockHash>) -> Result<Arc<Presented>, ReadError> {
        let core = self.core();
        let number = core.pinned(at)?;
        Ok(core.runtime_of(number + 1))
    }

    /// The newest runtime.
    pub(crate) fn newest_runtime(&self) -> Arc<Presented> {
        let core = self.core();
        core.runtime_of(core.best().header.number + 1)
    }

    /// Makes a block that puts another runtime in force for those after it.
    pub(crate) fn upgrade(&self, to: Presented) -> Result<Block, PresentedError> {
        let mut guard = self.core_mut();
        let block = self.make(&mut guard, super::sealing::Making::upgrading(&to))?;
        let first = block.number.0 + 1;
        guard.runtimes.push((first, Arc::new(to)));
        self.tell(&guard);
        Ok(block)
    }
}

impl Core {
    /// The runtime that made a block, or will.
    pub(super) fn runtime_of(&self, number: u64) -> Arc<Presented> {
        let after = self.runtimes.partition_point(|(since, _)| *since <= number);
        let (_, runtime) = &self.runtimes[after.saturating_sub(1)];
        Arc::clone(runtime)
    }
}
