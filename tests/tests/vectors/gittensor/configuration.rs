//! Arithmetic, tables and the registry.

use axonry_github::timestamp::parse_optional;
use axonry_scoring::number::{prod, round2, sum};
use axonry_scoring::registry::Registry;
use axonry_syntax::Tables;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::source::{Checks, File};

pub(super) fn numeric(file: &File, checks: &mut Checks) {
    for case in file.list("round_cases") {
        checks.case(case);
        let rounded = round2(case["value"].as_f64().unwrap());
        checks.exact("expected", rounded, &case["expected"]);
        let is_negative = case["expected"].as_f64().map(f64::is_sign_negative);
        checks.same("sign", Some(rounded.is_sign_negative()), is_negative);
    }
    let values = |case: &Value| -> Vec<f64> {
        case["values"]
            .as_array()
            .unwrap()
            .iter()
            .map(|value| value.as_f64().unwrap())
            .collect()
    };
    for case in file.list("sum_cases") {
        checks.case(case);
        checks.exact("expected", sum(values(case)), &case["expected"]);
    }
    for case in file.list("prod_cases") {
        checks.case(case);
        checks.exact("expected", prod(values(case)), &case["expected"]);
    }
}

pub(super) fn timestamps(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let parsed = parse_optional(case["value"].as_str());
        checks.same("ok", Some(parsed.is_ok()), case["ok"].as_bool());
        // Python leaves a fraction of zero out.
        let moment = parsed.ok().flatten().map(|moment| format!("{moment:.6}"));
        let expected = case["expected"]
            .as_str()
            .and_then(|text| text.strip_suffix("+00:00"));
        let expected = expected.map(|text| match text.contains('.') {
            true => format!("{text}Z"),
            false => format!("{text}.000000Z"),
        });
        checks.same("expected", moment, expected);
    }
}

/// A case whose registry keeps the order of its text.
#[derive(Deserialize)]
struct RegistryCase {
    registry: Box<RawValue>,
}

/// The registries of a file's cases as texts, in which order matters.
pub(super) fn registries(file: &File) -> Vec<String> {
    #[derive(Deserialize)]
    struct Cases {
        cases: Vec<RegistryCase>,
    }
    let file: Cases = serde_json::from_str(&file.text).expect("every case has a registry");
    file.cases
        .into_iter()
        .map(|case| case.registry.get().to_owned())
        .collect()
}

pub(super) fn registry(file: &File, checks: &mut Checks) {
    for (case, text) in file.list("cases").iter().zip(registries(file)) {
        checks.case(case);
        let registry = Registry::from_json(&text);
        checks.same("ok", Some(registry.is_ok()), case["ok"].as_bool());
        let Ok(registry) = registry else { continue };
        let expected = case["expected"].as_object().unwrap();
        checks.same("repositories", registry.len(), expected.len());
        for (name, expected) in expected {
            let Some(config) = registry.get(name) else {
                checks.same("name", None, Some(name));
                continue;
            };
            let actual = serde_json::to_value(config).unwrap();
            for (key, expected) in expected.as_object().unwrap() {
                let actual = match key.as_str() {
                    // As written, where ours are filled in; `resolved_*` has them.
                    "eligibility" | "scoring" => continue,
                    key => &actual[key.strip_prefix("resolved_").unwrap_or(key)],
                };
                same_json(checks, key, actual, expected);
            }
        }
    }
}

/// Compares by value: `1` is `1.0`, and null is an empty list or object.
fn same_json(checks: &mut Checks, field: &str, actual: &Value, expected: &Value) {
    let is_empty = *actual == json!([]) || *actual == json!({});
    match (actual, expected) {
        (Value::Number(actual), Value::Number(_)) => {
            checks.exact(field, actual.as_f64().unwrap(), expected);
        }
        (Value::Object(actual), Value::Object(expected)) => {
            checks.same(field, actual.len(), expected.len());
            for (key, expected) in expected {
                let actual = actual.get(key).unwrap_or(&Value::Null);
                same_json(checks, &format!("{field}.{key}"), actual, expected);
            }
        }
        (_, Value::Null) if is_empty => {}
        _ => checks.same(field, actual, expected),
    }
}

/// The tables that are embedded are the published ones.
pub(super) fn config_data(file: &File, checks: &mut Checks) {
    let tables = Tables::upstream();
    checks.case(&json!({"name": "token_weights"}));
    let weights = |table: &str| file.json["token_weights"][table].as_object().unwrap();
    for (node_type, weight) in weights("structural_bonus") {
        checks.exact(node_type, tables.structural_weight(node_type), weight);
    }
    for (node_type, weight) in weights("leaf_tokens") {
        checks.exact(node_type, tables.leaf_weight(node_type), weight);
    }
    checks.case(&json!({"name": "programming_languages"}));
    let languages = file.json["programming_languages"].as_object().unwrap();
    checks.same("entries", tables.languages().count(), languages.len());
    for (extension, entry) in languages {
        let known = tables.language(extension);
        checks.exact(
            extension,
            known.map_or(f64::NAN, |known| known.weight),
            &entry["weight"],
        );
        let language = known.and_then(|known| known.language.as_deref());
        checks.same(
            extension,
            language,
            entry.get("language").and_then(Value::as_str),
        );
    }
    checks.case(&json!({"name": "example_registry"}));
    let registry = Registry::from_json(&file.json["example_registry"].to_string());
    checks.same(
        "repositories",
        registry.map(|registry| registry.len()).ok(),
        Some(1),
    );
}
