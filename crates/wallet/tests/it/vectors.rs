//! What btwallet and SDK 11 made of the same inputs.

use std::path::PathBuf;

use axonry_core::{AccountId, Signature};
use axonry_wallet::{Keyfile, Keypair, verify, verify_wrapped};
use serde_json::Value;

fn load(file: &str) -> Value {
    let root = std::env::var_os("AXONRY_VECTORS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors"),
        PathBuf::from,
    );
    let path = root.join("wallet").join(file);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("JSON")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn unhex(value: &Value) -> Vec<u8> {
    hex::decode(text(value).trim_start_matches("0x")).expect("hexadecimal digits")
}

fn signature(value: &Value) -> Signature {
    Signature(unhex(value).try_into().expect("64 bytes"))
}

#[test]
fn derivation() {
    for case in load("derivation.json")["cases"].as_array().expect("cases") {
        let input = text(&case["input"]);
        let keypair = match text(&case["kind"]) {
            "mnemonic" => Keypair::from_phrase(input).ok(),
            "uri" => Keypair::from_uri(input).ok(),
            "seed" => {
                let seed = unhex(&case["input"]).try_into().ok();
                seed.map(|seed: [u8; 32]| Keypair::from_seed(&seed))
            }
            "private_key" => {
                let secret = unhex(&case["input"]).try_into().expect("64 bytes");
                Keypair::from_secret_key(&secret).ok()
            }
            other => panic!("a kind this test does not know: {other}"),
        };
        if case.get("error").is_some() {
            assert!(keypair.is_none(), "{input} must be refused");
            continue;
        }
        let keypair = keypair.unwrap_or_else(|| panic!("{input} must be taken"));
        assert_eq!(
            keypair.account().to_string(),
            text(&case["ss58"]),
            "{input}"
        );
        let written = Keyfile::parse(&case["keyfile"].to_string());
        // A seed that happens to be text was written as text by btwallet 4.0.1: unreadable since.
        let seed = case["keyfile"]["secretSeed"].as_str().unwrap_or("0x");
        if seed.starts_with("0x") && seed[2..].bytes().all(|digit| digit.is_ascii_hexdigit()) {
            let written = written.unwrap_or_else(|error| panic!("{input}: {error}"));
            assert_eq!(written.account(), keypair.account(), "the file of {input}");
            assert!(written.is_secret());
        } else {
            assert!(written.is_err(), "{input}: not another key by accident");
        }
    }
}

#[test]
fn ss58() {
    let vectors = load("ss58.json");
    for case in vectors["cases"].as_array().expect("cases") {
        let account = AccountId::from_bytes(unhex(&case["public_key"]).try_into().expect("a key"));
        assert_eq!(account.to_string(), text(&case["ss58"]));
        assert_eq!(text(&case["ss58"]).parse(), Ok(account));
    }
    for case in vectors["invalid"].as_array().expect("cases") {
        // The last one is a Polkadot address, which Python's readers take; ours are strict.
        let refused = text(&case["ss58"]).parse::<AccountId>();
        assert!(refused.is_err(), "{case}");
    }
}

#[test]
fn signatures() {
    for case in load("signatures.json")["cases"].as_array().expect("cases") {
        let account: AccountId = text(&case["ss58"]).parse().expect("an address");
        let message = unhex(&case["message"]);
        let raw = signature(&case["signature"]);
        let wrapped = signature(&case["wrapped_signature"]);
        let bad = signature(&case["bad_signature"]);
        let either = |signature: &Signature| {
            verify(&account, &message, signature) || verify_wrapped(&account, &message, signature)
        };
        assert_eq!(either(&raw), case["verify"] == true, "{case}");
        assert_eq!(either(&wrapped), case["verify_wrapped"] == true, "{case}");
        assert_eq!(either(&bad), case["verify_bad"] == true, "{case}");
        assert!(verify(&account, &message, &raw) && !verify(&account, &message, &wrapped));
        let signer = Keypair::from_uri(text(&case["uri"])).expect("a URI");
        assert!(verify(&account, &message, &signer.signature(&message)));
    }
}

#[test]
fn plain_json_loading() {
    // Where the two readers differ, SDK 11's is the rule: unknown fields of any type, no mismatch,
    // bare mnemonics.
    for case in load("plain_json_loading.json")["cases"]
        .as_array()
        .expect("cases")
    {
        let expected = &case["bittensor_core_0_1_5_result"];
        let loaded = Keyfile::parse(text(&case["text"]));
        match expected.get("ss58") {
            Some(address) => {
                let keyfile = loaded.unwrap_or_else(|error| panic!("{case}: {error}"));
                assert_eq!(keyfile.account().to_string(), text(address), "{case}");
            }
            None => assert!(loaded.is_err(), "{case} must be refused"),
        }
    }
}
