use axonry_chain::Call;
use axonry_core::Weights;

use crate::presented::Value;

/// The arguments of a call, by name; `None` for one that the dev chain does not know.
///
/// Those that a call's form without mechanism lacks are left out when it is encoded.
pub(super) fn of(call: &Call) -> Option<Vec<(&'static str, Value)>> {
    Some(match call {
        Call::SetWeights {
            netuid,
            mechanism,
            weights,
            version_key,
        } => vec![
            ("netuid", netuid.0.into()),
            ("mecid", mechanism.0.into()),
            ("dests", uids(weights)),
            ("weights", values(weights)),
            ("version_key", (*version_key).into()),
        ],
        Call::CommitWeights {
            netuid,
            mechanism,
            hash,
        } => vec![
            ("netuid", netuid.0.into()),
            ("mecid", mechanism.0.into()),
            ("commit_hash", Value::Bytes(hash.to_vec())),
        ],
        Call::RevealWeights {
            netuid,
            mechanism,
            weights,
            salt,
            version_key,
        } => vec![
            ("netuid", netuid.0.into()),
            ("mecid", mechanism.0.into()),
            ("uids", uids(weights)),
            ("values", values(weights)),
            ("salt", salt.clone().into()),
            ("version_key", (*version_key).into()),
        ],
        Call::CommitTimelockedWeights {
            netuid,
            mechanism,
            sealed,
            reveal_round,
            version,
        } => vec![
            ("netuid", netuid.0.into()),
            ("mecid", mechanism.0.into()),
            ("commit", Value::Bytes(sealed.clone())),
            ("reveal_round", (*reveal_round).into()),
            ("commit_reveal_version", (*version).into()),
        ],
        _ => return None,
    })
}

fn uids(weights: &Weights) -> Value {
    let uids: Vec<u16> = weights.uids().map(|uid| uid.0).collect();
    uids.into()
}

fn values(weights: &Weights) -> Value {
    let values: Vec<u16> = weights.values().collect();
    values.into()
}
