//! What survives a restart, and what is refused rather than lost.

mod damage;
mod file;
mod history;
mod journal;
mod migration;
mod place;
mod postgres;
mod predictions;
mod space;
mod transfer;

use axonry_core::{Block, BlockHash, BlockNumber, Hotkey, MechId, NetUid, Uid, Weights};
use axonry_store::{Attempt, Intent, Salt};

pub(crate) const NETUID: NetUid = NetUid(74);

pub(crate) fn hotkey(number: u8) -> Hotkey {
    Hotkey::from_bytes([number; 32])
}

pub(crate) fn intent(round: u64, value: u16) -> Intent {
    Intent {
        hotkey: hotkey(1),
        netuid: NETUID,
        mechanism: MechId(0),
        round,
        epoch: Some(3),
        weights: Weights::new(vec![(Uid(1), value), (Uid(2), u16::MAX)]).expect("weights"),
    }
}

pub(crate) fn attempt(nonce: u64) -> Attempt {
    Attempt {
        extrinsic: format!("0x{}", "ab".repeat(32)),
        nonce,
        birth: Block {
            number: BlockNumber(100),
            hash: BlockHash([3; 32]),
        },
        valid_until: BlockNumber(163),
        uid: Uid(5),
        last_update: BlockNumber(90),
        carrier: "plain".to_owned(),
        salt: None,
    }
}

/// An attempt that commits to a hash, with a secret.
pub(crate) fn hidden(nonce: u64) -> Attempt {
    Attempt {
        carrier: "hash:7:12".to_owned(),
        salt: Some(Salt::new([1, 2, 3, 4, 5, 6, 0xfeed, 0xffff])),
        ..attempt(nonce)
    }
}
