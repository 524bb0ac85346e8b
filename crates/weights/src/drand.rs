use std::time::Duration;

use axonry_chain::{EpochClock, FormulaEpochs, StatefulEpochs};
use axonry_core::{BlockNumber, UnixMillis};

/// How many blocks after its epoch's first a commit is made to open at the earliest: by then the
/// chain has stored the pulse, and the blocks before had time to be late.
const SAFETY_BLOCKS: f64 = 3.0;

/// The longest epoch the stateful scheduler lets pass before it fires on its own.
const MAX_TEMPO: u64 = 50_400;

/// The longest simulation of epochs: the most epochs a reveal period can have, each at its longest.
const MOST_BLOCKS: u64 = 101 * (MAX_TEMPO + 1);

/// A randomness beacon: a signature over the number of each round, at a fixed pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrandNetwork {
    /// The beacon's key: a point of G2, compressed.
    pub public_key: [u8; 96],
    /// When round 1 was published, in seconds since the Unix epoch.
    pub genesis: u64,
    /// The seconds from one round to the next.
    pub period: u64,
}

impl DrandNetwork {
    /// drand's quicknet (chain `52db9ba7…e971`, scheme `bls-unchained-g1-rfc9380`), which subtensor
    /// reveals weights by.
    pub const QUICKNET: Self = Self {
        public_key: [
            0x83, 0xcf, 0x0f, 0x28, 0x96, 0xad, 0xee, 0x7e, 0xb8, 0xb5, 0xf0, 0x1f, 0xca, 0xd3,
            0x91, 0x22, 0x12, 0xc4, 0x37, 0xe0, 0x07, 0x3e, 0x91, 0x1f, 0xb9, 0x00, 0x22, 0xd3,
            0xe7, 0x60, 0x18, 0x3c, 0x8c, 0x4b, 0x45, 0x0b, 0x6a, 0x0a, 0x6c, 0x3a, 0xc6, 0xa5,
            0x77, 0x6a, 0x2d, 0x10, 0x64, 0x51, 0x0d, 0x1f, 0xec, 0x75, 0x8c, 0x92, 0x1c, 0xc2,
            0x2b, 0x0e, 0x17, 0xe6, 0x3a, 0xaf, 0x4b, 0xcb, 0x5e, 0xd6, 0x63, 0x04, 0xde, 0x9c,
            0xf8, 0x09, 0xbd, 0x27, 0x4c, 0xa7, 0x3b, 0xab, 0x4a, 0xf5, 0xa6, 0xe9, 0xc7, 0x6a,
            0x4b, 0xc0, 0x9e, 0x76, 0xea, 0xe8, 0x99, 0x1e, 0xf5, 0xec, 0xe4, 0x5a,
        ],
        genesis: 1_692_803_367,
        period: 3,
    };

    /// The round to commit to, so that the chain can open the commit in the epoch it is due.
    ///
    /// `max(1, ⌊(now + (reveal_block + 3 − current) · block_time − genesis) / period⌋)`, where
    /// `reveal_block` is the first of epoch *now + `reveal_period`* by the clock the chain has, and
    /// `now` the time of block `current`. `None` where no epoch or no round ever
    /// comes.
    ///
    /// PyPI `bittensor-drand`: `get_encrypted_commit` (1.3.0) for epochs by formula,
    /// `get_encrypted_commit_v2` (2.0.0) for epochs by state.
    pub fn reveal_round(
        &self,
        epochs: &EpochClock,
        reveal_period: u64,
        current: BlockNumber,
        now: UnixMillis,
        block_time: Duration,
    ) -> Option<u64> {
        if self.period == 0 {
            return None;
        }
        let reveal = reveal_block(epochs, reveal_period, current)?;
        let ahead = float(reveal) + SAFETY_BLOCKS - float(current);
        let opens = seconds(now) + ahead * block_time.as_secs_f64();
        let rounds = ((opens - self.genesis as f64) / self.period as f64).floor();
        Some(whole(rounds).max(1))
    }

    /// When a round is published, in milliseconds since the Unix epoch.
    pub const fn published(&self, round: u64) -> UnixMillis {
        let since = round.saturating_sub(1).saturating_mul(self.period);
        UnixMillis(self.genesis.saturating_add(since).saturating_mul(1_000))
    }
}

