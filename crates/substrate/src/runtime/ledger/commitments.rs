//! What neurons say of themselves, and how it is written.

use axonry_chain::{ChainError, Commitment, CommitmentField, HashKind};
use axonry_core::{BlockNumber, Hotkey, NetUid, Rao};
use scale_decode::DecodeAsType;
use subxt::ext::scale_value::{At, Value, ValueDef};

use crate::runtime::Runtime;
use crate::runtime::bare::Bare;
use crate::runtime::events::numbers_in;

const PALLET: &str = "Commitments";
const ITEM: &str = "CommitmentOf";

/// The longest text that has a variant of its own.
const LONGEST_RAW: usize = 128;

const HASHES: [(&str, HashKind); 4] = [
    ("BlakeTwo256", HashKind::BlakeTwo256),
    ("Sha256", HashKind::Sha256),
    ("Keccak256", HashKind::Keccak256),
    ("ShaThree256", HashKind::ShaThree256),
];

/// A commitment as it is stored (`pallet_commitments::types::Registration`).
#[derive(DecodeAsType)]
pub(crate) struct Registered {
    deposit: u64,
    block: u64,
    /// The fields, in a struct of their own.
    info: Bare<Vec<Value>>,
}

impl Runtime {
    /// Where the commitment of a hotkey is.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when the runtime has no such item.
    pub fn commitment_key(&self, netuid: NetUid, hotkey: Hotkey) -> Result<Vec<u8>, ChainError> {
        let item = self.storage_item(PALLET, ITEM)?;
        item.key((netuid.0, *hotkey.as_bytes()))
    }

    /// Reads what lies at [`Self::commitment_key`].
    ///
    /// # Errors
    /// [`ChainError::Incompatible`], [`ChainError::Decode`]; also for a field of a kind that is not
    /// known.
    pub fn commitment(&self, stored: Option<&[u8]>) -> Result<Option<Commitment>, ChainError> {
        let item = self.storage_item(PALLET, ITEM)?;
        let stored: Option<Registered> = stored.map(|bytes| item.decode(bytes)).transpose()?;
        stored.map(Registered::commitment).transpose()
    }
}

impl Registered {
    pub(crate) fn commitment(self) -> Result<Commitment, ChainError> {
        let fields = self.info.0.iter().map(|field| {
            read(field).ok_or_else(|| ChainError::Decode {
                item: format!("{PALLET}.{ITEM}"),
                reason: format!("a field is of a kind that this client does not know: {field}"),
            })
        });
        Ok(Commitment {
            block: BlockNumber(self.block),
            deposit: Rao::from_rao(self.deposit),
            fields: fields.collect::<Result<_, _>>()?,
        })
    }
}

fn read(field: &Value) -> Option<CommitmentField> {
    let ValueDef::Variant(field) = &field.value else {
        return None;
    };
    let bytes = || numbers_in(&field.values);
    Some(match field.name.as_str() {
        "None" => CommitmentField::Empty,
        "ResetBondsFlag" => CommitmentField::ResetBonds,
        "TimelockEncrypted" => CommitmentField::Timelocked {
            sealed: match &field.values.at("encrypted")?.value {
                ValueDef::Composite(sealed) => numbers_in(sealed),
                _ => return None,
            },
            reveal_round: field
                .values
                .at("reveal_round")?
                .as_u128()?
                .try_into()
                .ok()?,
        },
        "BigRaw" => CommitmentField::Raw(bytes()),
        name => match HASHES.iter().find(|(known, _)| *known == name) {
            Some((_, kind)) => CommitmentField::Hash(*kind, bytes().try_into().ok()?),
            None => {
                let length: usize = name.strip_prefix("Raw")?.parse().ok()?;
                let bytes = bytes();
                (bytes.len() == length).then_some(CommitmentField::Raw(bytes))?
            }
        },
    })
}

/// A field as the runtime's `Data` has it; `None` for one that this client does not know.
pub(in crate::runtime) fn written(field: &CommitmentField) -> Option<Value> {
    let bytes = |bytes: &[u8]| Value::from_bytes(bytes);
    Some(match field {
        CommitmentField::Empty => Value::unnamed_variant("None", []),
        CommitmentField::ResetBonds => Value::unnamed_variant("ResetBondsFlag", []),
        CommitmentField::Raw(raw) if raw.len() <= LONGEST_RAW => {
            Value::unnamed_variant(format!("Raw{}", raw.len()), [bytes(raw)])
        }
        CommitmentField::Raw(raw) => Value::unnamed_variant("BigRaw", [bytes(raw)]),
        CommitmentField::Hash(kind, hash) => {
            let (name, _) = HASHES.iter().find(|(_, known)| known == kind)?;
            Value::unnamed_variant(*name, [bytes(hash)])
        }
        CommitmentField::Timelocked {
            sealed,
            reveal_round,
        } => Value::named_variant(
            "TimelockEncrypted",
            [
                ("encrypted", bytes(sealed)),
                ("reveal_round", Value::u128((*reveal_round).into())),
            ],
        ),
        _ => return None,
    })
}
