//! How an extrinsic fared, read back from the events of its block.

use axonry_chain::{Carrier, Dispatch, DispatchFailure, InnerFailure};
use parity_scale_codec::{Compact, Decode};
use scale_info::TypeDef;

use crate::presented::{Presented, PresentedError};
use crate::storage::Storage;

const ITEM: &str = "System.Events";

fn malformed(reason: impl Into<String>) -> PresentedError {
    PresentedError::Decode {
        item: ITEM.to_owned(),
        reason: reason.into(),
    }
}

/// What the events say about the extrinsic at `place` in its block.
pub(crate) fn of_extrinsic(
    storage: &Storage<'_>,
    place: usize,
) -> Result<Dispatch, PresentedError> {
    let presented = storage.presented();
    let Some((bytes, events)) = storage.stored("System", "Events", &[])? else {
        return Ok(Dispatch::NotInBlock);
    };
    let mut rest = bytes.as_slice();
    let count = Compact::<u32>::decode(&mut rest).map_err(|error| malformed(error.to_string()))?;
    let record = match presented.types().resolve(events).map(|ty| &ty.type_def) {
        Some(TypeDef::Sequence(records)) => records.type_param.id,
        _ => return Err(malformed("it is not a list")),
    };
    let mut inner = Inner::default();
    for _ in 0..count.0 {
        let fields = fields(presented, record, &mut rest)?;
        let [(_, phase_type, phase), (_, event_type, event), ..] = fields.as_slice() else {
            return Err(malformed("a record has too few fields"));
        };
        let (phase, index) = presented
            .split_variant(*phase_type, phase)
            .ok_or_else(unread)?;
        let index = u32::decode(&mut &*index).ok();
        if phase != "ApplyExtrinsic" || index.and_then(|it| usize::try_from(it).ok()) != Some(place)
        {
            continue;
        }
        inner.hear(presented, *event_type, event)?;
        match outcome(presented, *event_type, event)? {
            Some(Dispatch::Succeeded) if !inner.failures.is_empty() => {
                return Ok(Dispatch::Partly(inner.failures));
            }
            Some(dispatch) => return Ok(dispatch),
            None => {}
        }
    }
    Ok(Dispatch::NotInBlock)
}

fn unread() -> PresentedError {
    malformed("a variant is unknown")
}

/// A field's name, type and bytes.
type Field<'a> = (String, u32, &'a [u8]);

/// Takes the fields of a composite off the front of `bytes`.
fn fields<'a>(
    presented: &Presented,
    ty: u32,
    bytes: &mut &'a [u8],
) -> Result<Vec<Field<'a>>, PresentedError> {
    let Some(TypeDef::Composite(composite)) = presented.types().resolve(ty).map(|ty| &ty.type_def)
    else {
        return Err(malformed("a record is no struct"));
    };
    let take = |field: &scale_info::Field<scale_info::form::PortableForm>| {
        let length = presented.extent(bytes, field.ty.id).map_err(malformed)?;
        let (value, rest) = bytes.split_at(length);
        *bytes = rest;
        Ok((field.name.clone().unwrap_or_default(), field.ty.id, value))
    };
    composite.fields.iter().map(take).collect()
}

/// What came of the calls inside a batch.
#[derive(Default)]
struct Inner {
    failures: Vec<InnerFailure>,
    /// How many calls the events so far are about.
    heard: u32,
}

impl Inner {
    fn hear(&mut self, presented: &Presented, ty: u32, event: &[u8]) -> Result<(), PresentedError> {
        let (pallet, inner) = presented.split_variant(ty, event).ok_or_else(unread)?;
        if pallet != "Utility" {
            return Ok(());
        }
        let utility = presented.first_field(ty, pallet).ok_or_else(unread)?;
        let (name, fields) = presented.split_variant(utility, inner).ok_or_else(unread)?;
        match name {
            "ItemCompleted" => self.heard += 1,
            "ItemFailed" => {
                let error = presented.first_field(utility, name).ok_or_else(unread)?;
                let index = self.heard;
                let carrier = Carrier::ForceBatch { index };
                let failure = failure(presented, error, fields)?;
                self.failures.push(InnerFailure { carrier, failure });
                self.heard += 1;
            }
            "BatchInterrupted" => {
                let (index, error) = fields.split_first_chunk().ok_or_else(unread)?;
                let carrier = Carrier::Batch {
                    index: u32::from_le_bytes(*index),
                };
                // An item's failure is of the same type as the batch's.
                let ty = presented
                    .first_field(utility, "ItemFailed")
                    .ok_or_else(unread)?;
                let failure = failure(presented, ty, error)?;
                self.failures.push(InnerFailure { carrier, failure });
            }
            _ => {}
        }
        Ok(())
    }
}

/// Success or failure, if the event is about either.
fn outcome(
    presented: &Presented,
    ty: u32,
    event: &[u8],
) -> Result<Option<Dispatch>, PresentedError> {
    let (pallet, inner) = presented.split_variant(ty, event).ok_or_else(unread)?;
    if pallet != "System" {
        return Ok(None);
    }
    let system = presented.first_field(ty, "System").ok_or_else(unread)?;
    let (name, arguments) = presented.split_variant(system, inner).ok_or_else(unread)?;
    match name {
        "ExtrinsicSuccess" => Ok(Some(Dispatch::Succeeded)),
        "ExtrinsicFailed" => {
            let error = presented.first_field(system, name).ok_or_else(unread)?;
            let failure = failure(presented, error, arguments)?;
            Ok(Some(Dispatch::Failed(failure)))
        }
        _ => Ok(None),
    }
}

/// The names behind a `DispatchError` at the front of `bytes`.
fn failure(
    presented: &Presented,
    ty: u32,
    bytes: &[u8],
) -> Result<DispatchFailure, PresentedError> {
    let (kind, detail) = presented.split_variant(ty, bytes).ok_or_else(unread)?;
    let by_kind = |name: &str| DispatchFailure {
        pallet: kind.to_owned(),
        name: name.to_owned(),
        description: String::new(),
    };
    Ok(match (kind, detail) {
        ("Module", [pallet, error, ..]) => {
            let names = presented.error_name(*pallet, *error);
            let (pallet, name, description) = names.ok_or_else(unread)?;
            DispatchFailure {
                pallet,
                name,
                description,
            }
        }
        ("Token" | "Arithmetic" | "Transactional" | "Trie", detail) => {
            let inner = presented.first_field(ty, kind).ok_or_else(unread)?;
            let (name, _) = presented.split_variant(inner, detail).ok_or_else(unread)?;
            by_kind(name)
        }
        (kind, _) => by_kind(kind),
    })
}
