//! Calls: from bytes to pallet, name and arguments, and back.

use parity_scale_codec::{Compact, Decode};
use scale_decode::DecodeAsFields;
use scale_info::form::PortableForm;
use scale_info::{TypeDef, Variant};

use super::decode::extent;
use super::{Presented, PresentedError, Value};

/// A call whose pallet and name are known and whose arguments are still bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CallData<'a> {
    pub(crate) pallet: &'a str,
    pub(crate) name: &'a str,
    variant: &'a Variant<PortableForm>,
    arguments: &'a [u8],
}

impl Presented {
    /// Reads a call that fills `bytes` to the end.
    pub(crate) fn call<'a>(&'a self, bytes: &'a [u8]) -> Result<CallData<'a>, String> {
        let call = self.metadata().extrinsic.call_ty.id;
        let length = extent(bytes, call, self.types())?;
        if length != bytes.len() {
            return Err(format!("{} bytes follow the call", bytes.len() - length));
        }
        let [pallet, name, arguments @ ..] = bytes else {
            return Err("a call is two bytes at least".to_owned());
        };
        let (pallet, inner) = self.variant(call, *pallet).ok_or("no such pallet")?;
        let calls = inner.fields.first().ok_or("a pallet without calls")?.ty.id;
        let (name, variant) = self.variant(calls, *name).ok_or("no such call")?;
        Ok(CallData {
            pallet,
            name,
            variant,
            arguments,
        })
    }

    /// The bytes of a call.
    pub(crate) fn call_data(
        &self,
        pallet: &str,
        name: &str,
        arguments: Vec<(&'static str, Value)>,
    ) -> Result<Vec<u8>, PresentedError> {
        let call = Value::variant(name, Value::Record(arguments));
        let outer = Value::variant(pallet, Value::List(vec![call]));
        let item = format!("{pallet}.{name}");
        self.encode(&item, &outer, self.metadata().extrinsic.call_ty.id)
    }

    /// Whether the runtime has a call of that name.
    pub(crate) fn has_call(&self, pallet: &str, name: &str) -> bool {
        self.pallet(pallet)
            .and_then(|pallet| self.types().resolve(pallet.calls.as_ref()?.ty.id))
            .is_some_and(|ty| match &ty.type_def {
                TypeDef::Variant(calls) => calls.variants.iter().any(|one| one.name == name),
                _ => false,
            })
    }

    /// The calls inside a call of `Utility`.
    pub(crate) fn calls_within<'a>(
        &'a self,
        batch: &CallData<'a>,
    ) -> Result<Vec<CallData<'a>>, String> {
        let (mut rest, _) = batch.argument(self, "calls").ok_or("it carries no calls")?;
        let ty = self.metadata().extrinsic.call_ty.id;
        let count = Compact::<u32>::decode(&mut rest).map_err(|error| error.to_string())?;
        let mut calls = Vec::new();
        for _ in 0..count.0 {
            let (call, after) = rest.split_at(extent(rest, ty, self.types())?);
            calls.push(self.call(call)?);
            rest = after;
        }
        Ok(calls)
    }

    fn variant(&self, ty: u32, index: u8) -> Option<(&str, &Variant<PortableForm>)> {
        let TypeDef::Variant(variants) = &self.types().resolve(ty)?.type_def else {
            return None;
        };
        let variant = variants.variants.iter().find(|one| one.index == index)?;
        Some((&variant.name, variant))
    }
}

impl<'a> CallData<'a> {
    /// The bytes of one argument, and their type.
    pub(crate) fn argument(&self, presented: &Presented, name: &str) -> Option<(&'a [u8], u32)> {
        let mut rest = self.arguments;
        for field in &self.variant.fields {
            let length = presented.extent(rest, field.ty.id).ok()?;
            let (value, after) = rest.split_at(length);
            if field.name.as_deref() == Some(name) {
                return Some((value, field.ty.id));
            }
            rest = after;
        }
        None
    }

    /// The arguments, taken by name.
    pub(crate) fn arguments<T: DecodeAsFields>(
        &self,
        presented: &Presented,
    ) -> Result<T, PresentedError> {
        let mut fields = self
            .variant
            .fields
            .iter()
            .map(|field| scale_decode::Field::new(field.ty.id, field.name.as_deref()));
        T::decode_as_fields(&mut &*self.arguments, &mut fields, presented.types()).map_err(
            |error| PresentedError::Decode {
                item: format!("{}.{}", self.pallet, self.name),
                reason: error.to_string(),
            },
        )
    }
}
