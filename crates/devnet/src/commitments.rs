//! What hotkeys say of themselves: `opentensor/subtensor` `pallets/commitments`.

use axonry_chain::{Commitment, CommitmentField, HashKind};
use axonry_core::{AccountId, BlockNumber, NetUid, Rao};
use scale_decode::DecodeAsType;

use crate::execution::{Execution, unknown};
use crate::presented::{CallData, Presented, PresentedError, Value};
use crate::refusal::Refusal;
use crate::storage::Storage;
use crate::subtensor::{hyperparameters, neurons};

mod field;

pub(crate) use field::{decode as fields_of, value as field_value};

const PALLET: &str = "Commitments";

/// How many fields a commitment may have, and how many bytes a hotkey may say in an epoch: each
/// time counts as a hundred at least.
const MOST_FIELDS: usize = 3;
const LEAST_SPACE: u64 = 100;
const SPACE: u32 = 3_100;

#[derive(DecodeAsType)]
struct OfSubnet {
    netuid: u16,
}

#[derive(Clone, Copy, Default, DecodeAsType)]
struct Usage {
    last_epoch: u64,
    used_space: u64,
}

#[derive(DecodeAsType)]
struct Registered {
    deposit: u64,
    block: u32,
}

/// Runs one of the pallet's calls.
pub(crate) fn call(execution: &mut Execution<'_, '_>, call: &CallData<'_>) -> Result<(), Refusal> {
    if call.name != "set_commitment" {
        return Err(unknown());
    }
    let netuid = NetUid(execution.arguments::<OfSubnet>(call)?.netuid);
    let presented = execution.storage.presented();
    // The info is stored as it came: what is said is not this chain's to understand.
    let (info, ty) = call.argument(presented, "info").ok_or_else(unknown)?;
    let said = fields_of(presented, ty, info).ok_or_else(unknown)?;
    set(execution, netuid, info, &said)
}

fn set(
    execution: &mut Execution<'_, '_>,
    netuid: NetUid,
    info: &[u8],
    said: &[CommitmentField],
) -> Result<(), Refusal> {
    let (who, number) = (execution.origin, execution.number);
    let storage = &mut *execution.storage;
    if neurons::uid_of(storage, netuid, who)?.is_none() {
        return Err(Refusal::Of(PALLET, "AccountNotAllowedCommit"));
    }
    if said.len() > MOST_FIELDS {
        return Err(Refusal::Of(PALLET, "TooManyFieldsInCommitmentInfo"));
    }
    let keys: [Value; 2] = [netuid.0.into(), who.into()];
    let needed = said.iter().map(field::space).sum::<u64>().max(LEAST_SPACE);
    let epoch = hyperparameters::epoch_at(storage, netuid, number)?;
    let usage: Option<Usage> = storage.read(PALLET, "UsedSpaceOf", &keys)?;
    let used = usage.filter(|usage| usage.last_epoch == epoch);
    let used = used.map_or(0, |usage| usage.used_space) + needed;
    let space = storage.read(PALLET, "MaxSpace", &[])?.unwrap_or(SPACE);
    if used > u64::from(space) {
        return Err(Refusal::Of(PALLET, "SpaceLimitExceeded"));
    }
    let usage = Value::Record(vec![
        ("last_epoch", epoch.into()),
        ("used_space", used.into()),
    ]);
    storage.write(PALLET, "UsedSpaceOf", &keys, usage)?;
    let block = u32::try_from(number).unwrap_or(u32::MAX);
    let registration = Value::Record(vec![
        ("deposit", 0_u64.into()),
        ("block", block.into()),
        ("info", Value::Encoded(info.to_vec())),
    ]);
    storage.write(PALLET, "CommitmentOf", &keys, registration)?;
    storage.write(PALLET, "LastCommitment", &keys, block)?;
    let round = said.iter().find_map(|field| match field {
        CommitmentField::Timelocked { reveal_round, .. } => Some(*reveal_round),
        _ => None,
    });
    let mut fields: Vec<Value> = vec![netuid.0.into(), who.into()];
    match round {
        None => execution.deposit(PALLET, "Commitment", fields),
        Some(round) => {
            fields.push(round.into());
            execution.deposit(PALLET, "TimelockCommitment", fields);
        }
    }
    Ok(())
}

/// What a hotkey has said of itself in a subnet, if anything.
pub(crate) fn read(
    storage: &Storage<'_>,
    netuid: NetUid,
    hotkey: AccountId,
) -> Result<Option<Commitment>, PresentedError> {
    let keys = [netuid.0.into(), hotkey.into()];
    let stored = storage.stored(PALLET, "CommitmentOf", &keys)?;
    let Some((bytes, ty)) = stored else {
        return Ok(None);
    };
    let presented = storage.presented();
    let malformed = || PresentedError::Decode {
        item: "Commitments.CommitmentOf".to_owned(),
        reason: "its fields are of another shape".to_owned(),
    };
    let registered: Registered = presented.decode("Commitments.CommitmentOf", &bytes, ty)?;
    let (info, ty) = presented.field(ty, &bytes, "info").ok_or_else(malformed)?;
    Ok(Some(Commitment {
        block: BlockNumber(registered.block.into()),
        deposit: Rao::from_rao(registered.deposit),
        fields: fields_of(presented, ty, info).ok_or_else(malformed)?,
    }))
}

/// Everything that hotkeys of a subnet have said: hotkey and commitment.
pub(crate) fn of_subnet(
    storage: &Storage<'_>,
    netuid: NetUid,
) -> Result<Vec<(AccountId, Commitment)>, PresentedError> {
    let ids = storage.last_keys(PALLET, "CommitmentOf", &[netuid.0.into()])?;
    let each = ids.into_iter().map(|id| {
        let said = read(storage, netuid, id)?;
        Ok(said.map(|said| (id, said)))
    });
    each.filter_map(Result::transpose).collect()
}

/// The same as it is stored, which is what a metagraph tells.
pub(crate) fn stored(
    storage: &Storage<'_>,
    netuid: NetUid,
) -> Result<Vec<(AccountId, Vec<u8>)>, PresentedError> {
    let ids = storage.last_keys(PALLET, "CommitmentOf", &[netuid.0.into()])?;
    let each = ids.into_iter().map(|id| {
        let stored = storage.stored(PALLET, "CommitmentOf", &[netuid.0.into(), id.into()])?;
        Ok(stored.map(|(bytes, _)| (id, bytes)))
    });
    each.filter_map(Result::transpose).collect()
}

/// The arguments of `set_commitment`.
pub(crate) fn info(fields: &[CommitmentField]) -> Value {
    let fields = fields.iter().map(field_value).collect();
    Value::Record(vec![("fields", Value::List(fields))])
}

/// The names of hashes in the runtime.
const HASHES: [(&str, HashKind); 4] = [
    ("BlakeTwo256", HashKind::BlakeTwo256),
    ("Sha256", HashKind::Sha256),
    ("Keccak256", HashKind::Keccak256),
    ("ShaThree256", HashKind::ShaThree256),
];

/// The type of one field, found inside that of the info.
fn field_type(presented: &Presented, info: u32) -> Option<u32> {
    let fields = presented.field_type(info, "fields")?;
    presented.item_type(fields)
}
