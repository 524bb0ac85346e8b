//! How an extrinsic fared, from the events of its block.

use axonry_chain::{ChainError, Dispatch, DispatchFailure};
use scale_decode::DecodeAsType;
use subxt::events::Phase;
use subxt::ext::scale_value::{Composite, Primitive, Value, ValueDef};

use super::{Runtime, missing};

const ITEM: &str = "System.Events";

impl Runtime {
    /// Finds, in a block's events, how its extrinsic of this index fared.
    ///
    /// # Errors
    /// [`ChainError::Decode`] when these are not events of this runtime, or say nothing about the
    /// extrinsic.
    pub fn dispatch(&self, events: Vec<u8>, index: u32) -> Result<Dispatch, ChainError> {
        let events = self.at.events().from_bytes(events);
        for event in events.iter() {
            let event = event.map_err(|error| unreadable(&error))?;
            if event.phase() != Phase::ApplyExtrinsic(index) || event.pallet_name() != "System" {
                continue;
            }
            match event.event_name() {
                "ExtrinsicSuccess" => return Ok(Dispatch::Succeeded),
                "ExtrinsicFailed" => {
                    return self
                        .dispatch_failure(event.field_bytes())
                        .map(Dispatch::Failed);
                }
                _ => {}
            }
        }
        Err(unreadable(&format_args!(
            "they say nothing about extrinsic {index}"
        )))
    }

    /// Names a dispatch error, the first thing in these bytes, as the metadata does.
    ///
    /// # Errors
    /// [`ChainError::Decode`] when these bytes are no dispatch error of this runtime.
    pub fn dispatch_failure(&self, bytes: &[u8]) -> Result<DispatchFailure, ChainError> {
        let metadata = self.metadata();
        let type_id = metadata
            .dispatch_error_ty()
            .ok_or_else(|| missing("DispatchError", "the type is not in the metadata"))?;
        let error = Value::decode_as_type(&mut &*bytes, type_id, metadata.types())
            .map_err(|error| unreadable(&error))?;
        let ValueDef::Variant(kind) = error.value else {
            return Err(unreadable(&"a dispatch error is not an enum"));
        };
        if kind.name != "Module" {
            // `Token(FundsUnavailable)` has a name inside, `BadOrigin` is its own.
            let inner = kind.values.values().next().map(|value| &value.value);
            let name = match inner {
                Some(ValueDef::Variant(inner)) => inner.name.clone(),
                _ => kind.name.clone(),
            };
            return Ok(DispatchFailure {
                pallet: kind.name,
                name,
                description: String::new(),
            });
        }
        let numbers = numbers_in(&kind.values);
        let [pallet_index, error_index, ..] = numbers[..] else {
            return Err(unreadable(&"a module error has no index"));
        };
        let pallet = metadata
            .pallet_by_error_index(pallet_index)
            .ok_or_else(|| unreadable(&format_args!("there is no pallet {pallet_index}")))?;
        let error = pallet.error_variant_by_index(error_index).ok_or_else(|| {
            unreadable(&format_args!(
                "{} has no error {error_index}",
                pallet.name()
            ))
        })?;
        Ok(DispatchFailure {
            pallet: pallet.name().to_owned(),
            name: error.name.clone(),
            description: error.docs.join(" ").trim().to_owned(),
        })
    }
}

/// All the bytes in a value, in order: `index` and `error` of a module error, however wrapped.
fn numbers_in(values: &Composite<()>) -> Vec<u8> {
    let mut numbers = Vec::new();
    let mut pending: Vec<_> = values.values().collect();
    pending.reverse();
    while let Some(value) = pending.pop() {
        match &value.value {
            ValueDef::Primitive(Primitive::U128(number)) => {
                numbers.extend(u8::try_from(*number).ok());
            }
            ValueDef::Composite(inner) => {
                let place = pending.len();
                pending.extend(inner.values());
                pending[place..].reverse();
            }
            _ => {}
        }
    }
    numbers
}

fn unreadable(reason: &dyn std::fmt::Display) -> ChainError {
    ChainError::Decode {
        item: ITEM.to_owned(),
        reason: reason.to_string(),
    }
}
