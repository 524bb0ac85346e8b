//! Weights as the Python SDKs and two subnets' validators make them, bit for bit.

use std::collections::BTreeSet;

use axonry_chain::FormulaEpochs;
use axonry_core::{BlockHash, BlockNumber, Hotkey, MechId, NetUid, NetUidStorageIndex, Uid};
use axonry_weights::{
    CommitPreimage, ConformRules, Shape, Vector, bonds_row, clip_to_max_weight, conform, emit,
    emit_numbers, normalize, normalize_max_weight, pipeline, process, split_u16, update_scores,
    weights_row,
};
use serde_json::{Value, json};

use crate::source::{Checks, File, run};

#[test]
fn weights() {
    run(
        "weights",
        &[
            ("normalize_max_weight", normalized),
            ("process_weights", processed),
            ("emit", emitted),
            ("emit_from_lists", emitted_from_lists),
            ("validator_pipeline", pipelined),
            ("b11_conform", conformed),
            ("row_from_chain", rows),
            ("commit_hash", commit_hashes),
            ("split_u16", splits),
            ("epoch_modulo", epochs),
            ("update_scores", moving_averages),
        ],
    );
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

/// Element type and bits, any NaN being like any other.
fn bits(vector: &Vector) -> (&'static str, Vec<u64>) {
    let kind = match vector {
        Vector::F32(_) => "f32",
        Vector::F64(_) => "f64",
    };
    let values = vector.to_f64().into_iter();
    let canonical = values.map(|value| if value.is_nan() { f64::NAN } else { value });
    (kind, canonical.map(f64::to_bits).collect())
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

/// What upstream emits, `None` where it fails.
fn maybe_pairs(value: &Value) -> Option<Vec<(Uid, u16)>> {
    (!is_error(value)).then(|| pairs(value))
}

fn normalized(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let limit = float(&case["limit"]);
        let found = match vector(&case["x"]) {
            Vector::F32(values) => Vector::F32(normalize_max_weight(&values, limit)),
            Vector::F64(values) => Vector::F64(normalize_max_weight(&values, limit)),
        };
        checks.same("normalized", bits(&found), bits(&vector(&case["expected"])));
    }
}

fn processed(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let (weights, expected) = (vector(&case["weights"]), &case["expected"]);
        let given = match &case["uids"] {
            Value::Null => (0..u16::MAX).take(weights.len()).map(Uid).collect(),
            given => uids(given),
        };
        let (kept, shaped) = process(&given, &weights, shape(case)).expect("processed");
        checks.same("uids", &kept, &uids(&expected["uids"]));
        checks.same(
            "weights",
            bits(&shaped),
            bits(&vector(&expected["weights"])),
        );
        checks.same(
            "emit",
            emit(&kept, &shaped).ok(),
            maybe_pairs(&expected["emit"]),
        );
    }
}

fn emitted(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        // A uid that is no `u16` is an error in Python and no value at all here.
        let representable = list(&case["uids"]).iter().all(|uid| uid.as_u64().is_some());
        let emitted = representable.then(|| emit(&uids(&case["uids"]), &vector(&case["weights"])));
        let emitted = emitted.and_then(Result::ok);
        checks.same("emitted", &emitted, &maybe_pairs(&case["expected"]));
        if let Some(emitted) = emitted.filter(|emitted| !emitted.is_empty()) {
            let uids: Vec<Uid> = emitted.iter().map(|(uid, _)| *uid).collect();
            let again = emitted.iter().map(|(_, value)| f64::from(*value)).collect();
            let again = emit(&uids, &Vector::F64(again)).expect("emitted again");
            checks.same("emitted twice", again, emitted);
        }
    }
}

fn emitted_from_lists(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let emitted = emit_numbers(&uids(&case["uids"]), &floats(&case["weights"]));
        checks.same("emitted", emitted.ok(), maybe_pairs(&case["expected"]));
    }
}

