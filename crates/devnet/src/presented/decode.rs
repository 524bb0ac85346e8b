//! From bytes to Rust types, led by a type of the registry.

use scale_decode::DecodeAsType;
use scale_decode::visitor::{IgnoreVisitor, decode_with_visitor};
use scale_info::PortableRegistry;

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
pub(crate) fn extent(bytes: &[u8], id: u32, types: &PortableRegistry) -> Result<usize, String> {
    let mut rest = bytes;
    decode_with_visitor(
        &mut rest,
        id,
        types,
        IgnoreVisitor::<PortableRegistry>::new(),
    )
    .map_err(|error| error.to_string())?;
    Ok(bytes.len() - rest.len())
}
