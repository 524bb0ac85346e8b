//! Faults that a validator lives through, each by its name, in virtual time.
//!
//! `TX` and `CH` number what can happen to a submission and to the link to the chain, `A` what has
//! hurt validators of other programs.

use axonry_core::MechId;
use axonry_weights::watchdog::Watchdog;
use tokio::time::sleep;

use crate::fake::{BLOCK, FakeChain, NETUID, hotkey};

mod crashes;
mod outage;
mod pool;
mod reveal;
mod rules;
mod watch;

/// Blocks of an epoch of the fake, and the first block of one of them.
pub(crate) const EPOCH: u64 = 361;
pub(crate) const EPOCH_3: u64 = 1_008;

pub(crate) fn watchdog() -> Watchdog {
    Watchdog::new(hotkey(0), (NETUID, MechId(0)), 7)
}

/// Waits until the chain is as high as that.
pub(crate) async fn reach(chain: &FakeChain, number: u64) {
    while chain.now() < number {
        let blocks = u32::try_from(number - chain.now()).expect("few");
        sleep(BLOCK * blocks).await;
    }
}
