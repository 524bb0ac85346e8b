//! To and from JSON.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::PythonValue;

impl Serialize for PythonValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i128(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Str(value) => serializer.serialize_str(value),
            Self::List(values) | Self::Tuple(values) => serializer.collect_seq(values),
            Self::Dict(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (key, value) in fields {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for PythonValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = PythonValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<PythonValue, E> {
        Ok(PythonValue::None)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<PythonValue, E> {
        Ok(PythonValue::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<PythonValue, E> {
        Ok(PythonValue::Int(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<PythonValue, E> {
        Ok(PythonValue::Int(value.into()))
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<PythonValue, E> {
        Ok(PythonValue::Int(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<PythonValue, E> {
        Ok(PythonValue::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<PythonValue, E> {
        Ok(PythonValue::Str(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<PythonValue, E> {
        Ok(PythonValue::Str(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<PythonValue, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element()? {
            values.push(value);
        }
        Ok(PythonValue::List(values))
    }

    /// Of a key that stands there twice, the last value counts, at the place of the first: as in
    /// a dict.
    fn visit_map<A: MapAccess<'de>>(self, mut items: A) -> Result<PythonValue, A::Error> {
        let mut fields: Vec<(String, PythonValue)> = Vec::new();
        let mut places = std::collections::HashMap::new();
        while let Some((key, value)) = items.next_entry::<String, PythonValue>()? {
            match places.get(&key) {
                Some(place) => {
                    let field: &mut (String, PythonValue) = &mut fields[*place];
                    field.1 = value;
                }
                None => {
                    places.insert(key.clone(), fields.len());
                    fields.push((key, value));
                }
            }
        }
        Ok(PythonValue::Dict(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_order_and_numbers_their_kind() {
        let text = r#"{"b":1,"a":1.0,"b":[true,null,{"z":"é","y":-2}]}"#;
        let value: PythonValue = serde_json::from_str(text).expect("JSON");
        assert_eq!(
            value.to_string(),
            "{'b': [True, None, {'z': 'é', 'y': -2}], 'a': 1.0}"
        );
        let written = serde_json::to_string(&value).expect("JSON");
        assert_eq!(written, r#"{"b":[true,null,{"z":"é","y":-2}],"a":1.0}"#);
    }
}
