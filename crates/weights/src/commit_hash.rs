use axonry_core::{Hotkey, NetUidStorageIndex, Uid};

/// What a hash commit commits to; the reveal must repeat every field of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitPreimage {
    /// Who sets the weights.
    pub hotkey: Hotkey,
    /// Subnet and mechanism.
    pub index: NetUidStorageIndex,
    /// The weights as they are revealed: emitted `u16`s, never floats.
    pub weights: Vec<(Uid, u16)>,
    /// What keeps others from guessing the weights.
    pub salt: Vec<u16>,
    /// The version key the reveal will carry.
    pub version_key: u64,
}

impl CommitPreimage {
    /// The hash the chain stores until the reveal: blake2b-256 over hotkey, storage index, uids,
    /// values, salt and version key in SCALE.
    ///
    /// `opentensor/bittensor` 10.2, `bittensor/utils/weight_utils.py`, `generate_weight_hash`.
    pub fn hash(&self) -> [u8; 32] {
        let mut state = blake2b_simd::Params::new().hash_length(32).to_state();
        state.update(self.hotkey.as_bytes());
        state.update(&self.index.0.to_le_bytes());
        let uids = self.weights.iter().map(|(uid, _)| uid.0);
        state.update(&scale_vector(uids));
        let values = self.weights.iter().map(|(_, value)| *value);
        state.update(&scale_vector(values));
        state.update(&scale_vector(self.salt.iter().copied()));
        state.update(&self.version_key.to_le_bytes());
        let mut hash = [0; 32];
        hash.copy_from_slice(state.finalize().as_bytes());
        hash
    }

    /// What a timelocked commit seals: hotkey, uids, values and version key in SCALE.
    ///
    /// The hotkey is in it so that nobody can commit to a copy of it under another name; the salt is
    /// not, since sealing brings its own. `opentensor/subtensor`,
    /// `pallets/subtensor/src/coinbase/reveal_commits.rs`, `WeightsTlockPayload`.
    pub fn timelock_payload(&self) -> Vec<u8> {
        let uids = self.weights.iter().map(|(uid, _)| uid.0);
        let values = self.weights.iter().map(|(_, value)| *value);
        let mut payload = vec![32 << 2];
        payload.extend(self.hotkey.as_bytes());
        payload.extend(scale_vector(uids));
        payload.extend(scale_vector(values));
        payload.extend(self.version_key.to_le_bytes());
        payload
    }
}

/// `Vec<u16>` in SCALE: the compact length, then the items, little-endian.
fn scale_vector(items: impl ExactSizeIterator<Item = u16>) -> Vec<u8> {
    let length = u32::try_from(items.len()).unwrap_or(u32::MAX >> 2);
    let mut bytes = match length {
        0..=0x3f => (length << 2).to_le_bytes()[..1].to_vec(),
        0x40..=0x3fff => (length << 2 | 1).to_le_bytes()[..2].to_vec(),
        _ => (length << 2 | 2).to_le_bytes().to_vec(),
    };
    bytes.extend(items.flat_map(u16::to_le_bytes));
    bytes
}
