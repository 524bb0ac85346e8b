//! Calls, keys and runtime answers of real subtensor chains, recorded or encoded by hand.
//!
//! They need the runtimes' metadata, from the folder `AXONRY_METADATA` names or `shared/metadata`
//! beside the checkout; where a runtime's is missing, its cases are left out.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::{env, fs};

use axonry_core::{BlockHash, NetUid};
use axonry_substrate::dynamic;
use axonry_substrate::offline::Runtime;
use serde_json::{Value, json};

use crate::source::{Answer, Checks, File, files, run};

mod calls;
mod commits;
mod recorded;

const NEURONS: &str = "NeuronInfoRuntimeApi_get_neurons_lite";

#[test]
fn chain() {
    let mut answers: Vec<(&str, Answer)> = vec![
        ("call_data", call_data),
        ("commit_hash", commits::compare),
        ("storage_keys", storage_keys),
    ];
    let files = files("chain");
    for (name, path) in &files {
        let file = File::read(path);
        let named = answers.iter().any(|(answered, _)| answered == name);
        // Neurons in a table are what a metagraph is made of; they are read as one.
        let answer = match file.json["api"] == NEURONS && file.json["expected"]["rows"].is_array() {
            true => Some(neurons_lite as Answer),
            false => recorded::answer(&file.json),
        };
        if let Some(answer) = answer.filter(|_| !named) {
            answers.push((name, answer));
        }
    }
    run("chain", &answers);
}

/// The runtime of a spec version, if its metadata is at hand.
fn runtime(spec: u64) -> Option<Runtime> {
    let file = match spec {
        343 => "finney-343.scale",
        365 => "finney-2025-12.scale",
        393 => "finney.scale",
        _ => return None,
    };
    let folder = env::var_os("AXONRY_METADATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/metadata"),
        PathBuf::from,
    );
    let metadata = fs::read(folder.join(file)).ok()?;
    let genesis = BlockHash([0; 32]);
    Some(Runtime::decode(&metadata, genesis).expect("it is a runtime's metadata"))
}

fn no_metadata(checks: &mut Checks, spec: u64) {
    checks.leave_out(format!("not run: no metadata of spec {spec}"));
}

fn call_data(file: &File, checks: &mut Checks) {
    for case in file.list("calls") {
        let name = case["call"].as_str().expect("a call has a name");
        for spec in case["valid_under"].as_array().expect("specs") {
            let spec = spec.as_u64().expect("a spec version");
            checks.case(&json!({"name": format!("{name} under {spec}")}));
            let Some(runtime) = runtime(spec) else {
                no_metadata(checks, spec);
                continue;
            };
            let expected = bytes(&case["call_data"]);
            let typed = calls::call(name, &case["args"]);
            if let Some(call) = &typed {
                let data = runtime.call_data(call).map_err(|error| error.to_string());
                checks.same("call_data", data, Ok(expected.clone()));
            }
            let pallet = case["pallet"].as_str().expect("a pallet has a name");
            if let Some(arguments) = arguments(&case["args"]) {
                let data = runtime.encode_call(pallet, name, &arguments);
                let data = data.map_err(|error| error.to_string());
                checks.same("the call by its names", data, Ok(expected.clone()));
            } else if typed.is_none() {
                checks.leave_out("the arguments are written in words");
            }
        }
    }
}

/// Arguments without types, by name; nothing where they are written in words.
fn arguments(args: &Value) -> Option<dynamic::Composite<()>> {
    let args = args.as_object().expect("arguments have names");
    let args = args
        .iter()
        .map(|(name, value)| Some((name.clone(), untyped(value)?)));
    Some(dynamic::Composite::Named(args.collect::<Option<_>>()?))
}

fn untyped(value: &Value) -> Option<dynamic::Value> {
    Some(match value {
        Value::Null => dynamic::Value::unnamed_variant("None", []),
        Value::Bool(flag) => dynamic::Value::bool(*flag),
        Value::Number(number) => dynamic::Value::u128(number.as_u64()?.into()),
        Value::String(text) => match text.strip_prefix("Id ") {
            Some(account) => {
                let account = dynamic::Value::from_bytes(bytes(&json!(account)));
                dynamic::Value::unnamed_variant("Id", [account])
            }
            None if text.starts_with("0x") => dynamic::Value::from_bytes(bytes(value)),
            None => dynamic::Value::u128(text.parse().ok()?),
        },
        Value::Array(list) => {
            let list = list.iter().map(untyped).collect::<Option<Vec<_>>>()?;
            dynamic::Value::unnamed_composite(list)
        }
        Value::Object(_) => return None,
    })
}

