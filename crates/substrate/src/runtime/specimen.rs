//! Bytes of a type, to try a reader on without a node.

use parity_scale_codec::{Compact, Encode};
use scale_info::form::PortableForm;
use scale_info::{Field, PortableRegistry, TypeDef, TypeDefPrimitive};

/// How deep types are followed; beyond that sequences are empty and enums take what is smallest.
const DEEPEST: u32 = 12;

/// Some value of a type, encoded: ones, one element to a sequence, the last variant of an enum.
///
/// What cannot be built (a registry that is not whole) is left out, so that reading it fails.
pub(super) fn specimen(types: &PortableRegistry, id: u32) -> Vec<u8> {
    let mut out = Vec::new();
    write(types, id, 0, &mut out);
    out
}

fn write(types: &PortableRegistry, id: u32, depth: u32, out: &mut Vec<u8>) {
    let Some(definition) = types.resolve(id).map(|found| &found.type_def) else {
        return;
    };
    // Circular types end here, whatever becomes of the bytes.
    if depth > 4 * DEEPEST {
        return;
    }
    let depth = depth + 1;
    let write_fields = |fields: &[Field<PortableForm>], out: &mut Vec<u8>| {
        for field in fields {
            write(types, field.ty.id, depth, out);
        }
    };
    match definition {
        TypeDef::Composite(composite) => write_fields(&composite.fields, out),
        TypeDef::Tuple(tuple) => {
            for field in &tuple.fields {
                write(types, field.id, depth, out);
            }
        }
        TypeDef::Array(array) => {
            for _ in 0..array.len {
                write(types, array.type_param.id, depth, out);
            }
        }
        TypeDef::Sequence(_) if depth > DEEPEST => Compact(0_u32).encode_to(out),
        TypeDef::Sequence(sequence) => {
            Compact(1_u32).encode_to(out);
            write(types, sequence.type_param.id, depth, out);
        }
        TypeDef::Variant(variants) => {
            let chosen = match depth > DEEPEST {
                true => variants.variants.iter().min_by_key(|one| one.fields.len()),
                false => variants.variants.last(),
            };
            if let Some(chosen) = chosen {
                out.push(chosen.index);
                write_fields(&chosen.fields, out);
            }
        }
        TypeDef::Compact(_) => Compact(1_u32).encode_to(out),
        TypeDef::BitSequence(_) => Compact(0_u32).encode_to(out),
        TypeDef::Primitive(primitive) => {
            use TypeDefPrimitive as P;
            let size = match primitive {
                P::Str => return String::new().encode_to(out),
                P::Bool | P::U8 | P::I8 => 1,
                P::U16 | P::I16 => 2,
                P::U32 | P::I32 | P::Char => 4,
                P::U64 | P::I64 => 8,
                P::U128 | P::I128 => 16,
                P::U256 | P::I256 => 32,
            };
            out.push(1);
            out.resize(out.len() + size - 1, 0);
        }
    }
}
