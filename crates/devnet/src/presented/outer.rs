//! The enums over all pallets: events and errors by name.

use scale_info::TypeDef;

use super::encode;
use super::{Presented, PresentedError, Value};

impl Presented {
    /// A value as bytes of the type `id`; `item` names it in errors.
    pub(crate) fn encode(
        &self,
        item: &str,
        value: &Value,
        id: u32,
    ) -> Result<Vec<u8>, PresentedError> {
        let mut bytes = Vec::new();
        encode::encode(value, id, self.types(), &mut bytes).map_err(|reason| {
            PresentedError::Encode {
                item: item.to_owned(),
                reason,
            }
        })?;
        Ok(bytes)
    }

    /// A pallet's error as a dispatch error carries it, if this runtime has an error of that name.
    pub(crate) fn module_error(&self, pallet: &str, error: &str) -> Option<Value> {
        let pallet = self.pallet(pallet)?;
        let ty = self.types().resolve(pallet.error.as_ref()?.ty.id)?;
        let TypeDef::Variant(errors) = &ty.type_def else {
            return None;
        };
        let error = errors.variants.iter().find(|one| one.name == error)?;
        let module = Value::Record(vec![
            ("index", pallet.index.into()),
            ("error", Value::Bytes(vec![error.index, 0, 0, 0])),
        ]);
        Some(Value::variant("Module", Value::List(vec![module])))
    }

    /// The name and description of a pallet's error.
    pub(crate) fn error_name(&self, pallet: u8, error: u8) -> Option<(String, String, String)> {
        let pallets = &self.metadata().pallets;
        let pallet = pallets.iter().find(|one| one.index == pallet)?;
        let ty = self.types().resolve(pallet.error.as_ref()?.ty.id)?;
        let TypeDef::Variant(errors) = &ty.type_def else {
            return None;
        };
        let error = errors.variants.iter().find(|one| one.index == error)?;
        let name = error.name.clone();
        Some((pallet.name.clone(), name, error.docs.join(" ")))
    }

    /// The name of the variant that bytes of the enum `ty` are, and what follows.
    pub(crate) fn split_variant<'a>(&self, ty: u32, bytes: &'a [u8]) -> Option<(&str, &'a [u8])> {
        let TypeDef::Variant(variants) = &self.types().resolve(ty)?.type_def else {
            return None;
        };
        let (index, rest) = bytes.split_first()?;
        let variant = variants.variants.iter().find(|one| one.index == *index)?;
        Some((&variant.name, rest))
    }

    /// The type of the first field of a variant of the enum `ty`.
    pub(crate) fn first_field(&self, ty: u32, variant: &str) -> Option<u32> {
        let TypeDef::Variant(variants) = &self.types().resolve(ty)?.type_def else {
            return None;
        };
        let variant = variants.variants.iter().find(|one| one.name == variant)?;
        Some(variant.fields.first()?.ty.id)
    }

    /// How many fields an event has, if this runtime has an event of that name.
    pub(crate) fn event_fields(&self, pallet: &str, event: &str) -> Option<usize> {
        let ty = self.pallet(pallet)?.event.as_ref()?.ty.id;
        let TypeDef::Variant(events) = &self.types().resolve(ty)?.type_def else {
            return None;
        };
        let event = events.variants.iter().find(|one| one.name == event)?;
        Some(event.fields.len())
    }
}
