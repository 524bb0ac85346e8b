//! What a route verifies besides, or in its own way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axonry_wire::{Asked, Axon, Failure, Route, Scheme, Signed};

use super::{Echo, asked, bob, echo, nonce, serve};
use crate::http::send;
use crate::{NOW, SECOND, hotkey, key};

#[tokio::test]
async fn a_route_may_verify_more_about_who_has_signed_and_only_about_him() {
    let looked = Arc::new(AtomicU64::new(0));
    let route = Route::strict().verify_also({
        let looked = Arc::clone(&looked);
        move |caller, asked: &Asked<'_>| {
            looked.fetch_add(1, Ordering::Relaxed);
            assert_eq!(caller.hotkey, hotkey("//Alice"));
            assert!(asked.body.starts_with(b"{") && asked.path == "/Echo");
            match asked.header("x-season") {
                Some("7") => Ok(()),
                _ => Err(Failure::new(403, "another season")),
            }
        }
    });
    let axon = serve(bob().route::<Echo, _, _>(route, echo)).await;
    let with = async |seasons: &[&str]| {
        let mut asked = asked("Echo", &["text"], "//Alice").await;
        let seasons = seasons.iter();
        let seasons = seasons.map(|one| ("x-season".to_owned(), (*one).to_owned()));
        asked.headers.extend(seasons);
        asked
    };
    assert_eq!(with(&["7"]).await.at(&axon).await.status, 200);
    let refused = with(&["8"]).await.at(&axon).await;
    assert_eq!(
        (refused.status, refused.message().as_str()),
        (403, "another season")
    );
    let twice = with(&["7", "8"]).await.at(&axon).await;
    assert_eq!(twice.status, 403, "of two none is believed");
    let seen = looked.load(Ordering::Relaxed);
    let unsigned = with(&["7"]).await.without("bt_header_dendrite_signature");
    assert_eq!(unsigned.at(&axon).await.status, 401);
    let tampered = with(&["7"]).await.with_body("hello", "hallo");
    assert_eq!(tampered.at(&axon).await.status, 401);
    assert_eq!((seen, looked.load(Ordering::Relaxed)), (3, 3));
}

/// Somebody's own way of signing: receiver, nonce and body.
fn own(asked: &Asked<'_>) -> Option<Result<Signed, Failure>> {
    let sender = asked.header("x-sender")?.parse().ok()?;
    let signature = hex::decode(asked.header("x-signature")?).ok()?;
    let nonce = asked.header("x-nonce")?.parse().ok()?;
    let message = message(nonce, asked.body);
    let signature = signature.try_into().ok()?;
    Some(Signed::verify(
        Scheme::Sr25519,
        sender,
        &message,
        &signature,
        nonce,
    ))
}

fn message(nonce: u64, body: &[u8]) -> Vec<u8> {
    [format!("{} {nonce} ", hotkey("//Bob")).as_bytes(), body].concat()
}

fn headers(nonce: u64, body: &[u8]) -> Vec<(String, String)> {
    let signature = key("//Alice").signature(&message(nonce, body));
    [
        ("x-sender", hotkey("//Alice").to_string()),
        ("x-signature", hex::encode(signature.0)),
        ("x-nonce", nonce.to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

#[tokio::test]
async fn a_route_may_verify_in_its_own_way_but_not_without_a_signature_and_not_twice() {
    let route = Route::strict().verify_by(|asked| {
        own(asked).unwrap_or_else(|| Err(Failure::new(400, "three headers are needed")))
    });
    let clocked = Axon::builder(hotkey("//Bob")).clock(|| NOW);
    let axon = serve(clocked.route::<Echo, _, _>(route, echo)).await;
    let body = br#"{"text":"hello"}"#;
    let status = async |headers: &[(String, String)], body: &[u8]| {
        let reply = send(axon.address(), "POST /Echo", headers, body).await;
        reply.status
    };
    let good = headers(nonce(), body);
    assert_eq!(status(&good, body).await, 200);
    assert_eq!(status(&good, body).await, 401, "the same once more");
    let other = br#"{"text":"hallo"}"#;
    assert_eq!(status(&headers(nonce(), body), other).await, 401);
    assert_eq!(status(&headers(nonce(), body)[..2], body).await, 400);
    for (nonce, why) in [(NOW - 11 * SECOND, "old"), (NOW + 5 * SECOND, "ahead")] {
        assert_eq!(status(&headers(nonce, body), body).await, 401, "{why}");
    }
    let usual = asked("Echo", &["text"], "//Alice").await;
    assert_eq!(
        usual.at(&axon).await.status,
        400,
        "it is in place of the usual one"
    );
}
