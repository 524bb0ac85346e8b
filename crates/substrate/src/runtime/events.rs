//! How an extrinsic fared, from the events of its block.

use axonry_chain::{Carrier, ChainError, Dispatch, DispatchFailure, InnerFailure};
use scale_decode::DecodeAsType;
use scale_decode::visitor::{IgnoreVisitor, decode_with_visitor};
use scale_info::PortableRegistry;
use subxt::events::Phase;
use subxt::ext::scale_value::{Composite, Primitive, Value, ValueDef};

use super::{Runtime, missing};

const ITEM: &str = "System.Events";

/// Events that tell of a call inside another, by pallet, name and the field that has its outcome.
pub(super) const CARRIERS: [(&str, &str, &str); 5] = [
    ("Utility", "BatchInterrupted", "error"),
    ("Utility", "ItemFailed", "error"),
    ("Proxy", "ProxyExecuted", "result"),
    ("Sudo", "Sudid", "sudo_result"),
    ("Sudo", "SudoAsDone", "sudo_result"),
];

impl Runtime {
    /// Finds, in a block's events, how its extrinsic of this index fared.
    ///
    /// # Errors
    /// [`ChainError::Decode`] when these are not events of this runtime, or say nothing about the
    /// extrinsic.
    pub fn dispatch(&self, events: Vec<u8>, index: u32) -> Result<Dispatch, ChainError> {
        let events = self.at.events().from_bytes(events);
        let mut inner = Vec::new();
        let mut items = 0;
        for event in events.iter() {
            let event = event.map_err(|error| unreadable(&error))?;
            if event.phase() != Phase::ApplyExtrinsic(index) {
                continue;
            }
            let fields = event.field_bytes();
            match (event.pallet_name(), event.event_name()) {
                ("System", "ExtrinsicSuccess") if inner.is_empty() => {
                    return Ok(Dispatch::Succeeded);
                }
                ("System", "ExtrinsicSuccess") => return Ok(Dispatch::Partly(inner)),
                ("System", "ExtrinsicFailed") => {
                    return self.dispatch_failure(fields).map(Dispatch::Failed);
                }
                ("Utility", "ItemCompleted") => items += 1,
                (pallet, name) => {
                    inner.extend(self.inner_failure(pallet, name, fields, items)?);
                    items += u32::from((pallet, name) == ("Utility", "ItemFailed"));
                }
            }
        }
        Err(unreadable(&format_args!(
            "they say nothing about extrinsic {index}"
        )))
    }

    /// Reads an event about a call inside another, if it is one and the call failed.
    ///
    /// `place` is that of the item in a batch, which one event does not tell itself.
    pub(super) fn inner_failure(
        &self,
        pallet: &str,
        name: &str,
        fields: &[u8],
        place: u32,
    ) -> Result<Option<InnerFailure>, ChainError> {
        let known = CARRIERS
            .iter()
            .find(|(known, event, _)| (*known, *event) == (pallet, name));
        let Some((_, _, outcome)) = known else {
            return Ok(None);
        };
        let (_, outcome) = self.event_field(pallet, name, outcome, fields)?;
        let carrier = match (pallet, name) {
            ("Utility", "BatchInterrupted") => {
                let (type_id, mut bytes) = self.event_field(pallet, name, "index", fields)?;
                let types = self.metadata().types();
                let index = u32::decode_as_type(&mut bytes, type_id, types)
                    .map_err(|error| unreadable(&error))?;
                Carrier::Batch { index }
            }
            ("Utility", _) => Carrier::ForceBatch { index: place },
            ("Proxy", _) => Carrier::Proxy,
            _ => Carrier::Sudo,
        };
        // A batch tells of an error, the others of a result that may be one.
        let error = match (pallet, outcome.split_first()) {
            ("Utility", _) => outcome,
            (_, Some((1, error))) => error,
            (_, Some((0, _))) => return Ok(None),
            _ => return Err(unreadable(&format_args!("{pallet}.{name} has no result"))),
        };
        let failure = self.dispatch_failure(error)?;
        Ok(Some(InnerFailure { carrier, failure }))
    }

    /// Where a field of an event begins, and its type.
    fn event_field<'a>(
        &self,
        pallet: &str,
        event: &str,
        field: &str,
        mut fields: &'a [u8],
    ) -> Result<(u32, &'a [u8]), ChainError> {
        let metadata = self.metadata();
        let variant = metadata
            .pallet_by_name(pallet)
            .and_then(|pallet| pallet.event_variants())
            .and_then(|events| events.iter().find(|found| found.name == event));
        for found in variant.into_iter().flat_map(|event| &event.fields) {
            if found.name.as_deref() == Some(field) {
                return Ok((found.ty.id, fields));
            }
            let ignore = IgnoreVisitor::<PortableRegistry>::new();
            decode_with_visitor(&mut fields, found.ty.id, metadata.types(), ignore)
                .map_err(|error| unreadable(&error))?;
        }
        let reason = format!("the event has no field `{field}`");
        Err(missing(format!("{pallet}.{event}"), &reason))
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

/// All the bytes in a value, in order and however wrapped: `index` and `error` of a module error.
pub(super) fn numbers_in(values: &Composite<()>) -> Vec<u8> {
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
