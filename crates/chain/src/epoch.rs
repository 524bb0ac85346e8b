use axonry_core::{BlockNumber, NetUid};
use serde::{Deserialize, Serialize};

/// The longest epoch the stateful scheduler lets pass before it fires on its own.
const MAX_TEMPO: u64 = 50_400;

/// When a subnet's epochs run: a formula up to spec 398, state of the chain since spec 425.
///
/// Which one it is must be read from the runtime: with the wrong one, timelocked weights are
/// revealed for the wrong epoch and silently never applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EpochClock {
    /// Epochs follow from block number, netuid and tempo.
    Formula(FormulaEpochs),
    /// Epochs follow from what the chain stores.
    Stateful(StatefulEpochs),
}

/// Epochs by formula: epoch `e` starts at block `e · (tempo + 1) − (netuid + 1)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormulaEpochs {
    /// The subnet.
    pub netuid: NetUid,
    /// Blocks per epoch, less one; 0 never runs.
    pub tempo: u16,
}

/// Epochs by state, as read at [`StatefulEpochs::at`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatefulEpochs {
    /// The block the state was read at.
    pub at: BlockNumber,
    /// Blocks per epoch; 0 never runs.
    pub tempo: u16,
    /// The block of the last epoch (`LastEpochBlock`).
    pub last_epoch_block: BlockNumber,
    /// A block at which an epoch was asked for, 0 for none (`PendingEpochAt`).
    pub pending_epoch_at: BlockNumber,
    /// How many epochs have run (`SubnetEpochIndex`).
    pub epoch_index: u64,
    /// Blocks since the last epoch by the chain's own count (`BlocksSinceLastStep`).
    pub blocks_since_last_step: u64,
}

impl EpochClock {
    /// Blocks per epoch, as the chain counts it.
    pub const fn tempo(&self) -> u16 {
        match self {
            Self::Formula(epochs) => epochs.tempo,
            Self::Stateful(epochs) => epochs.tempo,
        }
    }

    /// Which epoch a call in `block` belongs to.
    ///
    /// For stateful epochs `block` must not be later than the next epoch's block, since what comes
    /// after that is not known yet; `None` then, and for a tempo of 0.
    pub fn epoch_of(&self, block: BlockNumber) -> Option<u64> {
        match self {
            Self::Formula(epochs) => epochs.epoch_of(block),
            Self::Stateful(epochs) => epochs.epoch_of(block),
        }
    }

    /// The first block after `block` in which an epoch runs; `None` for a tempo of 0.
    pub fn next_epoch_after(&self, block: BlockNumber) -> Option<BlockNumber> {
        match self {
            Self::Formula(epochs) => epochs.next_epoch_after(block),
            Self::Stateful(epochs) => epochs.next_epoch_after(block),
        }
    }
}

impl FormulaEpochs {
    const fn period(self) -> u64 {
        self.tempo as u64 + 1
    }

    const fn shifted(self, block: BlockNumber) -> u64 {
        block.0.saturating_add(self.netuid.0 as u64 + 1)
    }

    /// `(block + netuid + 1) / (tempo + 1)`; `None` for a tempo of 0.
    pub fn epoch_of(self, block: BlockNumber) -> Option<u64> {
        (self.tempo != 0).then(|| self.shifted(block) / self.period())
    }

    /// `tempo − (block + netuid + 1) mod (tempo + 1)`: blocks from `block` to the next in which an
    /// epoch runs, 0 when it is `block` itself. `None` for a tempo of 0.
    pub fn blocks_until_next_epoch(self, block: BlockNumber) -> Option<u64> {
        (self.tempo != 0).then(|| u64::from(self.tempo) - self.shifted(block) % self.period())
    }

    fn next_epoch_after(self, block: BlockNumber) -> Option<BlockNumber> {
        let next = block.plus(1);
        Some(next.plus(self.blocks_until_next_epoch(next)?))
    }
}

impl StatefulEpochs {
    /// Whether an epoch runs in `block`, given that none has run since the state was read.
    pub const fn runs_in(&self, block: BlockNumber) -> bool {
        let asked_for = self.pending_epoch_at.0 > 0 && block.0 >= self.pending_epoch_at.0;
        let overdue = self
            .blocks_since_last_step
            .saturating_add(block.since(self.at))
            > MAX_TEMPO;
        let due = block.since(self.last_epoch_block) >= self.tempo as u64;
        self.tempo != 0 && (asked_for || overdue || due)
    }

