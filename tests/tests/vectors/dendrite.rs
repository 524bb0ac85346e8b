//! Requests and headers as the Python SDKs make, read and judge them.

mod exchanges;

use std::net::IpAddr;
use std::time::Duration;

use axonry_core::{AccountId, Hotkey};
use axonry_wallet::Keypair;
use axonry_wire::bt::{self, Call, Head, PythonValue, Receiver, Refusal, Rules, Sender, Terminal};
use axonry_wire::{Scheme, btauth};
use serde::Deserialize;
use serde_json::Value;

use crate::source::{Checks, File, run};

#[test]
fn dendrite() {
    run(
        "dendrite",
        &[
            ("requests", requests),
            ("synth_forward_requests", captured),
            ("python_str_hash", texts),
            ("parse_headers", headers),
            ("verify", verdicts),
            ("version_int", versions),
            ("btauth", signed_requests),
            ("axon_exchanges", exchanges::compare),
        ],
    );
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn hotkey(value: &Value) -> Hotkey {
    text(value).parse().expect("an address")
}

fn nanoseconds(value: &Value) -> u64 {
    text(value).parse().expect("nanoseconds")
}

fn signature(text: &str) -> [u8; 64] {
    let digits = text.strip_prefix("0x").expect("`0x`");
    hex::decode(digits)
        .expect("digits")
        .try_into()
        .expect("64 bytes")
}

fn pairs(headers: &Value) -> Vec<(&str, &str)> {
    let headers = headers.as_object().expect("headers");
    headers
        .iter()
        .map(|(name, value)| (name.as_str(), text(value)))
        .collect()
}

/// What the order of fields matters in.
#[derive(Deserialize)]
struct Ordered {
    cases: Vec<OrderedCase>,
}

#[derive(Deserialize)]
struct OrderedCase {
    #[serde(default)]
    fields: Option<PythonValue>,
    #[serde(default)]
    value_json: Option<PythonValue>,
}

fn ordered(file: &File) -> Vec<OrderedCase> {
    let file: Ordered = serde_json::from_str(&file.text).expect("cases");
    file.cases
}

fn names<'a>(case: &'a Value, key: &str) -> Vec<&'a str> {
    let names = case[key].as_array().expect("names");
    names.iter().map(text).collect()
}

fn requests(file: &File, checks: &mut Checks) {
    let waiting = tokio::runtime::Builder::new_current_thread().build();
    let waiting = waiting.expect("a runtime");
    for (case, ordered) in file.list("cases").iter().zip(ordered(file)) {
        checks.begin(&format!("{} {}", text(&case["name"]), text(&case["uuid"])));
        let Some(PythonValue::Dict(fields)) = ordered.fields else {
            panic!("fields are a dict");
        };
        let keypair = Keypair::from_uri(text(&case["sender_uri"])).expect("a URI");
        let sender = keypair.account();
        let ip = |key: &str| text(&case[key]).parse::<IpAddr>().expect("an address");
        let dendrite = Sender {
            signer: std::sync::Arc::new(keypair),
            uuid: text(&case["uuid"]).to_owned(),
            ip: Some(ip("external_ip")),
            version: file.json["version_as_int"].as_i64().expect("a number"),
        };
        let port = case["axon_port"].as_u64().expect("a port");
        let receiver = Receiver {
            hotkey: hotkey(&case["receiver_hotkey"]),
            ip: ip("axon_ip"),
            port: port.try_into().expect("a port"),
        };
        let call = Call {
            name: text(&case["synapse"]),
            timeout: Duration::from_secs_f64(case["timeout"].as_f64().expect("seconds")),
            fields: &fields,
            required: &names(case, "required_fields"),
            hashed: &names(case, "required_hash_fields"),
        };
        let call = call.prepare().expect("its own fields");
        let request = dendrite.request(&call, &receiver, nanoseconds(&case["nonce"]));
        let request = waiting.block_on(request).expect("the key signs");
        checks.same("message", request.signed.as_str(), text(&case["message"]));
        checks.same("path", text(&case["url"]).ends_with(&request.path), true);
        let hash = call.hash().to_string();
        checks.same("body hash", hash.as_str(), text(&case["body_hash"]));
        let theirs = signature(text(&case["signature"]));
        let holds = Scheme::Sr25519.verify(&sender, request.signed.as_bytes(), &theirs);
        checks.same("their signature", holds, true);
        same_headers(checks, &request.headers, &pairs(&case["headers"]));
        same_body(checks, &request.body, text(&case["body"]));
    }
}

