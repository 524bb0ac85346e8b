//! What the Python SDKs and two subnets' validators made of the same inputs, bit for bit.

use std::collections::BTreeSet;
use std::path::PathBuf;

use axonry_chain::FormulaEpochs;
use axonry_core::{BlockNumber, Hotkey, MechId, NetUid, NetUidStorageIndex, Uid};
use axonry_weights::{
    CommitPreimage, ConformRules, Shape, Vector, bonds_row, clip_to_max_weight, conform, emit,
    emit_numbers, normalize, normalize_max_weight, pipeline, process, split_u16, update_scores,
    weights_row,
};
use serde_json::Value;

fn cases(file: &str) -> Vec<Value> {
    let root = std::env::var_os("AXONRY_VECTORS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors"),
        PathBuf::from,
    );
    let path = root.join("weights").join(file);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut vectors: Value = serde_json::from_str(&text).expect("JSON");
    match vectors["cases"].take() {
        Value::Array(cases) if !cases.is_empty() => cases,
        _ => panic!("{} has no cases", path.display()),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
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

#[expect(
    clippy::cast_possible_truncation,
    reason = "f32 values were widened exactly"
)]
fn vector(value: &Value) -> Vector {
    let values = floats(&value["values"]);
    match value["dtype"].as_str() {
        Some("f32") => Vector::F32(values.iter().map(|&value| value as f32).collect()),
        Some("f64") => Vector::F64(values),
        other => panic!("element type {other:?}"),
    }
}

/// Equal bits; any NaN equals any other.
fn same(found: &Vector, expected: &Vector) -> bool {
    let bits = |vector: &Vector| -> Vec<u64> {
        let values = vector.to_f64().into_iter();
        let canonical = values.map(|value| if value.is_nan() { f64::NAN } else { value });
        canonical.map(f64::to_bits).collect()
    };
    std::mem::discriminant(found) == std::mem::discriminant(expected)
        && bits(found) == bits(expected)
}

fn number(value: &Value) -> u16 {
    u16::try_from(value.as_u64().expect("a number")).expect("16 bits")
}

fn uids(value: &Value) -> Vec<Uid> {
    list(value).iter().map(|uid| Uid(number(uid))).collect()
}

fn pairs(value: &Value) -> Vec<(Uid, u16)> {
    let values = list(&value["values"]).iter().map(number);
    uids(&value["uids"]).into_iter().zip(values).collect()
}

fn shape(case: &Value) -> Shape {
    Shape {
        num_neurons: number(&case["num_neurons"]),
        min_allowed_weights: number(&case["min_allowed_weights"]),
        max_weight_limit: float(&case["max_weight_limit"]),
        exclude_quantile: case.get("exclude_quantile").map_or(0, number),
    }
}

fn is_error(value: &Value) -> bool {
    value.get("error").is_some()
}

#[test]
fn normalize_max_weight_is_numpys() {
    for case in cases("normalize_max_weight.json") {
        let limit = float(&case["limit"]);
        let found = match vector(&case["x"]) {
            Vector::F32(values) => Vector::F32(normalize_max_weight(&values, limit)),
            Vector::F64(values) => Vector::F64(normalize_max_weight(&values, limit)),
        };
        assert!(same(&found, &vector(&case["expected"])), "{}", case["name"]);
    }
}

#[test]
fn process_then_emit() {
    for case in cases("process_weights.json") {
        let (weights, name) = (vector(&case["weights"]), &case["name"]);
        let given = match &case["uids"] {
            Value::Null => (0..u16::MAX).take(weights.len()).map(Uid).collect(),
            given => uids(given),
        };
        let (kept, shaped) = process(&given, &weights, shape(&case)).expect("processed");
        assert_eq!(kept, uids(&case["expected"]["uids"]), "{name}");
        assert!(
            same(&shaped, &vector(&case["expected"]["weights"])),
            "{name}"
        );
        let emitted = emit(&kept, &shaped);
        let expected = &case["expected"]["emit"];
        if is_error(expected) {
            assert!(emitted.is_err(), "{name}");
        } else {
            assert_eq!(emitted.expect("emitted"), pairs(expected), "{name}");
        }
    }
}

#[test]
fn emit_quantises() {
    for case in cases("emit.json") {
        // A uid that is no `u16` is an error in Python and no value at all here.
        let representable = list(&case["uids"]).iter().all(|uid| uid.as_u64().is_some());
        let emitted = representable.then(|| emit(&uids(&case["uids"]), &vector(&case["weights"])));
        if is_error(&case["expected"]) {
            assert!(!matches!(emitted, Some(Ok(_))), "{}", case["name"]);
        } else {
            let emitted = emitted.expect("uids").expect("emitted");
            assert_eq!(emitted, pairs(&case["expected"]), "{}", case["name"]);
            if !emitted.is_empty() {
                let uids: Vec<Uid> = emitted.iter().map(|(uid, _)| *uid).collect();
                let again = emitted.iter().map(|(_, value)| f64::from(*value)).collect();
                let again = emit(&uids, &Vector::F64(again)).expect("emitted again");
                assert_eq!(again, emitted, "emitting twice changes nothing");
            }
        }
    }
}

#[test]
fn emit_from_lists_rounds_to_single_precision() {
    for case in cases("emit_from_lists.json") {
        let emitted = emit_numbers(&uids(&case["uids"]), &floats(&case["weights"]));
        assert_eq!(
            emitted.expect("emitted"),
            pairs(&case["expected"]),
            "{}",
            case["name"]
        );
    }
}

