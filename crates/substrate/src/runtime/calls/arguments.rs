//! The arguments of each call, by name, so that one that a runtime adds is an error and no shift.

use axonry_chain::Call;
use axonry_core::{MechId, NetUid, Weights};
use scale_encode::{EncodeAsFields, EncodeAsType, Error as EncodeError, FieldIter, TypeResolver};

/// Declares the arguments of a call in its two forms, of which the second names the mechanism.
macro_rules! arguments {
    ($($plain:ident, $of_mechanism:ident { $($field:ident: $ty:ty,)* })*) => {
        $(
            #[derive(EncodeAsType)]
            pub(super) struct $plain {
                netuid: u16,
                $($field: $ty,)*
            }

            #[derive(EncodeAsType)]
            pub(super) struct $of_mechanism {
                netuid: u16,
                mecid: u8,
                $($field: $ty,)*
            }
        )*

        pub(super) enum Arguments {
            $($plain($plain), $of_mechanism($of_mechanism),)*
        }

        impl EncodeAsFields for Arguments {
            fn encode_as_fields_to<R: TypeResolver>(
                &self,
                fields: &mut dyn FieldIter<'_, R::TypeId>,
                types: &R,
                out: &mut Vec<u8>,
            ) -> Result<(), EncodeError> {
                match self {
                    $(
                        Self::$plain(arguments) => {
                            arguments.encode_as_fields_to(fields, types, out)
                        }
                        Self::$of_mechanism(arguments) => {
                            arguments.encode_as_fields_to(fields, types, out)
                        }
                    )*
                }
            }
        }
    };
}

arguments! {
    SetWeights, SetMechanismWeights {
        dests: Vec<u16>,
        weights: Vec<u16>,
        version_key: u64,
    }
    CommitWeights, CommitMechanismWeights {
        commit_hash: [u8; 32],
    }
    RevealWeights, RevealMechanismWeights {
        uids: Vec<u16>,
        values: Vec<u16>,
        salt: Vec<u16>,
        version_key: u64,
    }
    CommitTimelocked, CommitTimelockedMechanism {
        commit: Vec<u8>,
        reveal_round: u64,
        commit_reveal_version: u16,
    }
}

/// Builds one form or the other, by the mechanism.
macro_rules! either {
    ($plain:ident, $of_mechanism:ident, $netuid:expr, $mechanism:expr, { $($field:ident: $value:expr),* $(,)? }) => {
        match ($netuid, $mechanism) {
            (NetUid(netuid), MechId(0)) => Arguments::$plain($plain { netuid, $($field: $value,)* }),
            (NetUid(netuid), MechId(mecid)) => {
                Arguments::$of_mechanism($of_mechanism { netuid, mecid, $($field: $value,)* })
            }
        }
    };
}

impl Arguments {
    /// The arguments of a call; `None` for one that this client does not know.
    pub(super) fn of(call: &Call) -> Option<Self> {
        Some(match call {
            Call::SetWeights {
                netuid,
                mechanism,
                weights,
                version_key,
            } => either!(SetWeights, SetMechanismWeights, *netuid, *mechanism, {
                dests: uids(weights),
                weights: weights.values().collect(),
                version_key: *version_key,
            }),
            Call::CommitWeights {
                netuid,
                mechanism,
                hash,
            } => either!(CommitWeights, CommitMechanismWeights, *netuid, *mechanism, {
                commit_hash: *hash,
            }),
            Call::RevealWeights {
                netuid,
                mechanism,
                weights,
                salt,
                version_key,
            } => either!(RevealWeights, RevealMechanismWeights, *netuid, *mechanism, {
                uids: uids(weights),
                values: weights.values().collect(),
                salt: salt.clone(),
                version_key: *version_key,
            }),
            Call::CommitTimelockedWeights {
                netuid,
                mechanism,
                sealed,
                reveal_round,
                version,
            } => either!(CommitTimelocked, CommitTimelockedMechanism, *netuid, *mechanism, {
                commit: sealed.clone(),
                reveal_round: *reveal_round,
                commit_reveal_version: *version,
            }),
            _ => return None,
        })
    }
}

fn uids(weights: &Weights) -> Vec<u16> {
    weights.uids().map(|uid| uid.0).collect()
}
