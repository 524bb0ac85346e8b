use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes as JSON-RPC has them: `0x` and hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hex(pub(super) Vec<u8>);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("0x{}", hex::encode(&self.0)))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.strip_prefix("0x").unwrap_or(&text);
        hex::decode(digits)
            .map(Self)
            .map_err(|error| serde::de::Error::custom(format!("no hexadecimal bytes: {error}")))
    }
}
