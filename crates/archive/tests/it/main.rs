//! What is archived comes back, on a disk and on S3, and other engines read it.

mod folder;
mod interop;

use axonry_archive::{MinerPaths, PromptKey};
use axonry_core::{Hotkey, Uid};

/// Ten steps of five minutes.
pub(crate) fn prompt(asset: &str, start_unix: i64) -> PromptKey {
    PromptKey::new(asset, start_unix, 3_000, 300).expect("a prompt")
}

pub(crate) const START: i64 = 1_770_114_060;

/// Paths that differ from miner to miner, path to path and point to point.
pub(crate) fn miner(uid: u16, paths: u16) -> MinerPaths {
    let prices = (0..paths).flat_map(|path| {
        (0..11).map(move |point| {
            let step = f64::from(uid) * 100.0 + f64::from(path) + f64::from(point) / 16.0;
            65_000.0 + step
        })
    });
    let byte = u8::try_from(uid % 256).expect("a byte");
    MinerPaths {
        uid: Uid(uid),
        hotkey: Hotkey::from_bytes([byte; 32]),
        process_time: (!uid.is_multiple_of(3)).then_some(f64::from(uid) / 8.0),
        prices: prices.collect(),
    }
}
