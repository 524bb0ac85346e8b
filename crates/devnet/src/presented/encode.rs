//! From a [`Value`] to bytes, led by a type of the registry.

use scale_encode::EncodeAsType;
use scale_info::form::PortableForm;
use scale_info::{Field, PortableRegistry, TypeDef};

use super::default;
use super::value::Value;

/// Types may contain themselves; no value of this chain is deeper.
pub(super) const DEPTH: usize = 64;

/// What about a value did not fit its type.
pub(super) type Misfit = String;

/// Appends `value` as the type `id`.
pub(super) fn encode(
    value: &Value,
    id: u32,
    types: &PortableRegistry,
    out: &mut Vec<u8>,
) -> Result<(), Misfit> {
    at_depth(value, id, types, out, DEPTH)
}

fn at_depth(
    value: &Value,
    id: u32,
    types: &PortableRegistry,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), Misfit> {
    let depth = depth.checked_sub(1).ok_or("the type nests too deeply")?;
    let ty = types.resolve(id).ok_or_else(|| format!("no type {id}"))?;
    match (value, &ty.type_def) {
        (Value::Default, _) => default::encode(id, types, out),
        (Value::Encoded(bytes), _) => {
            out.extend(bytes);
            Ok(())
        }
        (value, TypeDef::Composite(composite)) => {
            fields(value, &composite.fields, types, out, depth)
        }
        (Value::Variant(name, payload), TypeDef::Variant(variants)) => {
            let variant = variants
                .variants
                .iter()
                .find(|variant| variant.name == *name)
                .ok_or_else(|| format!("`{}` has no variant `{name}`", named(ty)))?;
            out.push(variant.index);
            match &**payload {
                Value::List(values) => by_place(values, &variant.fields, types, out, depth),
                Value::Record(values) => by_name(values, &variant.fields, types, out, depth),
                Value::Default => by_name(&[], &variant.fields, types, out, depth),
                single => by_place(
                    std::slice::from_ref(single),
                    &variant.fields,
                    types,
                    out,
                    depth,
                ),
            }
        }
        (Value::List(values), TypeDef::Tuple(tuple)) => {
            if values.len() != tuple.fields.len() {
                return Err(arity(values.len(), tuple.fields.len()));
            }
            let pairs = values.iter().zip(&tuple.fields);
            pairs
                .into_iter()
                .try_for_each(|(value, ty)| at_depth(value, ty.id, types, out, depth))
        }
        (value, TypeDef::Tuple(tuple)) if tuple.fields.len() == 1 => {
            at_depth(value, tuple.fields[0].id, types, out, depth)
        }
        (Value::List(values), TypeDef::Sequence(sequence)) => {
            length(values.len(), out)?;
            let item = sequence.type_param.id;
            values
                .iter()
                .try_for_each(|value| at_depth(value, item, types, out, depth))
        }
        (Value::List(values), TypeDef::Array(array)) => {
            if values.len() != array.len as usize {
                return Err(arity(values.len(), array.len as usize));
            }
            let item = array.type_param.id;
            values
                .iter()
                .try_for_each(|value| at_depth(value, item, types, out, depth))
        }
        (Value::Bytes(bytes), _) => leaf(bytes, id, types, out),
        (Value::Text(text), _) => leaf(text, id, types, out),
        (Value::Number(number), _) => leaf(number, id, types, out),
        (Value::Bool(bool), _) => leaf(bool, id, types, out),
        _ => Err(format!("`{}` is of another shape", named(ty))),
    }
}

/// Numbers, flags and bytes go through `scale-encode`, which knows compact forms and ranges.
fn leaf<T: EncodeAsType>(
    value: &T,
    id: u32,
    types: &PortableRegistry,
    out: &mut Vec<u8>,
) -> Result<(), Misfit> {
    value
        .encode_as_type_to(id, types, out)
        .map_err(|error| error.to_string())
}

fn fields(
    value: &Value,
    fields: &[Field<PortableForm>],
    types: &PortableRegistry,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), Misfit> {
    match (value, fields) {
        (Value::Record(values), _) if fields.iter().all(|field| field.name.is_some()) => {
            by_name(values, fields, types, out, depth)
        }
        // A value in a wrapper of one field is the value.
        (value, [field]) => at_depth(value, field.ty.id, types, out, depth),
        (Value::List(values), _) => by_place(values, fields, types, out, depth),
        _ => Err(arity(1, fields.len())),
    }
}

fn by_place(
    values: &[Value],
    fields: &[Field<PortableForm>],
    types: &PortableRegistry,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), Misfit> {
    if values.len() != fields.len() {
        return Err(arity(values.len(), fields.len()));
    }
    values
        .iter()
        .zip(fields)
        .try_for_each(|(value, field)| at_depth(value, field.ty.id, types, out, depth))
}

fn by_name(
    values: &[(&'static str, Value)],
    fields: &[Field<PortableForm>],
    types: &PortableRegistry,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), Misfit> {
    fields.iter().try_for_each(|field| {
        let name = field.name.as_deref().unwrap_or_default();
        let value = values.iter().find(|(given, _)| *given == name);
        let value = value.map_or(&Value::Default, |(_, value)| value);
        at_depth(value, field.ty.id, types, out, depth)
            .map_err(|misfit| format!("`{name}`: {misfit}"))
    })
}

pub(super) fn length(length: usize, out: &mut Vec<u8>) -> Result<(), Misfit> {
    use parity_scale_codec::{Compact, Encode};
    let length = u32::try_from(length).map_err(|_| "a list longer than 2^32".to_owned())?;
    Compact(length).encode_to(out);
    Ok(())
}

fn arity(given: usize, expected: usize) -> Misfit {
    format!("{given} values where {expected} are expected")
}

fn named(ty: &scale_info::Type<PortableForm>) -> String {
    ty.path.ident().unwrap_or_else(|| "type".into())
}
