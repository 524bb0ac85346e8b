//! Whether a runtime has what this client uses, as this client needs it.

mod calls;
mod feature;
mod ledger;
mod validating;

use std::fmt;

use axonry_chain::ChainError;
use scale_info::{PortableRegistry, TypeDef};

use super::specimen::specimen;
use super::{Runtime, SUBTENSOR};

pub use feature::Feature;

/// Something of a runtime that this client uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// Pallet or API, and its own name.
    pub name: String,
    /// What it is used for.
    pub feature: Feature,
    /// Whether it can be used.
    pub status: ItemStatus,
    /// What follows from that, or what is wrong; empty where all is well.
    pub reason: String,
}

/// The kinds of things that a runtime has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ItemKind {
    /// A storage item: key and value.
    Storage,
    /// A call: its arguments.
    Call,
    /// A method of a runtime API: arguments and answer.
    RuntimeApi,
    /// A constant.
    Constant,
    /// An error that decisions are made on.
    Error,
    /// An event that says how a call fared.
    Event,
    /// An extension that every extrinsic carries.
    Extension,
}

/// How a runtime has something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemStatus {
    /// As it is needed.
    Works,
    /// Not at all, and this client does without.
    Absent,
    /// Not at all or in another shape, and what depends on it fails with an error.
    Broken,
}

impl fmt::Display for ItemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Storage => "storage",
            Self::Call => "call",
            Self::RuntimeApi => "runtime api",
            Self::Constant => "constant",
            Self::Error => "error",
            Self::Event => "event",
            Self::Extension => "extension",
        })
    }
}

impl fmt::Display for ItemStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Works => "works",
            Self::Absent => "absent",
            Self::Broken => "broken",
        })
    }
}

impl Item {
    /// Whether a validator cannot do its work because of it.
    pub const fn is_obstacle(&self) -> bool {
        matches!(self.status, ItemStatus::Broken) && self.feature.is_of_validator()
    }
}

/// Whether anything goes on without an item.
#[derive(Clone, Copy)]
enum Without {
    /// Nothing that is worth starting for.
    Nothing,
    /// All but this.
    AllBut(&'static str),
}

impl Runtime {
    /// Everything of a runtime that this client uses, and whether it can: found by name, and tried
    /// with the code that uses it on made-up values of the runtime's own types.
    pub fn compatibility(&self) -> Vec<Item> {
        let mut report = Report {
            runtime: self,
            items: Vec::new(),
        };
        report.validating();
        report.ledger();
        report.items.sort_by_key(|item| item.kind);
        report.items
    }
}

struct Report<'r> {
    runtime: &'r Runtime,
    items: Vec<Item>,
}

impl Report<'_> {
    fn add(
        &mut self,
        feature: Feature,
        kind: ItemKind,
        name: String,
        status: ItemStatus,
        reason: String,
    ) {
        self.items.push(Item {
            kind,
            name,
            feature,
            status,
            reason,
        });
    }

    fn works(&mut self, feature: Feature, kind: ItemKind, name: String) {
        self.add(feature, kind, name, ItemStatus::Works, String::new());
    }

    fn tried<T>(
        &mut self,
        feature: Feature,
        kind: ItemKind,
        name: String,
        outcome: Result<T, ChainError>,
    ) {
        match outcome {
            Ok(_) => self.works(feature, kind, name),
            Err(error) => self.add(feature, kind, name, ItemStatus::Broken, error.to_string()),
        }
    }

    fn absent(&mut self, feature: Feature, kind: ItemKind, name: String, without: Without) {
        let (status, reason) = match without {
            Without::Nothing => (ItemStatus::Broken, "it is not in the metadata".to_owned()),
            Without::AllBut(reason) => (ItemStatus::Absent, reason.to_owned()),
        };
        self.add(feature, kind, name, status, reason);
    }

    /// A made-up value of a storage item.
    fn stored(&self, pallet: &str, name: &str) -> Vec<u8> {
        let metadata = self.runtime.metadata();
        let entry = metadata
            .pallet_by_name(pallet)
            .and_then(|pallet| pallet.storage()?.entry_by_name(name));
        entry.map_or_else(Vec::new, |entry| {
            specimen(metadata.types(), entry.value_ty())
        })
    }

    fn has_event(&self, pallet: &str, name: &str) -> bool {
        let metadata = self.runtime.metadata();
        let events = metadata
            .pallet_by_name(pallet)
            .and_then(|pallet| pallet.event_variants());
        events.is_some_and(|events| events.iter().any(|event| event.name == name))
    }

    fn has_call(&self, pallet: &str, name: &str) -> bool {
        let metadata = self.runtime.metadata();
        metadata
            .pallet_by_name(pallet)
            .is_some_and(|pallet| pallet.call_variant_by_name(name).is_some())
    }
}

/// Made-up values of a type: one of each kind where there are kinds.
fn specimens(types: &PortableRegistry, id: u32) -> Vec<Vec<u8>> {
    match types.resolve(id).map(|found| &found.type_def) {
        Some(TypeDef::Variant(kinds)) => {
            let kinds = kinds.variants.iter().map(|kind| {
                let mut bytes = vec![kind.index];
                for field in &kind.fields {
                    bytes.extend(specimen(types, field.ty.id));
                }
                bytes
            });
            kinds.collect()
        }
        _ => vec![specimen(types, id)],
    }
}