    fn epoch_of(&self, block: BlockNumber) -> Option<u64> {
        let next = self.next_epoch_after(self.at)?;
        match block.0.cmp(&next.0) {
            std::cmp::Ordering::Less => Some(self.epoch_index),
            std::cmp::Ordering::Equal => Some(self.epoch_index.saturating_add(1)),
            std::cmp::Ordering::Greater => None,
        }
    }

    fn next_epoch_after(&self, block: BlockNumber) -> Option<BlockNumber> {
        if self.tempo == 0 {
            return None;
        }
        let tempo = u64::from(self.tempo);
        let due = self.last_epoch_block.plus(tempo).0;
        let asked_for = match self.pending_epoch_at.0 {
            0 => u64::MAX,
            at => at,
        };
        let overdue = self
            .at
            .plus((MAX_TEMPO + 1).saturating_sub(self.blocks_since_last_step))
            .0;
        let first = due
            .min(asked_for)
            .min(overdue)
            .max(self.at.0.saturating_add(1));
        // From the first on the chain's own clock takes over, one epoch every tempo.
        let missed = (block.0.saturating_add(1))
            .saturating_sub(first)
            .div_ceil(tempo);
        Some(BlockNumber(
            first.saturating_add(missed.saturating_mul(tempo)),
        ))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_formula_agrees_with_a_measured_chain() {
        // A real runtime (spec 218), tempo 9, netuid 2: a commit in block 33 was revealed in 37..=46.
        let epochs = FormulaEpochs {
            netuid: NetUid(2),
            tempo: 9,
        };
        let epoch = |block| epochs.epoch_of(BlockNumber(block));
        assert_eq!(epoch(33), Some(3));
        assert_eq!(
            (epoch(36), epoch(37), epoch(46), epoch(47)),
            (Some(3), Some(4), Some(4), Some(5))
        );
    }

    proptest! {
        #[test]
        fn the_next_formula_epoch_is_the_next_block_whose_remainder_is_zero(
            netuid: u16, tempo in 1_u16..2000, block in 0_u64..10_000_000,
        ) {
            let epochs = FormulaEpochs { netuid: NetUid(netuid), tempo };
            let runs = |block: u64| {
                (block + u64::from(netuid) + 1) % (u64::from(tempo) + 1) == u64::from(tempo)
            };
            let next = EpochClock::Formula(epochs).next_epoch_after(BlockNumber(block));
            let slow = (block + 1..).find(|&block| runs(block)).map(BlockNumber);
            prop_assert_eq!(next, slow);
        }

        #[test]
        fn the_next_stateful_epoch_is_the_first_block_it_runs_in(
            tempo in 1_u16..500, last in 0_u64..1000, since in 0_u64..499, pending in 0_u64..2000,
        ) {
            let at = BlockNumber(last + since);
            let epochs = StatefulEpochs {
                at,
                tempo,
                last_epoch_block: BlockNumber(last),
                pending_epoch_at: BlockNumber(pending),
                epoch_index: 7,
                blocks_since_last_step: since,
            };
            let slow = (at.0 + 1..).map(BlockNumber).find(|&block| epochs.runs_in(block));
            let clock = EpochClock::Stateful(epochs);
            prop_assert_eq!(clock.next_epoch_after(at), slow);
            let slow = slow.expect("an epoch runs at some time");
            prop_assert_eq!(clock.epoch_of(slow), Some(8));
            prop_assert_eq!(clock.epoch_of(at), Some(7));
            prop_assert_eq!(clock.epoch_of(slow.plus(1)), None);
        }
    }

    #[test]
    fn a_tempo_of_zero_never_runs() {
        let formula = EpochClock::Formula(FormulaEpochs {
            netuid: NetUid(1),
            tempo: 0,
        });
        assert_eq!(formula.next_epoch_after(BlockNumber(5)), None);
        assert_eq!(formula.epoch_of(BlockNumber(5)), None);
    }
}