fn pipelined(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let expected = &case["expected"];
        let found = pipeline(&vector(&case["scores"]), shape(case)).expect("a vector");
        checks.same(
            "raw",
            bits(&found.raw),
            bits(&vector(&expected["raw_weights"])),
        );
        checks.same("uids", &found.uids, &uids(&expected["uids"]));
        checks.same(
            "weights",
            bits(&found.weights),
            bits(&vector(&expected["weights"])),
        );
        checks.same("emit", found.emitted, pairs(&expected["emit"]));
    }
}

fn conformed(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let (uids, weights) = (uids(&case["uids"]), floats(&case["weights"]));
        let expected = &case["expected"];
        let max_weights_limit = number(&case["limit_u16"]);
        let clipped = clip_to_max_weight(&weights, f64::from(max_weights_limit) / 65_535.0);
        let clipped = clipped.map(|clipped| bits(&Vector::F64(clipped)));
        let clip = &expected["clip"];
        let clip = (!is_error(clip)).then(|| bits(&Vector::F64(floats(clip))));
        checks.same("clip", clipped, clip);
        let normalized = normalize(&uids, &weights).ok();
        checks.same("normalize", normalized, maybe_pairs(&expected["normalize"]));
        let rules = ConformRules {
            min_allowed_weights: number(&case["min"]),
            max_weights_limit,
            own_uid: Some(Uid(number(&case["self_uid"]))),
        };
        let conformed = conform(&uids, &weights, rules).ok();
        checks.same("conform", conformed, maybe_pairs(&expected["conform"]));
    }
}

fn rows(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let neurons = number(&case["n"]);
        let row = Vector::F32(weights_row(neurons, &pairs(case)));
        checks.same("row", bits(&row), bits(&vector(&case["expected"])));
        let bonds: Vec<u16> = list(&case["expected_bonds"]).iter().map(number).collect();
        checks.same("bonds", bonds_row(neurons, &pairs(case)), bonds);
    }
}

fn commit_hashes(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let text = |field: &str| case[field].as_str().expect("a text");
        let mechanism = MechId(u8::try_from(number(&case["mechid"])).expect("8 bits"));
        let preimage = CommitPreimage {
            hotkey: text("hotkey_ss58").parse::<Hotkey>().expect("an address"),
            index: NetUidStorageIndex::new(NetUid(number(&case["netuid"])), mechanism),
            weights: pairs(case),
            salt: list(&case["salt"]).iter().map(number).collect(),
            version_key: text("version_key").parse().expect("64 bits"),
        };
        checks.same("index", preimage.index.0, number(&case["storage_index"]));
        let hash = BlockHash(preimage.hash()).to_string();
        checks.same("hash", hash.as_str(), text("expected"));
    }
}

fn splits(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let expected = &case["expected"];
        let parts = (!is_error(expected)).then(|| list(expected).iter().map(number).collect());
        let parts: Option<Vec<u16>> = parts;
        checks.same("parts", split_u16(&floats(&case["split"])).ok(), parts);
    }
}

fn epochs(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        let number_of = |field: &str| case[field].as_str().expect("a text").parse::<u64>();
        let tempo = number(&case["tempo"]);
        let named = format!("block {} tempo {tempo}", case["block"]);
        checks.case(&json!({ "name": named }));
        let Ok(block) = number_of("block") else {
            checks.leave_out("Python's integers go on where the chain's block numbers end");
            continue;
        };
        let netuid = NetUid(number(&case["netuid"]));
        let until = FormulaEpochs { netuid, tempo }.blocks_until_next_epoch(BlockNumber(block));
        checks.same(
            "blocks until",
            until,
            case["blocks_until_next_epoch"].as_u64(),
        );
        if let Some(until) = until {
            let next = number_of("next_epoch_start_block");
            checks.same("next", Ok(block + until + 1), next);
        }
    }
}

fn moving_averages(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
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
        checks.same(
            "scores",
            updated.as_ref().map(bits).ok(),
            Some(bits(&expected)),
        );
    }
}
