//! From bytes of one runtime's type to bytes of another's, by name: what a storage migration does.

use parity_scale_codec::{Compact, Decode, Encode};
use scale_info::form::PortableForm;
use scale_info::{Field, PortableRegistry, TypeDef, TypeDefPrimitive};

use super::decode::extent;
use super::default;
use super::encode::{DEPTH, length};

/// A type of one of the two runtimes.
type Of<'a> = (u32, &'a PortableRegistry);

/// Appends a value, read off the front of `bytes` as the type `old`, as the type `new`.
///
/// Wrappers of one field are seen through. Fields and variants go by name: those the new type lacks
/// are dropped, those the old one lacks get what their type takes for nothing.
pub(crate) fn transcode(
    bytes: &mut &[u8],
    old: Of<'_>,
    new: Of<'_>,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    at_depth(bytes, old, new, out, DEPTH)
}

fn at_depth(
    bytes: &mut &[u8],
    (old, old_types): Of<'_>,
    (new, new_types): Of<'_>,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), String> {
    let depth = depth.checked_sub(1).ok_or("the type nests too deeply")?;
    let (old, new) = (bare(old, old_types), bare(new, new_types));
    let (from, to) = (resolve(old, old_types)?, resolve(new, new_types)?);
    let each = |bytes: &mut &[u8], one: u32, other: u32, out: &mut Vec<u8>| {
        at_depth(bytes, (one, old_types), (other, new_types), out, depth)
    };
    match (from, to) {
        (TypeDef::Composite(from), TypeDef::Composite(to)) => {
            let (from, to) = (&from.fields, &to.fields);
            fields(bytes, (from, old_types), (to, new_types), out, depth)
        }
        (TypeDef::Variant(from), TypeDef::Variant(to)) => {
            let (index, rest) = bytes.split_first().ok_or("it ends early")?;
            *bytes = rest;
            let variant = from.variants.iter().find(|one| one.index == *index);
            let variant = variant.ok_or_else(|| format!("there is no variant {index}"))?;
            let same = to.variants.iter().find(|one| one.name == variant.name);
            let same = same.ok_or_else(|| format!("`{}` is gone", variant.name))?;
            out.push(same.index);
            let (from, to) = (&variant.fields, &same.fields);
            fields(bytes, (from, old_types), (to, new_types), out, depth)
        }
        (TypeDef::Sequence(from), TypeDef::Sequence(to)) => {
            let count = Compact::<u32>::decode(bytes).map_err(|error| error.to_string())?;
            let count = usize::try_from(count.0).map_err(|error| error.to_string())?;
            length(count, out)?;
            (0..count).try_for_each(|_| each(bytes, from.type_param.id, to.type_param.id, out))
        }
        (TypeDef::Array(from), TypeDef::Array(to)) if from.len == to.len => {
            (0..from.len).try_for_each(|_| each(bytes, from.type_param.id, to.type_param.id, out))
        }
        (TypeDef::Tuple(from), TypeDef::Tuple(to)) if from.fields.len() == to.fields.len() => from
            .fields
            .iter()
            .zip(&to.fields)
            .try_for_each(|(from, to)| each(bytes, from.id, to.id, out)),
        (
            TypeDef::Primitive(TypeDefPrimitive::Bool),
            TypeDef::Primitive(TypeDefPrimitive::Bool),
        )
        | (TypeDef::Primitive(TypeDefPrimitive::Str), TypeDef::Primitive(TypeDefPrimitive::Str)) => {
            let size = extent(bytes, old, old_types)?;
            let (value, rest) = bytes.split_at(size);
            out.extend(value);
            *bytes = rest;
            Ok(())
        }
        (from, to) => {
            let number = number(bytes, from)?;
            put(number, to, out)
        }
    }
}

fn fields(
    bytes: &mut &[u8],
    (from, old_types): (&[Field<PortableForm>], &PortableRegistry),
    (to, new_types): (&[Field<PortableForm>], &PortableRegistry),
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), String> {
    let mut values: Vec<(&Field<PortableForm>, &[u8])> = Vec::new();
    for field in from {
        let (value, rest) = bytes.split_at(extent(bytes, field.ty.id, old_types)?);
        values.push((field, value));
        *bytes = rest;
    }
    to.iter().enumerate().try_for_each(|(place, field)| {
        let same = match &field.name {
            None => values.get(place),
            name => values.iter().find(|(old, _)| old.name == *name),
        };
        match same {
            None => default::encode(field.ty.id, new_types, out),
            Some((old, value)) => {
                let (old, new) = ((old.ty.id, old_types), (field.ty.id, new_types));
                at_depth(&mut &**value, old, new, out, depth)
            }
        }
    })
}

/// The type inside wrappers of one field.
fn bare(mut id: u32, types: &PortableRegistry) -> u32 {
    for _ in 0..DEPTH {
        id = match types.resolve(id).map(|ty| &ty.type_def) {
            Some(TypeDef::Composite(composite)) => match composite.fields.as_slice() {
                [field] => field.ty.id,
                _ => return id,
            },
            Some(TypeDef::Tuple(tuple)) => match tuple.fields.as_slice() {
                [field] => field.id,
                _ => return id,
            },
            _ => return id,
        };
    }
    id
}