fn storage_keys(file: &File, checks: &mut Checks) {
    for case in file.json.as_array().expect("a list of keys") {
        let text = |name: &str| case[name].as_str().expect("a name");
        checks.case(&json!({"name": format!("{}.{}", text("pallet"), text("entry"))}));
        let Some(runtime) = runtime(393) else {
            no_metadata(checks, 393);
            continue;
        };
        let parts = case["keys"].as_array().expect("parts of a key");
        let parts: Vec<_> = parts.iter().map(bytes).collect();
        let parts: Vec<_> = parts.iter().map(Vec::as_slice).collect();
        let key = runtime.storage_key(text("pallet"), text("entry"), &parts);
        let key = key.map_err(|error| error.to_string());
        checks.same("storage_key", key, Ok(bytes(&case["storage_key"])));
    }
}

fn neurons_lite(file: &File, checks: &mut Checks) {
    let netuid: NetUid = serde_json::from_value(file.json["netuid"].clone()).expect("a netuid");
    let answer = bytes(&file.json["result_hex"]);
    let expected = &file.json["expected"];
    let columns = expected["columns"].as_array().expect("columns");
    let rows = expected["rows"].as_array().expect("rows");
    for spec in [343, 365, 393] {
        checks.case(&json!({"name": format!("under {spec}")}));
        let Some(runtime) = runtime(spec) else {
            no_metadata(checks, spec);
            continue;
        };
        let call = runtime
            .neurons_lite_call(netuid)
            .expect("the runtime has it");
        checks.same("api", call.0, file.json["api"].as_str().expect("a name"));
        checks.same("params", call.1, bytes(&file.json["params_hex"]));
        let neurons = match runtime.decode_neurons_lite(netuid, &answer) {
            Ok(neurons) => neurons,
            Err(error) => {
                checks.same("neurons", error.to_string(), "an answer");
                continue;
            }
        };
        checks.same("count", neurons.len(), rows.len());
        for (neuron, row) in neurons.iter().zip(rows) {
            let column = |name: &str| {
                let place = columns.iter().position(|column| column == name);
                place.expect("a column")
            };
            let mut field = |name: &str, found: String| {
                let expected = match &row[column(name)] {
                    Value::String(text) => text.clone(),
                    value => value.to_string(),
                };
                checks.same(&format!("{name} of uid {}", neuron.uid), found, expected);
            };
            field("uid", neuron.uid.to_string());
            field("hotkey", hex(neuron.hotkey.as_bytes()));
            field("coldkey", hex(neuron.coldkey.as_bytes()));
            field("active", neuron.active.to_string());
            field("validator_permit", neuron.validator_permit.to_string());
            field("last_update", neuron.last_update.to_string());
            field("stake_sum", neuron.stake.base_units().to_string());
            field("incentive", neuron.incentive.to_string());
            field("dividends", neuron.dividends.to_string());
            field("emission", neuron.emission.base_units().to_string());
            field("consensus", neuron.consensus.to_string());
            field("validator_trust", neuron.validator_trust.to_string());
            if let Some(axon) = neuron.axon {
                let ip = match axon.address.ip() {
                    IpAddr::V4(ip) => u32::from(ip).into(),
                    IpAddr::V6(ip) => u128::from(ip),
                };
                field("axon_ip", ip.to_string());
                field("axon_port", axon.address.port().to_string());
                field("axon_version", axon.version.to_string());
                field("axon_block", axon.announced.to_string());
            } else {
                let nowhere = row[column("axon_ip")] == "0" || row[column("axon_port")] == 0;
                checks.same("an axon that is none leads nowhere", nowhere, true);
            }
        }
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().expect("hexadecimal digits");
    let digits = text.strip_prefix("0x").expect("0x in front").as_bytes();
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair));
    pairs
        .map(|pair| u8::from_str_radix(pair.expect("digits"), 16).expect("digits"))
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("0x{digits}")
}
