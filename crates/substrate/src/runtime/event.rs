//! What happened in a block, as any pallet tells it.

use std::fmt;

use axonry_chain::ChainError;
use scale_decode::{DecodeAsFields, Field};
use subxt::events::Phase;

use super::Runtime;

/// One event of a block.
#[derive(Clone)]
pub struct Event {
    runtime: Runtime,
    /// The pallet that tells it.
    pub pallet: String,
    /// What happened.
    pub name: String,
    /// The place in its block of the extrinsic it belongs to; `None` for what blocks do by
    /// themselves.
    pub extrinsic: Option<u32>,
    /// The fields, as SCALE bytes.
    pub fields: Vec<u8>,
}

impl Runtime {
    /// Reads the events of a block, as they are stored at `System.Events`.
    ///
    /// # Errors
    /// [`ChainError::Decode`] when these are not events of this runtime.
    pub fn events(&self, stored: Vec<u8>) -> Result<Vec<Event>, ChainError> {
        let unreadable = |reason: String| ChainError::Decode {
            item: "System.Events".to_owned(),
            reason,
        };
        let events = self.at.events().from_bytes(stored);
        let mut told = Vec::new();
        for event in events.iter() {
            let event = event.map_err(|error| unreadable(error.to_string()))?;
            told.push(Event {
                runtime: self.clone(),
                pallet: event.pallet_name().to_owned(),
                name: event.event_name().to_owned(),
                extrinsic: match event.phase() {
                    Phase::ApplyExtrinsic(index) => Some(index),
                    Phase::Finalization | Phase::Initialization => None,
                },
                fields: event.field_bytes().to_vec(),
            });
        }
        Ok(told)
    }
}

impl Event {
    /// Whether it is this event of this pallet.
    pub fn is(&self, pallet: &str, name: &str) -> bool {
        self.pallet == pallet && self.name == name
    }

    /// Reads the fields: into a struct that is `DecodeAsType` by name, into a tuple by position,
    /// into a dynamic composite as they are.
    ///
    /// # Errors
    /// [`ChainError::Decode`] when the event has other fields.
    pub fn decode<T: DecodeAsFields>(&self) -> Result<T, ChainError> {
        let unreadable = |reason: String| ChainError::Decode {
            item: self.to_string(),
            reason,
        };
        let metadata = self.runtime.metadata();
        let variant = metadata
            .pallet_by_name(&self.pallet)
            .and_then(|pallet| pallet.event_variants())
            .and_then(|events| events.iter().find(|event| event.name == self.name))
            .ok_or_else(|| unreadable("it is not in the metadata".to_owned()))?;
        let fields = variant.fields.iter();
        let mut fields = fields.map(|field| Field::new(field.ty.id, field.name.as_deref()));
        T::decode_as_fields(&mut &*self.fields, &mut fields, metadata.types())
            .map_err(|error| unreadable(error.to_string()))
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.pallet, self.name)
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("pallet", &self.pallet)
            .field("name", &self.name)
            .field("extrinsic", &self.extrinsic)
            .field("fields", &format_args!("{} bytes", self.fields.len()))
            .finish_non_exhaustive()
    }
}
