//! What fuzz inputs mean, and what must hold of them; the crate's tests run the corpus through it.

use axonry_core::Hotkey;
use axonry_wire::bt::{self, Head, PythonValue, Rules, Terminal};
use axonry_wire::{Scheme, btauth};
use sha2::{Digest, Sha256};

/// The time at which everything is judged: the corpus is signed then.
const NOW: u64 = 1_778_225_600_123_456_789;
/// Bob, who is asked.
const RECEIVER: &str = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
/// No rule lets a nonce be further from now, in nanoseconds.
const FURTHEST: u64 = 124_000_000_000;

fn receiver() -> Hotkey {
    RECEIVER.parse().expect("an address")
}

/// Lines of `name: value`, and what comes after an empty one.
fn lines(text: &str) -> (Vec<(&str, &str)>, &str) {
    let (head, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    let headers = head.lines().filter_map(|line| line.split_once(": "));
    (headers.collect(), rest)
}

/// Reads and judges a set of headers.
///
/// # Errors
///
/// Something is believed that nobody signed, or is read another time otherwise.
pub fn check_headers(bytes: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(bytes);
    let (headers, _) = lines(&text);
    let Ok(head) = Head::parse(headers) else {
        return Ok(());
    };
    let sent = head.to_headers();
    let sent = sent
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let again =
        Head::parse(sent).map_err(|error| format!("what is written is not read: {error}"))?;
    if !(alike(&again.dendrite, &head.dendrite) && alike(&again.axon, &head.axon)) {
        return Err(format!("{head:?} is read back as {again:?}"));
    }
    for rules in [Rules::STRICT, Rules::COMPAT] {
        if let Ok(verified) = bt::verify(&head, &receiver(), NOW, &rules) {
            believed(&head, &verified)?;
        }
    }
    Ok(())
}

/// Whether a set of headers is believed.
pub fn is_believed_head(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let head = Head::parse(lines(&text).0);
    head.is_ok_and(|head| bt::verify(&head, &receiver(), NOW, &Rules::COMPAT).is_ok())
}

/// The same, where what is no number is like itself.
fn alike(one: &Terminal, other: &Terminal) -> bool {
    format!("{one:?}") == format!("{other:?}")
}

fn believed(head: &Head, verified: &bt::Verified) -> Result<(), String> {
    let said = &head.dendrite;
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    let (sender, uuid, hash) = (
        part(&said.hotkey),
        part(&said.uuid),
        part(&head.computed_body_hash),
    );
    let text = format!("{}.{sender}.{RECEIVER}.{uuid}.{hash}", verified.nonce);
    let signature = part(&said.signature);
    let signature = signature
        .strip_prefix("0x")
        .ok_or("believed without `0x`")?;
    let signature: [u8; 64] = hex::decode(signature)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or("believed without 64 bytes of signature")?;
    let account = verified.sender.account();
    let holds = |text: &str| Scheme::Sr25519.verify(&account, text.as_bytes(), &signature);
    if !holds(&text) && !holds(&format!("<Bytes>{text}</Bytes>")) {
        return Err(format!("nobody signed `{text}`"));
    }
    match verified.nonce.abs_diff(NOW) <= FURTHEST {
        true => Ok(()),
        false => Err(format!("believed at {}", verified.nonce)),
    }
}

/// Whether a request is believed.
pub fn is_believed_request(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let (message, headers) = request(&text);
    judged(&message, &headers).is_ok()
}

type Headers<'a> = Vec<(&'a str, &'a str)>;

fn request(text: &str) -> (btauth::Message<'_>, Headers<'_>) {
    let (start, rest) = text.split_once('\n').unwrap_or((text, ""));
    let (method, path) = start.split_once(' ').unwrap_or((start, "/"));
    let (headers, body) = lines(rest);
    let body = body.as_bytes();
    (btauth::Message { method, path, body }, headers)
}

fn judged(
    message: &btauth::Message<'_>,
    headers: &Headers<'_>,
) -> Result<btauth::Verified, btauth::Refusal> {
    let headers = headers.iter().copied();
    message.verify(headers, &receiver(), NOW, &btauth::Rules::STANDARD)
}

/// Judges a request: its method and path in the first line, then headers, an empty line, and the
/// body.
///
/// # Errors
///
/// Something is believed that nobody signed.
pub fn check_signature(bytes: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(bytes);
    let (message, headers) = request(&text);
    let Ok(verified) = judged(&message, &headers) else {
        return Ok(());
    };
    let btauth::Message { method, path, body } = message;
    let said = |name: &str| {
        let found = headers
            .iter()
            .find(|(one, _)| one.eq_ignore_ascii_case(name));
        found.map(|(_, value)| *value)
    };
    let scheme = match said("x-bittensor-crypto") {
        Some("ed25519") => Scheme::Ed25519,
        _ => Scheme::Sr25519,
    };
    let name = if scheme == Scheme::Ed25519 {
        "ed25519"
    } else {
        "sr25519"
    };
    let (method, hash) = (
        method.to_ascii_uppercase(),
        hex::encode(Sha256::digest(body)),
    );
    let (nonce, sender) = (verified.nonce, verified.sender);
    let payload =
        format!("btauth/1\n{name}\n{method}\n{path}\n{hash}\n{nonce}\n{sender}\n{RECEIVER}");
    let signature = said("x-bittensor-signature").unwrap_or_default();
    let signature = signature.strip_prefix("0x").unwrap_or(signature);
    let signature: [u8; 64] = hex::decode(signature)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or("believed without 64 bytes of signature")?;
    if !scheme.verify(&sender.account(), payload.as_bytes(), &signature) {
        return Err(format!("nobody signed `{payload}`"));
    }
    match nonce.abs_diff(NOW) <= FURTHEST {
        true => Ok(()),
        false => Err(format!("believed at {nonce}")),
    }
}

/// Reads JSON as Python does, and prints it.
///
/// # Errors
///
/// It is another value when it is read again, or one with another hash.
pub fn check_body(bytes: &[u8]) -> Result<(), String> {
    let Ok(value) = serde_json::from_slice::<PythonValue>(bytes) else {
        return Ok(());
    };
    let json = serde_json::to_string(&value).map_err(|error| error.to_string())?;
    let again = serde_json::from_str::<PythonValue>(&json);
    let again = again.map_err(|error| format!("`{json}` is not read: {error}"))?;
    if again.to_string() != value.to_string() {
        return Err(format!("`{value}` is read back as `{again}`"));
    }
    match bt::body_hash([&value]) == bt::body_hash([&again]) {
        true => Ok(()),
        false => Err(format!("`{value}` has two hashes")),
    }
}
