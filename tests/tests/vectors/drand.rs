//! Timelocked weights as PyPI `bittensor-drand` makes them, and the pulse that opens them.

use std::time::Duration;

use axonry_chain::{EpochClock, FormulaEpochs, StatefulEpochs};
use axonry_core::{BlockNumber, Hotkey, MechId, NetUid, NetUidStorageIndex, Uid, UnixMillis};
use axonry_weights::timelock::{OVERHEAD, open, seal};
use axonry_weights::{CommitPreimage, DrandNetwork};
use serde_json::Value;

use crate::source::{Checks, File, run};

#[test]
fn drand() {
    run(
        "drand",
        &[
            ("quicknet", quicknet),
            ("reveal_rounds", reveal_rounds),
            ("timelock_round1000", timelocks),
        ],
    );
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a whole number")
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().expect("a text")).expect("hexadecimal")
}

fn quicknet(file: &File, checks: &mut Checks) {
    checks.begin("constants");
    let constants = &file.json["constants"];
    let network = DrandNetwork::QUICKNET;
    let key = bytes(&constants["public_key_g2_compressed"]);
    checks.same("public_key", network.public_key.to_vec(), key);
    checks.same(
        "genesis",
        network.genesis,
        number(&constants["genesis_time"]),
    );
    checks.same("period", network.period, number(&constants["period"]));

    checks.begin("pulse");
    let pulse = &file.json["pulse"];
    let signature = bytes(&pulse["signature"]).try_into().expect("48 bytes");
    let sealed = seal(b"ours", number(&pulse["round"]), &network.public_key).expect("sealed");
    let opened = open(&sealed, &signature);
    checks.same("opens ours", opened, Ok(b"ours".to_vec()));
}

fn clock(case: &Value, stateful: bool) -> EpochClock {
    let tempo = u16::try_from(number(&case["tempo"])).expect("16 bits");
    if !stateful {
        let netuid = NetUid(u16::try_from(number(&case["netuid"])).expect("16 bits"));
        return EpochClock::Formula(FormulaEpochs { netuid, tempo });
    }
    EpochClock::Stateful(StatefulEpochs {
        at: BlockNumber(number(&case["current_block"])),
        tempo,
        last_epoch_block: BlockNumber(number(&case["last_epoch_block"])),
        pending_epoch_at: BlockNumber(number(&case["pending_epoch_at"])),
        epoch_index: number(&case["subnet_epoch_index"]),
        blocks_since_last_step: number(&case["blocks_since_last_step"]),
    })
}

fn reveal_rounds(file: &File, checks: &mut Checks) {
    for (key, stateful) in [("stateful", true), ("legacy", false)] {
        for (place, case) in file.list(key).iter().enumerate() {
            checks.begin(&format!("{key} {place}"));
            let round = DrandNetwork::QUICKNET.reveal_round(
                &clock(case, stateful),
                number(&case["reveal_period_epochs"]),
                BlockNumber(number(&case["current_block"])),
                UnixMillis(number(&case["now_unix"]) * 1_000),
                Duration::from_secs_f64(case["block_time"].as_f64().expect("seconds")),
            );
            checks.same("reveal_round", round, Some(number(&case["reveal_round"])));
        }
    }
}

fn timelocks(file: &File, checks: &mut Checks) {
    let pulse = &file.json["pulse"];
    let signature = bytes(&pulse["signature"]).try_into().expect("48 bytes");
    for (place, case) in file.list("cases").iter().enumerate() {
        checks.begin(&place.to_string());
        let theirs = bytes(&case["ciphertext"]);
        let round = number(&case["reveal_round"]);
        let payload = match case.get("string_commitment") {
            Some(_) => bytes(&case["plaintext_scale"]),
            None => {
                let payload = preimage(case).timelock_payload();
                checks.same("payload", payload.clone(), bytes(&case["payload_scale"]));
                payload
            }
        };
        checks.same(
            "opens theirs",
            open(&theirs, &signature),
            Ok(payload.clone()),
        );
        checks.same("length", theirs.len(), payload.len() + OVERHEAD);
        let ours = seal(&payload, round, &DrandNetwork::QUICKNET.public_key).expect("sealed");
        checks.same("length of ours", ours.len(), theirs.len());
        checks.same("opens ours", open(&ours, &signature), Ok(payload));
        if let Some(call) = case.get("call_args").filter(|call| call["tempo"].is_u64()) {
            let computed = DrandNetwork::QUICKNET.reveal_round(
                &clock(call, true),
                number(&call["subnet_reveal_period_epochs"]),
                BlockNumber(number(&call["current_block"])),
                UnixMillis(number(&call["now_unix"]) * 1_000),
                Duration::from_secs_f64(call["block_time"].as_f64().expect("seconds")),
            );
            checks.same("reveal_round", computed, Some(round));
        }
    }
}

fn preimage(case: &Value) -> CommitPreimage {
    let list = |key: &str| -> Vec<u16> {
        let values = case[key].as_array().expect("a list");
        let each = values.iter().map(number);
        each.map(|value| u16::try_from(value).expect("16 bits"))
            .collect()
    };
    let hotkey = bytes(&case["hotkey"]).try_into().expect("32 bytes");
    let version_key = case["version_key"].as_str().expect("a decimal");
    CommitPreimage {
        hotkey: Hotkey::from_bytes(hotkey),
        index: NetUidStorageIndex::new(NetUid(1), MechId(0)),
        weights: list("uids")
            .into_iter()
            .map(Uid)
            .zip(list("values"))
            .collect(),
        salt: Vec::new(),
        version_key: version_key.parse().expect("64 bits"),
    }
}
