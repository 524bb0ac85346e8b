//! The rows of SDK 10's protocol.

use super::{BODY_AT_MOST, Refused, Row, Taken};
use crate::{SECOND, hotkey};

const SIGNATURE: &str = "bt_header_dendrite_signature";
const HOTKEY: &str = "bt_header_dendrite_hotkey";
const NONCE: &str = "bt_header_dendrite_nonce";
const UUID: &str = "bt_header_dendrite_uuid";
const VERSION: &str = "bt_header_dendrite_version";
const HASH: &str = "computed_body_hash";

const S: i128 = SECOND as i128;

const NO_SIGNATURE: super::Verdict = Refused(401, "signature` is missing");
const NO_SUCH: super::Verdict = Refused(401, "signature` is wrong");
const MISMATCH: super::Verdict = Refused(401, "does not hold");
const OLD: super::Verdict = Refused(401, "ms old");
const AHEAD: super::Verdict = Refused(401, "ms ahead");
const USED: super::Verdict = Refused(401, "has been used");
const UNREADABLE: super::Verdict = Refused(400, "the headers cannot be read");
const TAMPERED: super::Verdict = Refused(401, "not the one whose hash was signed");
const UNCOVERED: super::Verdict = Refused(401, "must cover every field");
const NO_JSON: super::Verdict = Refused(422, "no JSON of this synapse");
const NOWHERE: super::Verdict = Refused(404, "no such synapse");
const METHOD: super::Verdict = Refused(405, "posted");

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // As it should be, or odd without harm.
    Row::both("as signed", Taken, |draft| draft.by_headers().alone()),
    Row::both("signed in the wrapping of a browser's wallet", Taken,
        |draft| draft.but(|it| it.wrapped = true).by_headers().alone()),
    Row::both("header names in capitals", Taken, |draft| {
        let mut sent = draft.by_headers();
        sent.headers.iter_mut().for_each(|(name, _)| name.make_ascii_uppercase());
        sent.alone()
    }),
    Row::both("the body hash in capitals, as it was signed", Taken,
        |draft| draft.but(|it| it.hash_in_capitals = true).by_headers().alone()),
    Row::both("nothing but the synapse's own fields in the body", Taken,
        |draft| draft.but(|it| it.body = r#"{"count":3,"text":"it's"}"#.into()).by_headers().alone()),
    Row::both("a field of null besides", Taken,
        |draft| draft.by_headers().body("{", r#"{"answer":null,"#).alone()),
    Row::both("required fields that no header announces: the SDK fails", Taken,
        |draft| draft.by_headers().without("bt_header_input_obj_text")
            .without("bt_header_input_obj_count").alone()),
    Row::both("no name and no sizes", Taken,
        |draft| draft.by_headers().without("name").without("header_size").without("total_size").alone()),
    Row::both("another receiver in a header that nobody signs", Taken,
        |draft| draft.by_headers().with("bt_header_axon_hotkey", &hotkey("//Eve").to_string()).alone()),
    Row::both("no version", Taken, |draft| draft.by_headers().without(VERSION).alone()),

    // Who signed.
    Row::both("no signature: the SDK before 10.5 takes it", NO_SIGNATURE,
        |draft| draft.by_headers().without(SIGNATURE).alone()),
    Row::both("an empty signature", NO_SUCH, |draft| draft.by_headers().with(SIGNATURE, "").alone()),
    Row::both("`0x` for a signature", NO_SUCH, |draft| draft.by_headers().with(SIGNATURE, "0x").alone()),
    Row::both("a signature of 63 bytes", NO_SUCH, |draft| {
        let sent = draft.by_headers();
        let short = sent.said(SIGNATURE)[..128].to_owned();
        sent.with(SIGNATURE, &short).alone()
    }),
    Row::both("a signature without `0x`", NO_SUCH, |draft| {
        let sent = draft.by_headers();
        let bare = sent.said(SIGNATURE)[2..].to_owned();
        sent.with(SIGNATURE, &bare).alone()
    }),
    Row::both("a signature that is not hexadecimal", NO_SUCH,
        |draft| draft.by_headers().with(SIGNATURE, &format!("0x{}", "z".repeat(128))).alone()),
    Row::both("a signature of zeros", MISMATCH,
        |draft| draft.by_headers().with(SIGNATURE, &format!("0x{}", "0".repeat(128))).alone()),
    Row::both("somebody else's signature", MISMATCH,
        |draft| draft.but(|it| it.signer = "//Charlie").by_headers()
            .with(HOTKEY, &hotkey("//Alice").to_string()).alone()),
    Row::both("somebody else's name on it", MISMATCH,
        |draft| draft.by_headers().with(HOTKEY, &hotkey("//Charlie").to_string()).alone()),
    Row::both("no sender", UNREADABLE, |draft| draft.by_headers().without(HOTKEY).alone()),
    Row::both("a sender that is no address", UNREADABLE,
        |draft| draft.by_headers().with(HOTKEY, "5Grwva").alone()),
    Row::both("signed for somebody else", MISMATCH,
        |draft| draft.but(|it| it.receiver = Some("//Eve")).by_headers().alone()),
    Row::both("signed for somebody else, with us in the header", MISMATCH,
        |draft| draft.but(|it| it.receiver = Some("//Eve")).by_headers()
            .with("bt_header_axon_hotkey", &hotkey("//Bob").to_string()).alone()),
    Row::both("another uuid", MISMATCH, |draft| draft.by_headers().with(UUID, "another").alone()),
    Row::both("no uuid", Refused(401, "uuid` is missing"),
        |draft| draft.by_headers().without(UUID).alone()),
    Row::both("a uuid that goes on and on", Refused(401, "longer than 64 bytes"),
        |draft| draft.but(|it| it.uuid = "a".repeat(65)).by_headers().alone()),

    // When.
    Row::both("almost ten seconds old", Taken,
        |draft| draft.but(|it| it.off = 1 - 10 * S).by_headers().alone()),
    Row::apart("ten seconds old", OLD, Taken,
        |draft| draft.but(|it| it.off = -10 * S).by_headers().alone()),
    Row::both("as old as four seconds and what is announced", OLD,
        |draft| draft.but(|it| it.off = -16 * S).by_headers().alone()),
    Row::apart("five seconds old, with nothing announced", Taken, OLD,
        |draft| draft.but(|it| it.off = -5 * S).by_headers().without("timeout").alone()),
    Row::apart("a hundred seconds old, with patience announced", OLD, Taken,
        |draft| draft.but(|it| (it.off, it.timeout) = (-100 * S, "1e6")).by_headers().alone()),
    Row::both("two minutes old: the SDK takes it whatever is announced", OLD,
        |draft| draft.but(|it| (it.off, it.timeout) = (-124 * S, "inf")).by_headers().alone()),
    Row::both("old, under a version that the SDK spares the look at the clock", OLD,
        |draft| draft.but(|it| it.off = -3_600 * S).by_headers().with(VERSION, "6000000").alone()),
    Row::both("four seconds ahead", Taken,
        |draft| draft.but(|it| it.off = 4 * S).by_headers().alone()),
    Row::both("a nanosecond further ahead", AHEAD,
        |draft| draft.but(|it| it.off = 4 * S + 1).by_headers().alone()),
    Row::both("of next year: the SDK takes it", AHEAD,
        |draft| draft.but(|it| it.off = 31_536_000 * S).by_headers().alone()),
    Row::both("a nonce below zero", OLD, |draft| draft.by_headers().with(NONCE, "-1").alone()),
    Row::both("no nonce", Refused(401, "nonce` is missing"),
        |draft| draft.by_headers().without(NONCE).alone()),
    Row::both("a nonce that is no number", UNREADABLE,
        |draft| draft.by_headers().with(NONCE, "now").alone()),
    Row::both("a nonce with more digits than a number has", UNREADABLE,
        |draft| draft.by_headers().with(NONCE, &"9".repeat(60)).alone()),
    Row::both("another nonce, as new", MISMATCH, |draft| {
        let sent = draft.by_headers();
        let next = sent.said(NONCE).parse::<u64>().expect("a number") + 1;
        sent.with(NONCE, &next.to_string()).alone()
    }),
    Row::both("captured and sent again", USED, |draft| vec![draft.by_headers(), draft.by_headers()]),
    Row::both("captured and sent again in the other wrapping", USED, |draft| {
        let first = draft.by_headers();
        vec![first, draft.but(|it| it.wrapped = true).by_headers()]
    }),
    Row::both("older than the one before", USED, |draft| {
        let first = draft.by_headers();
        vec![first, draft.but(|it| it.off = -1).by_headers()]
    }),
    Row::both("older, but under a uuid of its own", Taken, |draft| {
        let first = draft.by_headers();
        vec![first, draft.but(|it| (it.off, it.uuid) = (-1, "two".into())).by_headers()]
    }),

    // What.
    Row::apart("nothing hashed, as most classes of the SDK have it", TAMPERED, Taken,
        |draft| draft.but(|it| it.hashed = vec![]).by_headers().alone()),
    Row::both("only some of it hashed", TAMPERED,
        |draft| draft.but(|it| it.hashed = vec!["it's"]).by_headers().alone()),
    Row::both("hashed in another order", TAMPERED,
        |draft| draft.but(|it| it.hashed.reverse()).by_headers().alone()),
    Row::both("a hashed field changed on the way", TAMPERED,
        |draft| draft.by_headers().body("it's", "its").alone()),
    Row::both("a hashed number written otherwise", TAMPERED,
        |draft| draft.by_headers().body(r#""count":3"#, r#""count":3.0"#).alone()),
    Row::apart("a field added on the way", UNCOVERED, Taken,
        |draft| draft.by_headers().body("{", r#"{"more":1,"#).alone()),
    Row::both("a field there twice", NO_JSON,
        |draft| draft.by_headers().body("{", r#"{"text":"other","#).alone()),
    Row::both("a field there twice, once in escapes", NO_JSON,
        |draft| draft.by_headers().body("{", r#"{"\u0074ext":"other","#).alone()),
    Row::both("another body hash", MISMATCH,
        |draft| draft.by_headers().with(HASH, &"0".repeat(64)).alone()),
    Row::both("no body hash", MISMATCH, |draft| draft.by_headers().without(HASH).alone()),
    Row::both("a hashed field missing", TAMPERED,
        |draft| draft.by_headers().body(r#","count":3"#, "").alone()),
    Row::both("no body", NO_JSON, |draft| draft.but(|it| it.body.clear()).by_headers().alone()),
    Row::both("a body that is no JSON", NO_JSON, |draft| draft.by_headers().body("{", "[").alone()),
    Row::both("a body that goes on after its end", NO_JSON,
        |draft| draft.but(|it| it.body.push_str("{}")).by_headers().alone()),
    Row::both("a body of a hundred thousand brackets", Refused(413, "too large"),
        |draft| draft.but(|it| it.body = "[".repeat(100_000)).by_headers().alone()),
    Row::both("a body of brackets that fits", NO_JSON,
        |draft| draft.but(|it| it.body = format!(r#"{{"text":{}"#, "[".repeat(4_000))).by_headers().alone()),
    Row::both("a body of a byte too many", Refused(413, "too large"),
        |draft| draft.but(|it| it.body = " ".repeat(BODY_AT_MOST + 1)).by_headers().alone()),
    Row::both("a body that is said to be packed", Refused(415, "content encoding"),
        |draft| draft.by_headers().also("content-encoding", "gzip").alone()),

    // Where, and how it is written.
    Row::both("got instead of posted: the SDK takes it", METHOD,
        |draft| draft.by_headers().method("GET").alone()),
    Row::both("put", METHOD, |draft| draft.by_headers().method("PUT").alone()),
    Row::both("no path", NOWHERE, |draft| draft.by_headers().path("/").alone()),
    Row::both("a synapse that is not served", NOWHERE, |draft| draft.by_headers().path("/Other").alone()),
    Row::both("a synapse in other letters", NOWHERE, |draft| draft.by_headers().path("/asked").alone()),
    Row::both("something after the synapse", NOWHERE,
        |draft| draft.by_headers().path("/Asked/more").alone()),
    Row::both("a port that is no number", UNREADABLE,
        |draft| draft.by_headers().with("bt_header_axon_port", "8091.5").alone()),
    Row::both("a timeout that is no number", UNREADABLE,
        |draft| draft.by_headers().with("timeout", "soon").alone()),
    Row::both("no header at all", UNREADABLE, |draft| {
        let mut sent = draft.by_headers();
        sent.headers.clear();
        sent.alone()
    }),
];
