//! Forecasts as `mode-network/synth-subnet` asks for, reads, judges and pays them.

mod answers;
mod scores;

use axonry_forecast::Asset;
use jiff::Timestamp;
use serde_json::Value;

use crate::source::{Checks, run};

#[test]
fn synth() {
    run(
        "synth",
        &[
            ("response_validation", answers::responses),
            ("float_text", answers::float_texts),
            ("float32_blob", answers::blobs),
            ("round8", answers::rounded),
            ("schedule", answers::schedules),
            ("crps_primitive", scores::ensembles),
            ("price_changes", scores::price_changes),
            ("observed_blocks", scores::blocks),
            ("crps_low", scores::path_scores),
            ("crps_high", scores::path_scores),
            ("crps_edges", scores::path_scores),
            ("prompt_scores", scores::scores_of_prompts),
            ("smoothed_scores", scores::smoothed),
            ("softmax", scores::shares),
            ("combine", scores::combinations),
            ("set_weights", scores::weights),
        ],
    );
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn float(value: &Value) -> f64 {
    match value.as_str() {
        Some("NaN") => f64::NAN,
        Some("Infinity") => f64::INFINITY,
        Some("-Infinity") => f64::NEG_INFINITY,
        _ => value.as_f64().expect("a number"),
    }
}

fn floats(value: &Value) -> Vec<f64> {
    list(value).iter().map(float).collect()
}

fn whole<T: TryFrom<u64>>(value: &Value) -> T {
    let number = value.as_u64().expect("a whole number");
    T::try_from(number).ok().expect("a number that fits")
}

fn time(value: &Value) -> Timestamp {
    text(value).parse().expect("a moment")
}

fn asset(value: &Value) -> Asset {
    text(value).parse().expect("an asset")
}

/// Compares numbers one by one.
fn all_close(checks: &mut Checks, field: &str, actual: &[f64], expected: &[Value]) {
    checks.same(&format!("{field}, how many"), actual.len(), expected.len());
    for (actual, expected) in actual.iter().zip(expected) {
        checks.close(field, *actual, expected);
    }
}
