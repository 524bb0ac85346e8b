//! A subnet's neurons, as the runtime of 2026 hands them out.

use parity_scale_codec::{Compact, Encode};

#[derive(Encode)]
struct Neuron {
    hotkey: [u8; 32],
    coldkey: [u8; 32],
    uid: Compact<u16>,
    netuid: Compact<u16>,
    active: bool,
    /// Block, version, address, port, kind of address, protocol, and two places to spare.
    axon: (u64, u32, u128, u16, u8, u8, u8, u8),
    /// Block, version, address, port, kind of address.
    prometheus: (u64, u32, u128, u16, u8),
    stake: Vec<([u8; 32], Compact<u64>)>,
    rank: Compact<u16>,
    emission: Compact<u64>,
    /// Incentive, consensus, trust, validator trust, dividends.
    shares: [Compact<u16>; 5],
    last_update: Compact<u64>,
    validator_permit: bool,
    pruning_score: Compact<u16>,
}

/// So many neurons, no two of them alike.
pub(crate) fn encoded(count: u16) -> Vec<u8> {
    let neuron = |uid: u16| {
        let mut hotkey = [7; 32];
        hotkey[..2].copy_from_slice(&uid.to_le_bytes());
        let coldkey = [9; 32];
        Neuron {
            hotkey,
            coldkey,
            uid: Compact(uid),
            netuid: Compact(1),
            active: true,
            axon: (5_000_000, 10, 0x0101_0101, 8091, 4, 4, 0, 0),
            prometheus: (0, 0, 0, 0, 0),
            stake: vec![(coldkey, Compact(1_000_000_000 + u64::from(uid)))],
            rank: Compact(0),
            emission: Compact(123_456_789),
            shares: [1, 2, 3, 4, uid].map(Compact),
            last_update: Compact(5_000_000),
            validator_permit: uid < 64,
            pruning_score: Compact(u16::MAX),
        }
    };
    (0..count).map(neuron).collect::<Vec<_>>().encode()
}
