use axonry_chain::Hyperparameters;
use axonry_core::BlockNumber;
use serde::{Deserialize, Serialize};

/// The blocks in which a vector can be included and still count in the next epoch it can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The first block the chain takes it in.
    pub opens: BlockNumber,
    /// The last block before the epoch that uses it; `None` where no epoch ever runs.
    pub closes: Option<BlockNumber>,
}

/// The first block in which a validator may set weights again: `last_update + rate_limit`.
///
/// Block 0 means that it never did, and any block will do. Registration counts as an update, so a
/// new validator waits the whole limit.
///
/// `opentensor/subtensor`, `pallets/subtensor/src/subnets/weights.rs`, `check_rate_limit`: it passes
/// when `block − last_update ≥ rate_limit`. (SDK 10 asks for one block more.)
///
/// ```
/// # use axonry_core::BlockNumber;
/// # use axonry_weights::first_legal_block;
/// assert_eq!(first_legal_block(BlockNumber(500), 100), BlockNumber(600));
/// assert_eq!(first_legal_block(BlockNumber(0), 100), BlockNumber(0), "it never set any");
/// ```
pub const fn first_legal_block(last_update: BlockNumber, rate_limit: u64) -> BlockNumber {
    if last_update.0 == 0 {
        BlockNumber(0)
    } else {
        last_update.plus(rate_limit)
    }
}

/// When weights sent after the block `now` can land, and until when they count for that epoch.
///
/// Within a block the epoch runs before the extrinsics, so what lands in an epoch's own block waits
/// for the one after. `rules` must have been read at `now` or shortly before.
pub fn window(now: BlockNumber, last_update: BlockNumber, rules: &Hyperparameters) -> Window {
    let legal = first_legal_block(last_update, rules.weights_rate_limit);
    let opens = legal.max(now.plus(1));
    let epoch = rules.epochs.next_epoch_after(opens);
    Window {
        opens,
        closes: epoch.map(|epoch| BlockNumber(epoch.0.saturating_sub(1))),
    }
}

impl Window {
    /// Whether an extrinsic included in `block` lands inside.
    pub fn contains(&self, block: BlockNumber) -> bool {
        self.opens <= block && self.closes.is_none_or(|closes| block <= closes)
    }
}
