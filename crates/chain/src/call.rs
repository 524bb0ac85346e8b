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
}

impl Call {
    /// The pallet and call it is in the runtime.
    pub const fn name(&self) -> (&'static str, &'static str) {
        match self {
            Self::SetWeights {
                mechanism: MechId(0),
                ..
            } => ("SubtensorModule", "set_weights"),
            Self::SetWeights { .. } => ("SubtensorModule", "set_mechanism_weights"),
        }
    }
}
