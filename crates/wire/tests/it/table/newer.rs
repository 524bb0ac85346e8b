//! The rows of `btauth/1`, SDK 11's protocol.

use super::draft::ED25519;
use super::{BODY_AT_MOST, Refused, Row, Taken, Verdict};
use crate::{SECOND, hotkey};

const VERSION: &str = "x-bittensor-version";
const HOTKEY: &str = "x-bittensor-hotkey";
const NONCE: &str = "x-bittensor-nonce";
const SIGNATURE: &str = "x-bittensor-signature";
const RECEIVER: &str = "x-bittensor-receiver";
const CRYPTO: &str = "x-bittensor-crypto";

const S: i128 = SECOND as i128;

const WRONG: Verdict = Refused(401, "is missing or wrong");
const BAD: Verdict = Refused(401, "does not hold");
const ELSEWHERE: Verdict = Refused(401, "the request is not for");
const STALE: Verdict = Refused(401, "ms from now");
const USED: Verdict = Refused(401, "has been used");
const UNREADABLE: Verdict = Refused(400, "the headers cannot be read");

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    Row::both("btauth: as signed", Taken, |draft| draft.by_btauth().alone()),
    Row::both("btauth: by ed25519", Taken,
        |draft| draft.but(|it| it.signer = ED25519).by_btauth().alone()),
    Row::both("btauth: its scheme said though it is the usual one", Taken,
        |draft| draft.by_btauth().also(CRYPTO, "sr25519").alone()),
    Row::both("btauth: a query, which is signed", Taken,
        |draft| draft.but(|it| it.path = "/Asked?a=1").by_btauth().alone()),
    Row::both("btauth: a signature without `0x`", Taken, |draft| {
        let sent = draft.by_btauth();
        let bare = sent.said(SIGNATURE)[2..].to_owned();
        sent.with(SIGNATURE, &bare).alone()
    }),
    Row::both("btauth: fields that a synapse hashes nowhere", Taken,
        |draft| draft.but(|it| it.body = r#"{"text":"a","count":1,"more":[]}"#.into()).by_btauth().alone()),
    Row::both("btauth: another version", WRONG, |draft| draft.by_btauth().with(VERSION, "2").alone()),
    Row::both("btauth: no version, which makes it a request of SDK 10", UNREADABLE,
        |draft| draft.by_btauth().without(VERSION).alone()),
    Row::both("btauth: no sender", UNREADABLE, |draft| draft.by_btauth().without(HOTKEY).alone()),
    Row::both("btauth: a sender that is no address", UNREADABLE,
        |draft| draft.by_btauth().with(HOTKEY, "5Grwva").alone()),
    Row::both("btauth: two senders", WRONG,
        |draft| draft.by_btauth().also(HOTKEY, &hotkey("//Charlie").to_string()).alone()),
    Row::both("btauth: somebody else's name on it", BAD,
        |draft| draft.by_btauth().with(HOTKEY, &hotkey("//Charlie").to_string()).alone()),
    Row::both("btauth: no nonce", WRONG, |draft| draft.by_btauth().without(NONCE).alone()),
    Row::both("btauth: a nonce with a sign", WRONG,
        |draft| draft.by_btauth().with(NONCE, "+1778225600123456789").alone()),
    Row::both("btauth: another nonce, as new", BAD, |draft| {
        let sent = draft.by_btauth();
        let next = sent.said(NONCE).parse::<u64>().expect("a number") + 1;
        sent.with(NONCE, &next.to_string()).alone()
    }),
    Row::both("btauth: a scheme nobody knows", WRONG,
        |draft| draft.by_btauth().also(CRYPTO, "ecdsa").alone()),
    Row::both("btauth: another scheme than it was signed by", BAD,
        |draft| draft.by_btauth().also(CRYPTO, "ed25519").alone()),
    Row::both("btauth: no signature", WRONG, |draft| draft.by_btauth().without(SIGNATURE).alone()),
    Row::both("btauth: a short signature", WRONG,
        |draft| draft.by_btauth().with(SIGNATURE, "0x00").alone()),
    Row::both("btauth: a signature of zeros", BAD,
        |draft| draft.by_btauth().with(SIGNATURE, &"0".repeat(128)).alone()),
    Row::both("btauth: for somebody else", ELSEWHERE,
        |draft| draft.but(|it| it.receiver = Some("//Eve")).by_btauth().alone()),
    Row::both("btauth: for somebody else, with us in the header", BAD,
        |draft| draft.but(|it| it.receiver = Some("//Eve")).by_btauth()
            .with(RECEIVER, &hotkey("//Bob").to_string()).alone()),
    Row::both("btauth: for nobody", ELSEWHERE,
        |draft| draft.but(|it| it.receiver = None).by_btauth().alone()),
    Row::both("btauth: ten seconds old", Taken,
        |draft| draft.but(|it| it.off = -10 * S).by_btauth().alone()),
    Row::both("btauth: a nanosecond older", STALE,
        |draft| draft.but(|it| it.off = -10 * S - 1).by_btauth().alone()),
    Row::both("btauth: old, with patience announced", STALE,
        |draft| draft.but(|it| it.off = -11 * S).by_btauth().also("timeout", "60").alone()),
    Row::both("btauth: two seconds ahead", Taken,
        |draft| draft.but(|it| it.off = 2 * S).by_btauth().alone()),
    Row::both("btauth: a nanosecond further ahead", STALE,
        |draft| draft.but(|it| it.off = 2 * S + 1).by_btauth().alone()),
    Row::both("btauth: captured and sent again", USED,
        |draft| vec![draft.by_btauth(), draft.by_btauth()]),
    Row::both("btauth: older than the one before, which is no matter", Taken, |draft| {
        let first = draft.by_btauth();
        vec![first, draft.but(|it| it.off = -1).by_btauth()]
    }),
    Row::both("btauth: a byte of the body changed", BAD,
        |draft| draft.by_btauth().body("it's", "its ").alone()),
    Row::both("btauth: a space after the body", BAD, |draft| {
        let mut sent = draft.by_btauth();
        sent.body.push(b' ');
        sent.alone()
    }),
    Row::both("btauth: another query", BAD, |draft| draft.by_btauth().path("/Asked?a=1").alone()),
    Row::both("btauth: a body that is no JSON, signed as it is", Refused(422, "no JSON"),
        |draft| draft.but(|it| it.body = "hello".into()).by_btauth().alone()),
    Row::both("btauth: a body of a byte too many", Refused(413, "too large"),
        |draft| draft.but(|it| it.body = " ".repeat(BODY_AT_MOST + 1)).by_btauth().alone()),
    Row::both("btauth: got instead of posted", Refused(405, "posted"),
        |draft| draft.by_btauth().method("GET").alone()),
    Row::both("btauth: beside SDK 10's headers, which then count for nothing", WRONG, |draft| {
        let mut sent = draft.by_headers();
        sent.headers.extend(draft.by_btauth().without(SIGNATURE).headers);
        sent.alone()
    }),
];