/// Sizes are those of Python objects, and signatures differ each time.
fn incidental(name: &str) -> bool {
    name.ends_with("_size") || name.ends_with("signature")
}

fn same_headers(checks: &mut Checks, ours: &[(String, String)], theirs: &[(&str, &str)]) {
    let mut ours: Vec<_> = ours
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let mut theirs = theirs.to_vec();
    for headers in [&mut ours, &mut theirs] {
        headers.sort_unstable();
        for header in headers.iter_mut().filter(|header| incidental(header.0)) {
            header.1 = "";
        }
    }
    checks.same("headers", ours, theirs);
}

fn same_body(checks: &mut Checks, ours: &[u8], theirs: &str) {
    let read = |text: &[u8]| serde_json::from_slice::<Value>(text).expect("JSON");
    let (mut ours, mut theirs) = (read(ours), read(theirs.as_bytes()));
    for body in [&mut ours, &mut theirs] {
        body["dendrite"]["signature"] = Value::Null;
        body["total_size"] = Value::Null;
    }
    checks.same("body", ours, theirs);
}

fn captured(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.begin(text(&case["request_line"]));
        let headers = case["headers"].as_array().expect("headers");
        let headers = headers.iter().map(|pair| (text(&pair[0]), text(&pair[1])));
        let head = Head::parse(headers).expect("readable");
        let receiver = head.axon.hotkey.as_deref().expect("a receiver");
        let receiver = receiver.parse().expect("an address");
        let nonce = head.dendrite.nonce.expect("a nonce");
        let now = u64::try_from(nonce).expect("a time");
        let verified = bt::verify(&head, &receiver, now, &Rules::STRICT);
        checks.same(
            "nonce",
            verified.map(|verified| verified.nonce),
            Ok::<_, Refusal>(now),
        );
        checks.same("timeout", head.timeout, case["timeout"].as_f64());
    }
}

fn texts(file: &File, checks: &mut Checks) {
    checks.begin("no field");
    let nothing = bt::body_hash([]).to_string();
    checks.same(
        "hash",
        nothing.as_str(),
        text(&file.json["empty_body_hash"]),
    );
    for (case, ordered) in file.list("cases").iter().zip(ordered(file)) {
        checks.begin(text(&case["python_str"]));
        // An absent value and a null one look alike here, and both are `None`.
        let mut value = ordered.value_json.unwrap_or(PythonValue::None);
        // The flag speaks of the value itself; what is inside it only the text tells.
        let expected = text(&case["python_str"]);
        if case["is_tuple"] == true || expected.contains("(") {
            value = with_tuples(value);
        }
        checks.same(
            "text",
            value.to_string().as_str(),
            text(&case["python_str"]),
        );
        let hash = bt::body_hash([&value]).to_string();
        checks.same(
            "hash",
            hash.as_str(),
            text(&case["body_hash_if_only_field"]),
        );
    }
}

/// Of nested sequences the innermost are the tuples.
fn with_tuples(value: PythonValue) -> PythonValue {
    let PythonValue::List(values) = value else {
        return value;
    };
    if values.iter().any(|one| matches!(one, PythonValue::List(_))) {
        PythonValue::List(values.into_iter().map(with_tuples).collect())
    } else {
        PythonValue::Tuple(values)
    }
}

fn headers(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let head = Head::parse(pairs(&case["headers"])).ok();
        let parsed = &case["parsed"];
        checks.same("readable", head.is_some(), !parsed.is_null());
        let Some(head) = head.filter(|_| !parsed.is_null()) else {
            continue;
        };
        let terminal = |side: &str| {
            serde_json::from_value::<Terminal>(parsed[side].clone()).expect("a terminal")
        };
        checks.same("dendrite", head.dendrite, terminal("dendrite"));
        checks.same("axon", head.axon, terminal("axon"));
        // JSON has no word for what is no number, so the file has it as a text.
        let timeout = head.timeout.map(|seconds| match seconds.is_finite() {
            true => Value::from(seconds),
            false => Value::from(seconds.to_string().to_lowercase()),
        });
        checks.same(
            "timeout",
            timeout.as_ref().unwrap_or(&Value::Null),
            &parsed["timeout"],
        );
        let number = |number: Option<i128>| number.and_then(|number| i64::try_from(number).ok());
        checks.same(
            "total size",
            number(head.total_size),
            parsed["total_size"].as_i64(),
        );
        checks.same(
            "header size",
            number(head.header_size),
            parsed["header_size"].as_i64(),
        );
        let hash = head.computed_body_hash.as_deref();
        checks.same("body hash", hash, parsed["computed_body_hash"].as_str());
    }
}

