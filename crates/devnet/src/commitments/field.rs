//! One field of a commitment: `pallet_commitments::types::Data`, which has a variant per length.

use axonry_chain::CommitmentField;
use parity_scale_codec::{Compact, Decode};

use super::{HASHES, field_type};
use crate::presented::{Presented, Value};

/// The longest bytes that have a variant of their own; longer ones are `BigRaw`.
const LONGEST_RAW: usize = 128;

/// What a field counts for in the space a hotkey has (`len_for_rate_limit`).
pub(super) fn space(field: &CommitmentField) -> u64 {
    let length = match field {
        CommitmentField::Raw(bytes) => bytes.len(),
        CommitmentField::Hash(_, hash) => hash.len(),
        CommitmentField::Timelocked { sealed, .. } => sealed.len(),
        _ => 0,
    };
    length as u64
}

/// The field as the runtime has it.
pub(crate) fn value(field: &CommitmentField) -> Value {
    let with = |name: &str, bytes: &[u8]| {
        Value::variant(name, Value::List(vec![Value::Bytes(bytes.to_vec())]))
    };
    match field {
        CommitmentField::Raw(bytes) if bytes.len() > LONGEST_RAW => with("BigRaw", bytes),
        CommitmentField::Raw(bytes) => with(&format!("Raw{}", bytes.len()), bytes),
        CommitmentField::Hash(kind, hash) => {
            let name = HASHES.iter().find(|(_, known)| known == kind);
            with(name.map_or("Sha256", |(name, _)| name), hash)
        }
        CommitmentField::Timelocked {
            sealed,
            reveal_round,
        } => Value::variant(
            "TimelockEncrypted",
            Value::Record(vec![
                ("encrypted", Value::Bytes(sealed.clone())),
                ("reveal_round", (*reveal_round).into()),
            ]),
        ),
        CommitmentField::ResetBonds => Value::unit("ResetBondsFlag"),
        _ => Value::unit("None"),
    }
}

/// The fields in an encoded info; `None` for a field this chain has no word for.
pub(crate) fn decode(
    presented: &Presented,
    info: u32,
    mut bytes: &[u8],
) -> Option<Vec<CommitmentField>> {
    let ty = field_type(presented, info)?;
    let count = Compact::<u32>::decode(&mut bytes).ok()?.0;
    let mut fields = Vec::new();
    for _ in 0..count {
        let (field, rest) = bytes.split_at(presented.extent(bytes, ty).ok()?);
        fields.push(one(presented, ty, field)?);
        bytes = rest;
    }
    Some(fields)
}

fn one(presented: &Presented, ty: u32, bytes: &[u8]) -> Option<CommitmentField> {
    let (name, mut content) = presented.split_variant(ty, bytes)?;
    let hash = HASHES.iter().find(|(known, _)| *known == name);
    if let Some((_, kind)) = hash {
        return Some(CommitmentField::Hash(*kind, content.try_into().ok()?));
    }
    Some(match name {
        "None" => CommitmentField::Empty,
        "ResetBondsFlag" => CommitmentField::ResetBonds,
        "BigRaw" => CommitmentField::Raw(Vec::decode(&mut content).ok()?),
        "TimelockEncrypted" => {
            let (sealed, reveal_round) = Decode::decode(&mut content).ok()?;
            CommitmentField::Timelocked {
                sealed,
                reveal_round,
            }
        }
        _ if name.starts_with("Raw") => CommitmentField::Raw(content.to_vec()),
        _ => return None,
    })
}
