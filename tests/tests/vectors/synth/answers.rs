//! What is asked and answered, and when.

use std::time::Duration;

use axonry_forecast::{
    Answer, Competition, Mode, Paths, Prompt, chunk_sizes, next_minute, read_answer, read_paths,
    round8, row_key,
};
use axonry_wire::bt::PythonValue;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde_json::Value;

use super::{all_close, asset, float, floats, list, text, time, whole};
use crate::source::{Checks, File};

fn prompt(input: &Value) -> Prompt {
    Prompt {
        asset: asset(&input["asset"]),
        start_time: time(&input["start_time"]),
        time_increment: whole::<u32>(&input["time_increment"])
            .try_into()
            .expect("not 0"),
        time_length: whole(&input["time_length"]),
        num_simulations: whole(&input["num_simulations"]),
    }
}

pub(super) fn responses(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let prompt = prompt(&case["simulation_input"]);
        let body = text(&case["body"]).as_bytes();
        // Without a process time there is no answer, unless it is the answer that has none.
        let came = !case["process_time"].is_null() || case["parse"] != "ok";
        let answer = if came {
            read_answer(body, &prompt, Mode::Parity)
        } else {
            Answer::missing()
        };
        let expected = text(&case["expected"]);
        checks.same("outcome", answer.validation.to_string(), expected);
        checks.same("paths", answer.paths.is_some(), expected == "CORRECT");
        let Some(paths) = &answer.paths else { continue };
        if let Some(expected) = case["expected_paths"].as_array() {
            checks.same("count", paths.count(), expected.len());
            for (path, expected) in paths.iter().zip(expected) {
                all_close(checks, "prices", path, list(expected));
            }
        }
        // What is kept is read again as the same.
        let kept = answer.text(body, &prompt).expect("it is correct");
        let again = read_paths(kept.as_bytes(), &prompt, Mode::Parity);
        let again = again.paths.expect("it is correct");
        let bits = |paths: &Paths| -> Vec<u64> {
            let one_nan = |price: &f64| {
                if price.is_nan() {
                    f64::NAN
                } else {
                    price + 0.0
                }
            };
            paths
                .prices()
                .iter()
                .map(|price| one_nan(price).to_bits())
                .collect()
        };
        checks.same("kept", bits(&again), bits(paths));
        serde_json::from_str::<Value>(&kept).expect("what is kept is JSON to everybody");
    }
}

/// The rule on digits, asked of an answer of one price.
pub(super) fn float_texts(file: &File, checks: &mut Checks) {
    let prompt = Prompt {
        asset: "BTC".parse().expect("an asset"),
        start_time: Timestamp::from_second(60).expect("a moment"),
        time_increment: 1.try_into().expect("not 0"),
        time_length: 0,
        num_simulations: 1,
    };
    for case in file.list("cases") {
        let value = float(&case["value"]);
        let printed = text(&case["python_str"]);
        checks.begin(printed);
        checks.same("printed", PythonValue::Float(value).to_string(), printed);
        let plain = match &case["value"] {
            Value::String(constant) => constant.clone(),
            number => number.to_string(),
        };
        // The same number in other digits is judged alike.
        let spread = format!("{value:?}")
            .replace("NaN", "NaN")
            .replace("inf", "Infinity");
        let long = if value.is_finite() {
            format!("{value:.400}")
        } else {
            spread.clone()
        };
        for spelled in [plain, spread, long] {
            let body = format!("[60,1,[{spelled}]]");
            let outcome = read_paths(body.as_bytes(), &prompt, Mode::Parity).validation;
            let expected = match case["ok"].as_bool() {
                Some(true) => "CORRECT".to_owned(),
                _ => format!("Price format is incorrect: too many digits {printed}"),
            };
            checks.same(&spelled, outcome.to_string(), expected);
        }
    }
}

pub(super) fn blobs(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        let points = whole(&case["num_timesteps"]);
        checks.begin(&format!("{} × {points}", case["num_simulations"]));
        let paths = list(&case["prediction"])[2..].iter().flat_map(floats);
        let paths = Paths::new(paths.collect::<Vec<_>>(), points).expect("whole paths");
        let blob = BASE64_STANDARD
            .decode(text(&case["blob_base64"]))
            .expect("base64");
        checks.same("blob", &paths.to_f32_bytes(), &blob);
        let decoded = Paths::from_f32_bytes(&blob, points).expect("whole paths");
        for (path, expected) in decoded.iter().zip(list(&case["expected_decoded"])) {
            checks.same("decoded", path, floats(expected).as_slice());
        }
    }
    for case in file.list("row_keys") {
        checks.begin(text(&case["expected"]));
        let start = case["start_time_unix"].as_i64().expect("a number");
        let miner = case["miner_id"].as_i64().expect("a number");
        let key = row_key(&asset(&case["asset"]), start, miner);
        checks.same("key", key.as_str(), text(&case["expected"]));
    }
}

pub(super) fn rounded(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.begin(&case["value"].to_string());
        checks.exact("rounded", round8(float(&case["value"])), &case["expected"]);
    }
}

pub(super) fn schedules(file: &File, checks: &mut Checks) {
    let competition = |label: &Value| match text(label) {
        "low" => Competition::low(),
        _ => Competition::high(),
    };
    for case in file.list("cases") {
        checks.begin(&format!("{} at {}", case["prompt"], case["now"]));
        let mut competition = competition(&case["prompt"]);
        let minutes: u64 = whole(&case["cycle_interval_minutes"]);
        competition.cycle_interval = Duration::from_secs(60 * minutes);
        let first = case["first_run"].as_bool().expect("a truth");
        let delay = competition.delay(time(&case["cycle_start"]), time(&case["now"]), first);
        checks.same(
            "delay",
            delay.as_secs(),
            whole::<u64>(&case["expected_delay_s"]),
        );
    }
    for case in file.list("rounds") {
        checks.begin(text(&case["time"]));
        let extra = Duration::from_secs(whole(&case["extra_seconds"]));
        let rounded = next_minute(time(&case["time"]), extra);
        checks.same("rounded", rounded, time(&case["expected"]));
    }
    for case in file.list("assets") {
        checks.begin(&format!("after {}", case["latest"]));
        let mut competition = Competition::low();
        competition.assets = list(&case["list"]).iter().map(asset).collect();
        let latest = case["latest"]
            .as_str()
            .and_then(|latest| latest.parse().ok());
        let next = competition.next_asset(latest.as_ref());
        checks.same("asset", next, Some(&asset(&case["expected"])));
    }
    for case in file.list("chunks") {
        checks.begin(&format!("{} in {}", case["count"], case["n"]));
        let parts = whole::<usize>(&case["n"]).try_into().expect("not 0");
        let sizes: Vec<usize> = chunk_sizes(whole(&case["count"]), parts).collect();
        let expected: Vec<usize> = list(&case["expected_sizes"]).iter().map(whole).collect();
        checks.same("sizes", sizes, expected);
    }
}
