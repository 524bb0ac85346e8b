//! What is asked, as far as it can be said without knowing the synapse.

use std::borrow::Cow;
use std::fmt;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Failure;
use crate::bt::{BodyHash, PythonValue, body_hash};

/// What every synapse has besides its own fields.
const STANDARD: [&str; 7] = [
    "name",
    "timeout",
    "total_size",
    "header_size",
    "dendrite",
    "axon",
    "computed_body_hash",
];

/// Fields of its own that a synapse may have; each is compared with all before it.
const MOST_FIELDS: usize = 256;

/// Room that is made before the first byte has come, whatever length is announced.
const RESERVED_AT_MOST: usize = 64 << 10;

/// Reads a body of at most `most` bytes.
pub(super) async fn read(
    headers: &HeaderMap,
    mut body: Body,
    most: usize,
) -> Result<Bytes, Failure> {
    let encoded = headers.get(CONTENT_ENCODING);
    if encoded.is_some_and(|encoding| encoding.as_bytes() != b"identity") {
        return Err(Failure::ENCODED);
    }
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| {
        let length = length.to_str().ok()?;
        length.parse::<usize>().ok()
    });
    if announced.is_some_and(|length| length > most) {
        return Err(Failure::TOO_LARGE);
    }
    let mut whole = BytesMut::with_capacity(announced.unwrap_or(0).min(RESERVED_AT_MOST));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Failure::BROKEN_BODY)?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if whole.len() + data.len() > most {
            return Err(Failure::TOO_LARGE);
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

/// A synapse's own fields as they stand in a body, in its order.
#[derive(Debug)]
pub(super) struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    pub(super) fn of(body: &'a [u8]) -> Result<Self, Failure> {
        serde_json::from_slice(body).map_err(|_| Failure::NOT_JSON)
    }

    /// The fields that say something.
    pub(super) fn said(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        let said = self.0.iter().filter(|(_, value)| value.get() != "null");
        said.map(|(name, value)| (name.as_ref(), *value))
    }

    /// All fields, null ones included.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), *value))
    }

    /// Whether there is a field of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field == name)
    }

    /// Whether the hash of the `hashed` fields covers all that is said.
    pub(super) fn all_in(&self, hashed: &[&str]) -> bool {
        self.said().all(|(name, _)| hashed.contains(&name))
    }

    /// The hash of the listed fields; one that is missing is `None`.
    pub(super) fn hash(&self, hashed: &[&str]) -> Result<BodyHash, Failure> {
        let mut values = Vec::with_capacity(hashed.len());
        for name in hashed {
            let found = self.0.iter().find(|(field, _)| field == name);
            values.push(match found {
                None => PythonValue::None,
                Some((_, raw)) => serde_json::from_str(raw.get()).map_err(|_| Failure::NOT_JSON)?,
            });
        }
        Ok(body_hash(&values))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a synapse")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields: Self::Value = Vec::new();
                while let Some(Name(name)) = map.next_key()? {
                    let value = map.next_value()?;
                    if STANDARD.contains(&name.as_ref()) {
                        continue;
                    }
                    if fields.len() >= MOST_FIELDS {
                        return Err(serde::de::Error::custom("too many fields"));
                    }
                    if fields.iter().any(|(field, _)| *field == name) {
                        // Two readers could take a different one of them for what was signed.
                        return Err(serde::de::Error::custom("a field stands there twice"));
                    }
                    fields.push((name, value));
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(Reader).map(Self)
    }
}

/// A key, borrowed where it holds no escapes.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
