//! How an extrinsic fared, read back from the events of its block.

use axonry_chain::{Dispatch, DispatchFailure};
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
        if let Some(dispatch) = outcome(presented, *event_type, event)? {
            return Ok(dispatch);
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
            failure(presented, error, arguments).map(Some)
        }
        _ => Ok(None),
    }
}

/// The names behind a `DispatchError` at the front of `bytes`.
fn failure(presented: &Presented, ty: u32, bytes: &[u8]) -> Result<Dispatch, PresentedError> {
    let (kind, detail) = presented.split_variant(ty, bytes).ok_or_else(unread)?;
    let by_kind = |name: &str| DispatchFailure {
        pallet: kind.to_owned(),
        name: name.to_owned(),
        description: String::new(),
    };
    let failure = match (kind, detail) {
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
    };
    Ok(Dispatch::Failed(failure))
}