/// The first block of the epoch in which a commit made after block `current` is revealed.
///
/// `None` where no epoch ever runs.
pub fn reveal_block(
    epochs: &EpochClock,
    reveal_period: u64,
    current: BlockNumber,
) -> Option<BlockNumber> {
    match epochs {
        EpochClock::Formula(epochs) => by_formula(*epochs, reveal_period, current),
        EpochClock::Stateful(epochs) => by_state(epochs, reveal_period, current),
    }
}

fn by_formula(epochs: FormulaEpochs, period: u64, current: BlockNumber) -> Option<BlockNumber> {
    let epoch = epochs.epoch_of(current)?.saturating_add(period);
    let start = epoch.saturating_mul(u64::from(epochs.tempo) + 1);
    Some(BlockNumber(
        start.saturating_sub(u64::from(epochs.netuid.0) + 1),
    ))
}

/// Walks the chain's scheduler ahead, block by block, as the oracle does.
fn by_state(epochs: &StatefulEpochs, period: u64, current: BlockNumber) -> Option<BlockNumber> {
    if epochs.tempo == 0 {
        return None;
    }
    let mut last = epochs.last_epoch_block.0;
    let mut pending = epochs.pending_epoch_at.0;
    let mut since = epochs.blocks_since_last_step;
    let mut index = epochs.epoch_index;
    let runs = |block: u64, last: u64, pending: u64, since: u64| {
        (pending > 0 && block >= pending)
            || since > MAX_TEMPO
            || block.saturating_sub(last) >= u64::from(epochs.tempo)
    };
    let first = current.0.saturating_add(1);
    let target = (index + u64::from(runs(first, last, pending, since))).saturating_add(period);
    for block in first..first.saturating_add(MOST_BLOCKS) {
        if index + u64::from(runs(block, last, pending, since)) >= target {
            return Some(BlockNumber(block));
        }
        since += 1;
        if runs(block, last, pending, since) {
            (last, pending, since) = (block, 0, 0);
            index += 1;
        }
    }
    None
}

#[expect(
    clippy::cast_precision_loss,
    reason = "block numbers and times lie far below 2^53"
)]
const fn float(block: BlockNumber) -> f64 {
    block.0 as f64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of this age lie below 2^53"
)]
fn seconds(time: UnixMillis) -> f64 {
    time.0 as f64 / 1_000.0
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "float to integer casts saturate, and a round before the first is the first"
)]
const fn whole(rounds: f64) -> u64 {
    rounds as u64
}

#[cfg(test)]
mod tests {
    use axonry_core::NetUid;

    use super::*;

    #[test]
    fn a_clock_that_never_runs_reveals_never() {
        let formula = EpochClock::Formula(FormulaEpochs {
            netuid: NetUid(1),
            tempo: 0,
        });
        let stateful = EpochClock::Stateful(StatefulEpochs {
            at: BlockNumber(9),
            tempo: 0,
            last_epoch_block: BlockNumber(0),
            pending_epoch_at: BlockNumber(0),
            epoch_index: 0,
            blocks_since_last_step: 9,
        });
        for clock in [formula, stateful] {
            assert_eq!(reveal_block(&clock, 1, BlockNumber(9)), None);
        }
    }

    #[test]
    fn a_commit_opens_after_the_epoch_it_is_due_in_has_begun() {
        let clock = EpochClock::Formula(FormulaEpochs {
            netuid: NetUid(1),
            tempo: 99,
        });
        let now = DrandNetwork::QUICKNET.published(1_000_000);
        let block = Duration::from_secs(12);
        let round = DrandNetwork::QUICKNET
            .reveal_round(&clock, 1, BlockNumber(1_000), now, block)
            .expect("epochs run");
        // Epoch 10 began at 998, epoch 11 begins at 1098: 98 blocks and 3 more, 4 rounds each. The
        // formula counts rounds from 0, so it takes one less than is published by then.
        assert_eq!(round, 1_000_000 - 1 + (98 + 3) * 4);
    }
}
