use serde_json::Value as Json;

use crate::value::{Kind, Record, Table, Value};

/// A row's values as JSON; bytes as hexadecimal digits.
pub(super) fn columns(record: &[Value]) -> Vec<Json> {
    let json = |value: &Value| match value {
        Value::Integer(value) => Json::from(*value),
        Value::Real(value) => Json::from(*value),
        Value::Text(value) => Json::from(value.as_deref()),
        Value::Bytes(value) => Json::from(value.as_ref().map(hex::encode)),
    };
    record.iter().map(json).collect()
}

/// The values of a row of `table`, or nothing when they are not of its columns' kinds.
pub(super) fn values(table: &Table, columns: Vec<Json>) -> Option<Record> {
    if columns.len() != table.columns.len() {
        return None;
    }
    let typed = |((_, kind), json): (&(&str, Kind), Json)| {
        Some(match (kind, json) {
            (Kind::Integer, Json::Null) => Value::Integer(None),
            (Kind::Real, Json::Null) => Value::Real(None),
            (Kind::Text, Json::Null) => Value::Text(None),
            (Kind::Bytes, Json::Null) => Value::Bytes(None),
            (Kind::Integer, json) => Value::Integer(Some(json.as_i64()?)),
            (Kind::Real, json) => Value::Real(Some(json.as_f64()?)),
            (Kind::Text, Json::String(text)) => Value::Text(Some(text)),
            (Kind::Bytes, Json::String(digits)) => Value::Bytes(Some(hex::decode(digits).ok()?)),
            _ => return None,
        })
    };
    table.columns.iter().zip(columns).map(typed).collect()
}
