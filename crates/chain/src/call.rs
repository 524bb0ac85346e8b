use axonry_core::{MechId, NetUid, Weights};

/// What an account can ask the chain to do, by meaning rather than by index.
///
/// Implementations find pallet and call by name in the metadata in force.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Call {
    /// Sets a validator's weights in the clear; signed by the hotkey, free of charge.
    ///
    /// `SubtensorModule.set_weights`, or `set_mechanism_weights` for mechanisms other than 0.
    SetWeights {
        /// The subnet.
        netuid: NetUid,
        /// The mechanism.
        mechanism: MechId,
        /// The vector; stored as sent, since its largest value is 65 535 already.
        weights: Weights,
        /// The subnet's protocol version this validator speaks: at least `WeightsVersionKey`.
        version_key: u64,
    },
    /// Commits to weights by their hash; signed by the hotkey, free of charge.
    ///
    /// `SubtensorModule.commit_weights`, or `commit_mechanism_weights`.
    CommitWeights {
        /// The subnet.
        netuid: NetUid,
        /// The mechanism.
        mechanism: MechId,
        /// blake2-256 over everything that the reveal repeats.
        hash: [u8; 32],
    },
    /// Reveals the weights of an earlier hash; signed by the hotkey, free of charge.
    ///
    /// `SubtensorModule.reveal_weights`, or `reveal_mechanism_weights`.
    RevealWeights {
        /// The subnet.
        netuid: NetUid,
        /// The mechanism.
        mechanism: MechId,
        /// The vector.
        weights: Weights,
        /// What kept others from guessing it.
        salt: Vec<u16>,
        /// The version key that is in the hash.
        version_key: u64,
    },
    /// Commits to weights that the chain opens itself when a drand pulse is there; signed by the
    /// hotkey, free of charge.
    ///
    /// `SubtensorModule.commit_timelocked_weights`, or `commit_timelocked_mechanism_weights`.
    CommitTimelockedWeights {
        /// The subnet.
        netuid: NetUid,
        /// The mechanism.
        mechanism: MechId,
        /// What is sealed: at most 5000 bytes.
        sealed: Vec<u8>,
        /// The drand round whose pulse opens it.
        reveal_round: u64,
        /// The form of commit: the chain's `CommitRevealWeightsVersion`.
        version: u16,
    },
}

impl Call {
    /// The pallet and call it is in the runtime.
    pub const fn name(&self) -> (&'static str, &'static str) {
        let name = match (self, self.mechanism()) {
            (Self::SetWeights { .. }, MechId(0)) => "set_weights",
            (Self::SetWeights { .. }, _) => "set_mechanism_weights",
            (Self::CommitWeights { .. }, MechId(0)) => "commit_weights",
            (Self::CommitWeights { .. }, _) => "commit_mechanism_weights",
            (Self::RevealWeights { .. }, MechId(0)) => "reveal_weights",
            (Self::RevealWeights { .. }, _) => "reveal_mechanism_weights",
            (Self::CommitTimelockedWeights { .. }, MechId(0)) => "commit_timelocked_weights",
            (Self::CommitTimelockedWeights { .. }, _) => "commit_timelocked_mechanism_weights",
        };
        ("SubtensorModule", name)
    }

    const fn mechanism(&self) -> MechId {
        match self {
            Self::SetWeights { mechanism, .. }
            | Self::CommitWeights { mechanism, .. }
            | Self::RevealWeights { mechanism, .. }
            | Self::CommitTimelockedWeights { mechanism, .. } => *mechanism,
        }
    }
}
