//! What every type takes for nothing, so that a record need not name what it does not know.

use scale_info::form::PortableForm;
use scale_info::{Field, PortableRegistry, TypeDef, TypeDefPrimitive};

use super::encode::{DEPTH, Misfit};

/// Appends the default of the type `id`: zero, empty, `None`, the first variant.
pub(super) fn encode(id: u32, types: &PortableRegistry, out: &mut Vec<u8>) -> Result<(), Misfit> {
    at_depth(id, types, out, DEPTH)
}

fn at_depth(
    id: u32,
    types: &PortableRegistry,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), Misfit> {
    let depth = depth.checked_sub(1).ok_or("the type nests too deeply")?;
    let ty = types.resolve(id).ok_or_else(|| format!("no type {id}"))?;
    match &ty.type_def {
        TypeDef::Composite(composite) => all(&composite.fields, types, out, depth),
        TypeDef::Variant(variants) => {
            // An enum without variants has no value at all; it can only stand where none is needed.
            let Some(first) = variants.variants.iter().min_by_key(|one| one.index) else {
                return Ok(());
            };
            out.push(first.index);
            all(&first.fields, types, out, depth)
        }
        TypeDef::Sequence(_) | TypeDef::Compact(_) | TypeDef::BitSequence(_) => {
            out.push(0);
            Ok(())
        }
        TypeDef::Array(array) => {
            (0..array.len).try_for_each(|_| at_depth(array.type_param.id, types, out, depth))
        }
        TypeDef::Tuple(tuple) => tuple
            .fields
            .iter()
            .try_for_each(|ty| at_depth(ty.id, types, out, depth)),
        TypeDef::Primitive(primitive) => {
            out.resize(out.len() + width(primitive), 0);
            Ok(())
        }
    }
}

fn all(
    fields: &[Field<PortableForm>],
    types: &PortableRegistry,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), Misfit> {
    fields
        .iter()
        .try_for_each(|field| at_depth(field.ty.id, types, out, depth))
}

pub(super) const fn width(primitive: &TypeDefPrimitive) -> usize {
    match primitive {
        TypeDefPrimitive::Bool | TypeDefPrimitive::U8 | TypeDefPrimitive::I8 => 1,
        // An empty text is its length, one byte of zero.
        TypeDefPrimitive::Str => 1,
        TypeDefPrimitive::U16 | TypeDefPrimitive::I16 => 2,
        TypeDefPrimitive::Char | TypeDefPrimitive::U32 | TypeDefPrimitive::I32 => 4,
        TypeDefPrimitive::U64 | TypeDefPrimitive::I64 => 8,
        TypeDefPrimitive::U128 | TypeDefPrimitive::I128 => 16,
        TypeDefPrimitive::U256 | TypeDefPrimitive::I256 => 32,
    }
}