#[test]
fn subnet_pipelines() {
    for case in cases("validator_pipeline.json") {
        let (expected, name) = (&case["expected"], &case["name"]);
        let found = pipeline(&vector(&case["scores"]), shape(&case)).expect("a vector");
        assert!(
            same(&found.raw, &vector(&expected["raw_weights"])),
            "{name}"
        );
        assert_eq!(found.uids, uids(&expected["uids"]), "{name}");
        assert!(
            same(&found.weights, &vector(&expected["weights"])),
            "{name}"
        );
        assert_eq!(found.emitted, pairs(&expected["emit"]), "{name}");
    }
}

#[test]
fn sdk_11_clips_normalizes_and_conforms() {
    for case in cases("b11_conform.json") {
        let (uids, weights) = (uids(&case["uids"]), floats(&case["weights"]));
        let (expected, name) = (&case["expected"], &case["name"]);
        let max_weights_limit = number(&case["limit_u16"]);
        let limit = f64::from(max_weights_limit) / 65_535.0;
        match clip_to_max_weight(&weights, limit) {
            None => assert!(is_error(&expected["clip"]), "{name}"),
            Some(clipped) => {
                let expected = Vector::F64(floats(&expected["clip"]));
                assert!(same(&Vector::F64(clipped), &expected), "{name}");
            }
        }
        match normalize(&uids, &weights) {
            Err(_) => assert!(is_error(&expected["normalize"]), "{name}"),
            Ok(found) => assert_eq!(found, pairs(&expected["normalize"]), "{name}"),
        }
        let rules = ConformRules {
            min_allowed_weights: number(&case["min"]),
            max_weights_limit,
            own_uid: Some(Uid(number(&case["self_uid"]))),
        };
        match conform(&uids, &weights, rules) {
            Err(_) => assert!(is_error(&expected["conform"]), "{name}"),
            Ok(found) => assert_eq!(found, pairs(&expected["conform"]), "{name}"),
        }
    }
}

#[test]
fn rows_from_the_chain() {
    for case in cases("row_from_chain.json") {
        let neurons = number(&case["n"]);
        let row = Vector::F32(weights_row(neurons, &pairs(&case)));
        assert!(same(&row, &vector(&case["expected"])), "{}", case["name"]);
        let expected: Vec<u16> = list(&case["expected_bonds"]).iter().map(number).collect();
        assert_eq!(
            bonds_row(neurons, &pairs(&case)),
            expected,
            "{}",
            case["name"]
        );
    }
}

#[test]
fn commit_hashes() {
    for case in cases("commit_hash.json") {
        let text = |field: &str| case[field].as_str().expect("a text");
        let mechanism = MechId(u8::try_from(number(&case["mechid"])).expect("8 bits"));
        let preimage = CommitPreimage {
            hotkey: text("hotkey_ss58").parse::<Hotkey>().expect("an address"),
            index: NetUidStorageIndex::new(NetUid(number(&case["netuid"])), mechanism),
            weights: pairs(&case),
            salt: list(&case["salt"]).iter().map(number).collect(),
            version_key: text("version_key").parse().expect("64 bits"),
        };
        let hash = format!("0x{}", hex::encode(preimage.hash()));
        assert_eq!(hash, text("expected"), "{}", case["name"]);
    }
}

#[test]
fn splits() {
    for case in cases("split_u16.json") {
        match split_u16(&floats(&case["split"])) {
            Err(_) => assert!(is_error(&case["expected"]), "{}", case["name"]),
            Ok(parts) => {
                let expected: Vec<u16> = list(&case["expected"]).iter().map(number).collect();
                assert_eq!(parts, expected, "{}", case["name"]);
            }
        }
    }
}

#[test]
fn epochs_by_formula() {
    for case in cases("epoch_modulo.json") {
        let block = |field: &str| case[field].as_str().expect("a text").parse::<u64>();
        // Python's integers go on where the chain's block numbers end.
        let Ok(number_now) = block("block") else {
            continue;
        };
        let epochs = FormulaEpochs {
            netuid: NetUid(number(&case["netuid"])),
            tempo: number(&case["tempo"]),
        };
        let until = epochs.blocks_until_next_epoch(BlockNumber(number_now));
        assert_eq!(until, case["blocks_until_next_epoch"].as_u64(), "{case}");
        if let Some(until) = until {
            let next = number_now + until + 1;
            assert_eq!(Ok(next), block("next_epoch_start_block"), "{case}");
        }
    }
}

#[test]
fn moving_averages_of_scores() {
    for case in cases("update_scores.json") {
        let rewards = floats(&case["rewards"]["values"]);
        let rewards: Vec<_> = uids(&case["uids_sorted"])
            .into_iter()
            .zip(rewards)
            .collect();
        let blacklisted: BTreeSet<Uid> = match &case["blacklisted"] {
            Value::Null => BTreeSet::new(),
            some => uids(some).into_iter().collect(),
        };
        let alpha = float(&case["alpha"]);
        let updated = update_scores(&vector(&case["scores"]), &rewards, alpha, &blacklisted);
        let expected = vector(&case["expected"]);
        assert!(
            same(&updated.expect("updated"), &expected),
            "{}",
            case["name"]
        );
    }
}
