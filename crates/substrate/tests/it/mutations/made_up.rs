//! Bytes of any type, the same for the same names wherever they stand.

use parity_scale_codec::{Compact, Encode};
use scale_info::form::PortableForm;
use scale_info::{Field, PortableRegistry, TypeDef, TypeDefPrimitive};

/// What is chosen of an enum, where it has one of these; its first kind otherwise.
const CHOSEN: [&str; 4] = ["Some", "Ok", "Raw3", "ApplyExtrinsic"];

/// A value whose numbers follow from the names of the fields they are in, so that moving, wrapping
/// and adding fields leaves it what it was.
pub(super) fn made_up(types: &PortableRegistry, id: u32) -> Vec<u8> {
    let mut out = Vec::new();
    write(types, id, 1, &mut out);
    out
}

fn write(types: &PortableRegistry, id: u32, number: u8, out: &mut Vec<u8>) {
    let number_of = |field: &Field<PortableForm>| match &field.name {
        Some(name) => {
            name.bytes()
                .fold(7_u8, |sum, byte| sum.wrapping_mul(31) ^ byte)
                % 60
                + 1
        }
        None => number,
    };
    let fields = |fields: &[Field<PortableForm>], out: &mut Vec<u8>| {
        for field in fields {
            write(types, field.ty.id, number_of(field), out);
        }
    };
    match &types.resolve(id).unwrap().type_def {
        // A wrapper leaves no trace, whatever it calls what is in it.
        TypeDef::Composite(wrapper) if wrapper.fields.len() == 1 => {
            write(types, wrapper.fields[0].ty.id, number, out);
        }
        TypeDef::Composite(composite) => fields(&composite.fields, out),
        TypeDef::Tuple(tuple) => {
            for field in &tuple.fields {
                write(types, field.id, number, out);
            }
        }
        TypeDef::Array(array) => {
            for _ in 0..array.len {
                write(types, array.type_param.id, number, out);
            }
        }
        TypeDef::Sequence(sequence) => {
            Compact(2_u32).encode_to(out);
            for _ in 0..2 {
                write(types, sequence.type_param.id, number, out);
            }
        }
        TypeDef::Variant(kinds) => {
            let mut chosen = kinds.variants.iter();
            let chosen = chosen.find(|kind| CHOSEN.contains(&kind.name.as_str()));
            if let Some(kind) = chosen.or(kinds.variants.first()) {
                out.push(kind.index);
                fields(&kind.fields, out);
            }
        }
        TypeDef::Compact(_) => Compact(u32::from(number)).encode_to(out),
        TypeDef::BitSequence(_) => Compact(0_u32).encode_to(out),
        TypeDef::Primitive(primitive) => {
            use TypeDefPrimitive as P;
            let size = match primitive {
                P::Str => return String::new().encode_to(out),
                P::Bool => return out.push(1),
                P::U8 | P::I8 => 1,
                P::U16 | P::I16 => 2,
                P::U32 | P::I32 | P::Char => 4,
                P::U64 | P::I64 => 8,
                P::U128 | P::I128 => 16,
                P::U256 | P::I256 => 32,
            };
            out.push(number);
            out.resize(out.len() + size - 1, 0);
        }
    }
}
