//! Recorded answers of two shapes, whatever the API or the item: one runtime call (`api`,
//! `result_hex`, `expected`), or stored values (`rows`).
//!
//! They are read without a type, as the metadata describes them, and written down as `expected` is.

use axonry_chain::ChainError;
use axonry_substrate::dynamic::{Composite, Primitive, Value, ValueDef};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use super::{bytes, hex, no_metadata, runtime};
use crate::source::{Answer, Checks, File};

const SPECS: [u64; 3] = [343, 365, 393];

/// The largest number that is written as one; larger ones are text.
const EXACT: u128 = 1 << 53;

/// What reads a file, by its shape.
pub(super) fn answer(json: &Json) -> Option<Answer> {
    if json["api"].is_string() && json["result_hex"].is_string() {
        return Some(runtime_call);
    }
    let rows = json["rows"].as_array()?;
    rows.iter()
        .all(|row| row["key"].is_string() && row["pallet"].is_string())
        .then_some(storage as Answer)
}

fn runtime_call(file: &File, checks: &mut Checks) {
    let name = file.json["api"].as_str().expect("a name");
    let (api, method) = name.split_once('_').expect("trait and method");
    let answer = bytes(&file.json["result_hex"]);
    for spec in SPECS {
        checks.begin(&format!("under {spec}"));
        let Some(runtime) = runtime(spec) else {
            no_metadata(checks, spec);
            continue;
        };
        match runtime.decode_runtime_call(api, method, &answer) {
            Err(ChainError::Incompatible { .. }) => {
                checks.leave_out(format!("spec {spec} has no {name}"));
            }
            Err(error) => checks.same("answer", error.to_string(), "an answer"),
            Ok(value) => compare(checks, &value, &file.json["expected"]),
        }
    }
}

fn storage(file: &File, checks: &mut Checks) {
    for row in file.list("rows") {
        let text = |name: &str| row[name].as_str().expect("a name");
        let (pallet, entry) = (text("pallet"), text("entry"));
        for spec in SPECS {
            checks.begin(&format!("{pallet}.{entry} under {spec}"));
            let Some(runtime) = runtime(spec) else {
                no_metadata(checks, spec);
                continue;
            };
            let Ok(item) = runtime.storage_item(pallet, entry) else {
                checks.leave_out(format!("spec {spec} has no {pallet}.{entry}"));
                continue;
            };
            let key = bytes(&row["key"]);
            let parts = item.decode_key::<Vec<Value>>(&key);
            let parts = parts.map(|parts| parts.len());
            let parts = parts.map_err(|error| error.to_string());
            checks.same("parts of the key", parts, Ok::<_, String>(item.parts()));
            if row["value"].is_null() {
                continue;
            }
            match item.decode(&bytes(&row["value"])) {
                Ok(value) => compare(checks, &value, &row["expected"]),
                Err(error) => checks.same("value", error.to_string(), "a value"),
            }
        }
    }
}

/// Compares field by field where there are fields.
fn compare(checks: &mut Checks, value: &Value, expected: &Json) {
    let found = written(value, expected);
    match (&found, expected) {
        (Json::Object(found), Json::Object(expected)) => {
            for (name, expected) in expected {
                checks.same(name, found.get(name), Some(expected));
            }
        }
        _ => checks.same("value", &found, expected),
    }
}

/// Writes a value down in the manner of `like`: accounts and texts as hexadecimal digits, long
/// lists as their length, a few elements and a hash. What is not of that shape comes out different.
fn written(value: &Value, like: &Json) -> Json {
    match &value.value {
        ValueDef::Primitive(Primitive::Bool(flag)) => json!(flag),
        ValueDef::Primitive(Primitive::U128(number)) => match u64::try_from(*number) {
            Ok(exact) if *number < EXACT => json!(exact),
            _ => json!(number.to_string()),
        },
        ValueDef::Primitive(Primitive::I128(number)) => json!(number.to_string()),
        ValueDef::Primitive(Primitive::String(text)) => json!(text),
        ValueDef::Primitive(other) => json!(format!("{other:?}")),
        ValueDef::BitSequence(bits) => json!(format!("{bits:?}")),
        ValueDef::Variant(variant) if variant.name == "None" => Json::Null,
        ValueDef::Variant(variant) => {
            match (variant.values.values().next(), &like[&variant.name]) {
                (Some(inner), Json::Null) if variant.name == "Some" => written(inner, like),
                (Some(inner), like) => json!({ (&variant.name): written(inner, like) }),
                (None, _) => json!(variant.name),
            }
        }
        ValueDef::Composite(composite) => written_composite(composite, like),
    }
}

fn written_composite(composite: &Composite<()>, like: &Json) -> Json {
    let values: Vec<_> = composite.values().collect();
    match (composite, like) {
        (_, Json::String(text)) if text.starts_with("0x") => match digits(composite) {
            Some(bytes) => json!(hex(&bytes)),
            None => Json::Null,
        },
        (Composite::Named(fields), Json::Object(like))
            if like
                .keys()
                .all(|key| fields.iter().any(|(name, _)| name == key)) =>
        {
            let fields = fields.iter().filter_map(|(name, value)| {
                let like = like.get(name)?;
                Some((name.clone(), written(value, like)))
            });
            Json::Object(fields.collect::<Map<_, _>>())
        }
        (Composite::Unnamed(_), Json::Object(summary)) if summary.contains_key("len") => {
            summarised(&values, summary)
        }
        (_, Json::Array(like)) if like.len() == values.len() => {
            let list: Vec<_> = values
                .iter()
                .zip(like)
                .map(|(value, like)| written(value, like))
                .collect();
            // One element may be a list of one, or a wrapper around the list.
            match &values[..] {
                [inner] if list != *like => written(inner, &json!(like)),
                _ => json!(list),
            }
        }
        _ => match &values[..] {
            [inner] => written(inner, like),
            _ => json!(format!("{composite}")),
        },
    }
}

/// The bytes that a composite is of, wrappers taken off.
fn digits(composite: &Composite<()>) -> Option<Vec<u8>> {
    let values: Vec<_> = composite.values().collect();
    if let [
        Value {
            value: ValueDef::Composite(inner),
            ..
        },
    ] = &values[..]
    {
        return digits(inner);
    }
    let byte = |value: &&Value| u8::try_from(value.as_u128()?).ok();
    values.iter().map(byte).collect()
}

/// A long list as the files have it. Where no element shows how others are written, the hash cannot
/// be taken, and the list is compared as far as it is shown.
fn summarised(values: &[&Value], summary: &Map<String, Json>) -> Json {
    let mut found = summary.clone();
    let shown = |key: &str| summary[key].as_array().cloned().unwrap_or_default();
    let (first, last) = (shown("first3"), shown("last1"));
    let like = first.iter().chain(&last).find(|element| !element.is_null());
    let alike = |values: &[&Value], like: &[Json]| -> Vec<Json> {
        values
            .iter()
            .zip(like)
            .map(|(value, like)| written(value, like))
            .collect()
    };
    found.insert("len".to_owned(), json!(values.len()));
    found.insert("first3".to_owned(), json!(alike(values, &first)));
    let end = values.len().saturating_sub(last.len());
    found.insert("last1".to_owned(), json!(alike(&values[end..], &last)));
    if let Some(like) = like {
        let whole: Vec<_> = values.iter().map(|value| written(value, like)).collect();
        let text = json!(whole).to_string();
        let hash = Sha256::digest(text.as_bytes());
        let digits = hex(&hash).trim_start_matches("0x").to_owned();
        found.insert("sha256_of_compact_json".to_owned(), json!(digits));
    }
    Json::Object(found)
}
