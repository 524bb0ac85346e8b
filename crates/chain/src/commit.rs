use axonry_core::{BlockNumber, Hotkey};

use crate::EpochClock;

/// A hash of weights that waits for them to be revealed (`WeightCommits`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashCommit {
    /// The hash.
    pub hash: [u8; 32],
    /// The block that has the commit.
    pub block: BlockNumber,
    /// The epoch it was made in, where the chain stores that (since spec 425).
    pub epoch: Option<u64>,
}

/// A sealed vector that the chain will open itself (`TimelockedWeightCommits`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelockedCommit {
    /// Who committed.
    pub hotkey: Hotkey,
    /// The block that has the commit.
    pub block: BlockNumber,
    /// What is sealed.
    pub sealed: Vec<u8>,
    /// The drand round whose pulse opens it.
    pub reveal_round: u64,
}

/// Where a commit stands with regard to its reveal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevealWindow {
    /// Its epoch has not come.
    TooEarly,
    /// It can be revealed now.
    Open,
    /// Its epoch has passed: it never will be.
    Expired,
}

impl HashCommit {
    /// Where the commit stands for a reveal that is included in `block`: it is due in the epoch of
    /// the commit and `reveal_period` more, no earlier and no later.
    ///
    /// `None` where the clock cannot tell the epoch of `block`.
    ///
    /// `opentensor/subtensor`, `pallets/subtensor/src/subnets/weights.rs`, `is_reveal_block_range`.
    pub fn window(
        &self,
        epochs: &EpochClock,
        reveal_period: u64,
        block: BlockNumber,
    ) -> Option<RevealWindow> {
        let committed = match self.epoch {
            Some(epoch) => epoch,
            None => epochs.epoch_of(self.block)?,
        };
        let due = committed.saturating_add(reveal_period);
        Some(match epochs.epoch_of(block)?.cmp(&due) {
            std::cmp::Ordering::Less => RevealWindow::TooEarly,
            std::cmp::Ordering::Equal => RevealWindow::Open,
            std::cmp::Ordering::Greater => RevealWindow::Expired,
        })
    }
}

#[cfg(test)]
mod tests {
    use axonry_core::NetUid;

    use super::*;
    use crate::FormulaEpochs;

    #[test]
    fn the_window_is_the_one_a_real_runtime_kept() {
        // Spec 218, tempo 9, netuid 2: a commit in block 33 could be revealed in 37..=46.
        let epochs = EpochClock::Formula(FormulaEpochs {
            netuid: NetUid(2),
            tempo: 9,
        });
        let commit = HashCommit {
            hash: [0; 32],
            block: BlockNumber(33),
            epoch: None,
        };
        let window = |block| commit.window(&epochs, 1, BlockNumber(block));
        assert_eq!(window(36), Some(RevealWindow::TooEarly));
        assert_eq!(window(37), Some(RevealWindow::Open));
        assert_eq!(window(46), Some(RevealWindow::Open));
        assert_eq!(window(47), Some(RevealWindow::Expired));
    }
}
