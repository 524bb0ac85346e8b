//! The arguments of each call, by name, so that one that a runtime adds is an error and no shift.

use axonry_chain::{Call, ChainError};
use axonry_core::{MechId, NetUid, Weights};
use parity_scale_codec::{Compact, Encode};
use scale_encode::{EncodeAsFields, EncodeAsType, Error as EncodeError, FieldIter, TypeResolver};
use scale_info::TypeDef;
use subxt::ext::scale_value::{Composite, Value};

use super::super::shape::unwrapped;
use super::super::{Runtime, ledger, missing};

mod untyped;

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
            SetCommitment(SetCommitment),
            Batch(Batch),
            Other(Composite<()>),
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
                    Self::SetCommitment(arguments) => {
                        arguments.encode_as_fields_to(fields, types, out)
                    }
                    Self::Batch(arguments) => arguments.encode_as_fields_to(fields, types, out),
                    Self::Other(arguments) => arguments.encode_as_fields_to(fields, types, out),
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

/// The arguments of `Commitments.set_commitment`: of types of our own, so that the one-field struct
/// can come and go.
#[derive(EncodeAsType)]
pub(super) struct SetCommitment {
    netuid: u16,
    info: CommitmentInfo,
}

#[derive(EncodeAsType)]
struct CommitmentInfo {
    fields: Vec<Value>,
}

/// The arguments of `Utility.batch` and its like.
#[derive(EncodeAsType)]
pub(super) struct Batch {
    calls: EncodedCalls,
}

/// A list of calls that have been encoded already.
struct EncodedCalls(Vec<Vec<u8>>);

impl EncodeAsType for EncodedCalls {
    fn encode_as_type_to<R: TypeResolver>(
        &self,
        _: R::TypeId,
        _: &R,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        Compact(u32::try_from(self.0.len()).unwrap_or(u32::MAX)).encode_to(out);
        for call in &self.0 {
            out.extend_from_slice(call);
        }
        Ok(())
    }
}

impl Arguments {
    /// The arguments of a call.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] for a call that this client does not know, or one inside it
    /// that the runtime does not.
    pub(super) fn of(runtime: &Runtime, call: &Call) -> Result<Self, ChainError> {
        match call {
            Call::Batch { calls, .. } => {
                let (pallet, name) = call.name();
                if !runtime.takes_calls(pallet, name) {
                    let reason = "it has no argument `calls` that is a list of calls";
                    return Err(missing(format!("{pallet}.{name}"), reason));
                }
                let calls = calls.iter().map(|call| runtime.call_data(call));
                let calls = EncodedCalls(calls.collect::<Result<_, _>>()?);
                Ok(Self::Batch(Batch { calls }))
            }
            call => Self::of_weights(call)
                .or_else(|| Self::of_commitment(call))
                .or_else(|| untyped::of(call).map(Self::Other))
                .ok_or_else(|| {
                    let (pallet, name) = call.name();
                    let reason = "this client does not support the call yet";
                    missing(format!("{pallet}.{name}"), reason)
                }),
        }
    }

    fn of_commitment(call: &Call) -> Option<Self> {
        let Call::SetCommitment { netuid, fields } = call else {
            return None;
        };
        let fields = fields.iter().map(ledger::written);
        Some(Self::SetCommitment(SetCommitment {
            netuid: netuid.0,
            info: CommitmentInfo {
                fields: fields.collect::<Option<_>>()?,
            },
        }))
    }

    fn of_weights(call: &Call) -> Option<Self> {
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

impl Runtime {
    /// Whether a call takes a list of calls, each laid out as calls are.
    fn takes_calls(&self, pallet: &str, name: &str) -> bool {
        let metadata = self.metadata();
        let types = metadata.types();
        let list = metadata
            .pallet_by_name(pallet)
            .and_then(|pallet| pallet.call_variant_by_name(name))
            .and_then(|call| {
                let mut fields = call.fields.iter();
                fields.find(|field| field.name.as_deref() == Some("calls"))
            })
            .and_then(|field| unwrapped(types, field.ty.id));
        match list {
            Some(TypeDef::Sequence(list)) => {
                list.type_param.id == metadata.outer_enums().call_enum_ty()
            }
            _ => false,
        }
    }
}

fn uids(weights: &Weights) -> Vec<u16> {
    weights.uids().map(|uid| uid.0).collect()
}