fn resolve(id: u32, types: &PortableRegistry) -> Result<&TypeDef<PortableForm>, String> {
    let ty = types.resolve(id).ok_or_else(|| format!("no type {id}"))?;
    Ok(&ty.type_def)
}

/// Takes a number off the front; a signed one as its bits, its sign kept.
fn number(bytes: &mut &[u8], from: &TypeDef<PortableForm>) -> Result<i128, String> {
    let primitive = match from {
        TypeDef::Compact(_) => {
            let number = Compact::<u128>::decode(bytes).map_err(|error| error.to_string())?;
            return i128::try_from(number.0).map_err(|error| error.to_string());
        }
        TypeDef::Primitive(primitive) => primitive,
        _ => return Err("it is of another shape".to_owned()),
    };
    let width = default::width(primitive);
    let (value, rest) = bytes.split_at_checked(width).ok_or("it ends early")?;
    *bytes = rest;
    let signed = matches!(
        primitive,
        TypeDefPrimitive::I8
            | TypeDefPrimitive::I16
            | TypeDefPrimitive::I32
            | TypeDefPrimitive::I64
            | TypeDefPrimitive::I128
    );
    let negative = signed && value.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut wide = [if negative { 0xff } else { 0 }; 16];
    let fits = wide
        .get_mut(..width)
        .ok_or("numbers of 256 bits are not supported yet")?;
    fits.copy_from_slice(value);
    Ok(i128::from_le_bytes(wide))
}

fn put(number: i128, to: &TypeDef<PortableForm>, out: &mut Vec<u8>) -> Result<(), String> {
    match to {
        TypeDef::Compact(_) => {
            let number = u128::try_from(number).map_err(|error| error.to_string())?;
            Compact(number).encode_to(out);
            Ok(())
        }
        TypeDef::Primitive(primitive) => {
            let wide = number.to_le_bytes();
            let width = default::width(primitive);
            let (kept, lost) = wide
                .split_at_checked(width)
                .ok_or("it is of another shape")?;
            let fill = if number < 0 { 0xff } else { 0 };
            if lost.iter().any(|byte| *byte != fill) {
                return Err(format!("{number} does not fit"));
            }
            out.extend(kept);
            Ok(())
        }
        _ => Err("it is of another shape".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use scale_info::{MetaType, Registry, TypeInfo};

    use super::*;

    #[derive(Encode, TypeInfo)]
    struct NetUid(u16);

    #[derive(Encode, TypeInfo)]
    struct Old {
        netuid: u16,
        gone: Vec<u8>,
        kind: kinds::Old,
        amount: Compact<u64>,
        back: i16,
    }

    #[derive(Encode, TypeInfo)]
    struct New {
        amount: u64,
        kind: kinds::New,
        fresh: Option<u32>,
        netuid: NetUid,
        back: i64,
    }

    mod kinds {
        #![expect(
            clippy::cast_possible_truncation,
            reason = "an enum's number is a byte, which its derived encoding counts on"
        )]

        use super::{Compact, Encode, TypeInfo};

        #[derive(Encode, TypeInfo)]
        pub(super) enum Old {
            #[expect(dead_code, reason = "it only takes the first place")]
            Other,
            Some {
                of: u8,
            },
        }

        #[derive(Encode, TypeInfo)]
        pub(super) enum New {
            Some { more: bool, of: Compact<u8> },
        }
    }

    fn registry<T: TypeInfo + 'static>() -> (u32, PortableRegistry) {
        let mut registry = Registry::new();
        let id = registry.register_type(&MetaType::new::<T>()).id;
        (id, registry.into())
    }

    #[test]
    fn a_value_keeps_what_the_new_type_has_a_name_for() {
        let ((old, old_types), (new, new_types)) = (registry::<Old>(), registry::<New>());
        let before = Old {
            netuid: 7,
            gone: vec![1, 2, 3],
            kind: kinds::Old::Some { of: 9 },
            amount: Compact(1 << 40),
            back: -5,
        };
        let after = New {
            amount: 1 << 40,
            kind: kinds::New::Some {
                more: false,
                of: Compact(9),
            },
            fresh: None,
            netuid: NetUid(7),
            back: -5,
        };
        let (bytes, mut out) = (before.encode(), Vec::new());
        let mut rest = bytes.as_slice();
        let moved = transcode(&mut rest, (old, &old_types), (new, &new_types), &mut out);
        assert_eq!(moved, Ok(()));
        assert_eq!(out, after.encode());
        assert!(rest.is_empty(), "all of it was read");
    }

    #[test]
    fn a_number_that_does_not_fit_is_not_cut() {
        let ((old, old_types), (new, new_types)) = (registry::<u32>(), registry::<u16>());
        let narrow = |number: u32| {
            let (bytes, mut out) = (number.encode(), Vec::new());
            let mut rest = bytes.as_slice();
            transcode(&mut rest, (old, &old_types), (new, &new_types), &mut out).map(|()| out)
        };
        assert_eq!(narrow(65_535), Ok(vec![0xff, 0xff]));
        assert!(narrow(65_536).is_err());
    }
}
