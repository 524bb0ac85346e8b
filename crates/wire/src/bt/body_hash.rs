use std::fmt;

use sha3::{Digest, Sha3_256};

use super::PythonValue;

/// The hash that ties some of a body's fields to its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyHash([u8; 32]);

/// Hashes the fields that a synapse lists as `required_hash_fields`, in its order.
///
/// `sha3-256(concat(hex(sha3-256(str(field)))))`. Without any field it is the hash of nothing, and
/// ties nothing.
pub fn body_hash<'a>(fields: impl IntoIterator<Item = &'a PythonValue>) -> BodyHash {
    let mut outer = Sha3_256::new();
    for field in fields {
        let inner = Sha3_256::digest(field.to_string().as_bytes());
        outer.update(hex::encode(inner));
    }
    BodyHash(outer.finalize().into())
}

impl BodyHash {
    /// Whether a header says the same. Its digits may be of either case.
    pub fn is(&self, header: &str) -> bool {
        let mut said = [0; 32];
        hex::decode_to_slice(header.trim(), &mut said).is_ok() && said == self.0
    }
}

impl fmt::Display for BodyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
