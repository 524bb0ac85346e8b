//! Hashes of weights that a chain took, and of some made up.

use axonry_core::{BlockHash, Hotkey, NetUidStorageIndex, Uid};
use axonry_wallet::Keypair;
use axonry_weights::CommitPreimage;
use serde_json::Value;

use crate::source::{Checks, File};

pub(super) fn compare(file: &File, checks: &mut Checks) {
    let accepted = &file.json["accepted_on_chain"];
    if accepted.is_object() {
        checks.begin("accepted on chain");
        let uri = accepted["signer_uri"].as_str().expect("a URI");
        let signer = Keypair::from_uri(uri).expect("a URI").hotkey();
        let written = accepted["hotkey_ss58"].as_str().expect("an address");
        checks.same("hotkey", signer.to_string().as_str(), written);
        same_hash(accepted, signer, checks);
    }
    for (place, case) in file.list("cases").iter().enumerate() {
        checks.begin(&format!("case {place}"));
        let hotkey = bytes(&case["hotkey"]);
        same_hash(case, Hotkey::from_bytes(hotkey), checks);
    }
}

fn same_hash(case: &Value, hotkey: Hotkey, checks: &mut Checks) {
    let numbers = |field: &str| -> Vec<u16> {
        let numbers = case[field].as_array().expect("a list").iter();
        numbers.map(number).collect()
    };
    let uids = numbers("uids").into_iter().map(Uid);
    let preimage = CommitPreimage {
        hotkey,
        index: NetUidStorageIndex(number(&case["netuid_index"])),
        weights: uids.zip(numbers("values")).collect(),
        salt: numbers("salt"),
        version_key: case["version_key"]
            .as_str()
            .expect("a text")
            .parse()
            .expect("64 bits"),
    };
    let expected = BlockHash(bytes(&case["commit_hash"]));
    checks.same("hash", BlockHash(preimage.hash()), expected);
}

fn number(value: &Value) -> u16 {
    value
        .as_u64()
        .expect("a number")
        .try_into()
        .expect("16 bits")
}

fn bytes(value: &Value) -> [u8; 32] {
    let digits = value.as_str().expect("a text").trim_start_matches("0x");
    hex::decode(digits)
        .expect("digits")
        .try_into()
        .expect("32 bytes")
}