/// As the SDK, but for what it should not have let pass.
fn verdicts(file: &File, checks: &mut Checks) {
    let rules = Rules {
        announced_at_most: Duration::MAX,
        ahead_at_most: Duration::from_secs(4),
        ..Rules::COMPAT
    };
    let mut stricter = 0;
    for case in file.list("cases") {
        checks.case(case);
        let head = Head::parse(pairs(&case["headers"])).expect("readable");
        let receiver = hotkey(&case["self_hotkey"]);
        let verdict = bt::verify(&head, &receiver, nanoseconds(&case["now_ns"]), &rules);
        let stored = case["stored_nonce"].as_str();
        let stored = stored.map(|nonce| nonce.parse::<u64>().expect("nanoseconds"));
        let newer = |nonce| stored.is_none_or(|stored| stored < nonce);
        let accepted = verdict.as_ref().is_ok_and(|verified| newer(verified.nonce));
        let theirs = case["accepted"] == true;
        if theirs && !accepted {
            let refusal = verdict.expect_err("the nonce is new");
            let by_intent = matches!(
                refusal,
                Refusal::NoSignature | Refusal::Ahead { .. } | Refusal::Old { .. }
            );
            checks.same("stricter by intent", by_intent, true);
            stricter += 1;
        } else {
            checks.same("accepted", accepted, theirs);
        }
    }
    checks.note(format!(
        "{stricter} that the SDK takes are refused here: unsigned, from the future, or old under a \
         version or nonce that spares it the look at the clock"
    ));
}

fn versions(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.begin(text(&case["version"]));
        let parts: Vec<u16> = text(&case["version"])
            .split('.')
            .map(|part| part.parse().expect("a number"))
            .collect();
        let version = bt::version(parts[0], parts[1], parts[2]);
        checks.count("number", version, &case["as_int"]);
    }
}

fn signed_requests(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let body = hex::decode(text(&case["body_hex"])).expect("digits");
        let message = btauth::Message {
            method: text(&case["method"]),
            path: text(&case["path"]),
            body: &body,
        };
        let seconds = |key: &str| Duration::from_secs_f64(case[key].as_f64().expect("seconds"));
        let rules = btauth::Rules {
            age_at_most: seconds("max_age"),
            ahead_at_most: seconds("allowed_skew"),
            receiver_required: case["require_receiver"] == true,
        };
        let receiver = hotkey(&case["self_hotkey"]);
        let now = nanoseconds(&case["now_ns"]);
        let verdict = message.verify(pairs(&case["headers"]), &receiver, now, &rules);
        let verdict = match verdict {
            Ok(_) if case["already_seen"] == true => "ReplayedRequest",
            Ok(_) => "ok",
            Err(btauth::Refusal::MalformedAuth { .. }) => "MalformedAuth",
            Err(btauth::Refusal::WrongReceiver { .. }) => "WrongReceiver",
            Err(btauth::Refusal::StaleRequest { .. }) => "StaleRequest",
            Err(btauth::Refusal::BadSignature { .. }) => "BadSignature",
            Err(other) => panic!("{other}"),
        };
        checks.same("result", verdict, text(&case["result"]));
        payload(case, &message, checks);
    }
}

/// Of a request that is in order the eight lines are those of the file.
fn payload(case: &Value, message: &btauth::Message<'_>, checks: &mut Checks) {
    let (Some(expected), "ok") = (case["signed_payload"].as_str(), text(&case["result"])) else {
        return;
    };
    let headers = pairs(&case["headers"]);
    let header = |name: &str| {
        let found = headers
            .iter()
            .find(|(one, _)| one.eq_ignore_ascii_case(name));
        found.map(|(_, value)| *value)
    };
    let account: AccountId = header("x-bittensor-hotkey")
        .expect("a sender")
        .parse()
        .expect("it");
    let nonce = header("x-bittensor-nonce")
        .expect("a nonce")
        .parse()
        .expect("a number");
    let scheme = match header("x-bittensor-crypto") {
        Some("ed25519") => Scheme::Ed25519,
        _ => Scheme::Sr25519,
    };
    let receiver = header("x-bittensor-receiver").map(|text| text.parse().expect("an address"));
    let ours = message.payload(scheme, nonce, &account.into(), receiver.as_ref());
    checks.same("payload", ours.as_str(), expected);
}
