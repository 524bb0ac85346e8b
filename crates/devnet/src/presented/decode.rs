//! From bytes to Rust types, led by a type of the registry.

use parity_scale_codec::{Compact, Decode};
use scale_decode::DecodeAsType;
use scale_info::form::PortableForm;
use scale_info::{Field, PortableRegistry, TypeDef};

use super::default::width;

/// Calls contain calls: without a bound, a client's bytes could go as deep as they are long.
const DEPTH: usize = 256;

/// What can be read from the chain's bytes.
pub(crate) trait Decoded: DecodeAsType {}

impl<T: DecodeAsType> Decoded for T {}

/// Reads a whole value: bytes left over are an error.
pub(crate) fn decode<T: Decoded>(
    mut bytes: &[u8],
    id: u32,
    types: &PortableRegistry,
) -> Result<T, String> {
    let value = T::decode_as_type(&mut bytes, id, types).map_err(|error| error.to_string())?;
    if bytes.is_empty() {
        Ok(value)
    } else {
        Err(format!("{} bytes are left over", bytes.len()))
    }
}

/// How many bytes at the start of `bytes` are a value of the type `id`.
///
/// Bytes from outside come through here before anything else reads them: it is bounded in depth,
/// and takes no more steps than there are bytes.
pub(crate) fn extent(bytes: &[u8], id: u32, types: &PortableRegistry) -> Result<usize, String> {
    let mut rest = bytes;
    skip(&mut rest, id, types, DEPTH)?;
    Ok(bytes.len() - rest.len())
}

fn skip(rest: &mut &[u8], id: u32, types: &PortableRegistry, depth: usize) -> Result<(), String> {
    let depth = depth.checked_sub(1).ok_or("it nests too deeply")?;
    let ty = types.resolve(id).ok_or_else(|| format!("no type {id}"))?;
    match &ty.type_def {
        TypeDef::Composite(composite) => skip_fields(rest, &composite.fields, types, depth),
        TypeDef::Variant(variants) => {
            let index = take(rest, 1)?[0];
            let variant = variants.variants.iter().find(|one| one.index == index);
            let variant = variant.ok_or_else(|| {
                let name = ty.path.ident().unwrap_or_default();
                format!("`{name}` has no variant {index}")
            })?;
            skip_fields(rest, &variant.fields, types, depth)
        }
        TypeDef::Sequence(sequence) => {
            let length = length(rest)?;
            // Every item that tells anything takes a byte at least.
            if length > rest.len() {
                return Err(format!("a list of {length} items ends early"));
            }
            (0..length).try_for_each(|_| skip(rest, sequence.type_param.id, types, depth))
        }
        TypeDef::Array(array) => {
            (0..array.len).try_for_each(|_| skip(rest, array.type_param.id, types, depth))
        }
        TypeDef::Tuple(tuple) => tuple
            .fields
            .iter()
            .try_for_each(|field| skip(rest, field.id, types, depth)),
        TypeDef::Primitive(scale_info::TypeDefPrimitive::Str) => {
            let length = length(rest)?;
            take(rest, length).map(drop)
        }
        TypeDef::Primitive(primitive) => take(rest, width(primitive)).map(drop),
        TypeDef::Compact(_) => Compact::<u128>::decode(rest)
            .map(drop)
            .map_err(|_| "a compact number is malformed".to_owned()),
        TypeDef::BitSequence(_) => Err("bit sequences are not supported yet".to_owned()),
    }
}

fn skip_fields(
    rest: &mut &[u8],
    fields: &[Field<PortableForm>],
    types: &PortableRegistry,
    depth: usize,
) -> Result<(), String> {
    fields
        .iter()
        .try_for_each(|field| skip(rest, field.ty.id, types, depth))
}

fn length(rest: &mut &[u8]) -> Result<usize, String> {
    let length = Compact::<u32>::decode(rest).map_err(|_| "a length is malformed".to_owned())?;
    usize::try_from(length.0).map_err(|_| "a list is too long".to_owned())
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], String> {
    let (taken, left) = rest.split_at_checked(count).ok_or("it ends early")?;
    *rest = left;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use parity_scale_codec::Encode;
    use scale_info::{MetaType, Registry, TypeInfo};

    use super::*;

    #[derive(Encode, TypeInfo)]
    struct Sample {
        numbers: (Compact<u64>, u16, [u8; 3]),
        texts: Vec<String>,
        nested: Option<Box<Self>>,
    }

    fn registry<T: TypeInfo + 'static>() -> (u32, PortableRegistry) {
        let mut registry = Registry::new();
        let id = registry.register_type(&MetaType::new::<T>()).id;
        (id, registry.into())
    }

    #[test]
    fn the_extent_of_a_value_is_its_encoding() {
        let (id, types) = registry::<Sample>();
        let sample = |nested| Sample {
            numbers: (Compact(u64::MAX), 7, [1, 2, 3]),
            texts: vec!["one".into(), String::new()],
            nested,
        };
        let bytes = sample(Some(Box::new(sample(None)))).encode();
        let followed = [bytes.clone(), vec![9; 5]].concat();
        assert_eq!(extent(&followed, id, &types), Ok(bytes.len()));
        for short in 0..bytes.len() {
            assert!(extent(&bytes[..short], id, &types).is_err(), "{short}");
        }
    }

    #[test]
    fn bytes_that_nest_or_repeat_without_end_are_refused() {
        // A list of lists of lists: one byte per level.
        #[derive(TypeInfo)]
        struct Nest(#[expect(dead_code, reason = "only its type is of interest")] Vec<Self>);
        let (id, types) = registry::<Nest>();
        let deep = [vec![4; 1 << 20], vec![0]].concat();
        let error = extent(&deep, id, &types).expect_err("too deep");
        assert!(error.contains("deeply"), "{error}");
        let (id, types) = registry::<Vec<()>>();
        let many = Compact(u32::MAX).encode();
        let error = extent(&many, id, &types).expect_err("too many");
        assert!(error.contains("ends early"), "{error}");
    }
}
