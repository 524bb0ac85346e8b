//! What an axon takes and what it refuses: one row a request, over a real socket, at a strict route
//! and at a compat one.
//!
//! `opentensor/bittensor` 10.5.0, `Axon.default_verify` and `AxonMiddleware`; 11.3.0,
//! `bittensor/http_auth.py`. Where the SDK lets pass what it should not, the row's name says so.

mod draft;
mod headers;
mod newer;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axonry_wire::{Axon, Failure, Nothing, Route, Synapse};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::http::{Reply, send};
use crate::{NOW, hotkey};
use draft::{Draft, Sent};

/// The whole of a body may have so many bytes here.
const BODY_AT_MOST: usize = 4_096;

/// What becomes of a row's last request.
#[derive(Clone, Copy, Debug)]
enum Verdict {
    /// The handler answers it.
    Taken,
    /// No handler sees it: the status, and words of the reason.
    Refused(u16, &'static str),
}

use Verdict::{Refused, Taken};

/// A request and what becomes of it.
struct Row {
    name: &'static str,
    /// What is sent, one after the other; all but the last are taken.
    sent: fn(Draft) -> Vec<Sent>,
    strict: Verdict,
    compat: Verdict,
}

impl Row {
    /// A row whose request is judged alike at either route.
    const fn both(name: &'static str, verdict: Verdict, sent: fn(Draft) -> Vec<Sent>) -> Self {
        Self::apart(name, verdict, verdict, sent)
    }

    const fn apart(
        name: &'static str,
        strict: Verdict,
        compat: Verdict,
        sent: fn(Draft) -> Vec<Sent>,
    ) -> Self {
        Self {
            name,
            sent,
            strict,
            compat,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Question {
    text: String,
    count: u32,
}

/// The synapse of every row.
struct Asked;

impl Synapse for Asked {
    const NAME: &'static str = "Asked";
    const REQUIRED: &'static [&'static str] = &["text", "count"];
    type Request = Question;
    type Response = Nothing;
}

/// An axon of Bob's that counts what its handler sees.
struct Bob {
    axon: Axon,
    seen: Arc<AtomicU64>,
}

impl Bob {
    async fn serve(route: Route) -> Self {
        let seen = Arc::<AtomicU64>::default();
        let counting = Arc::clone(&seen);
        let builder = Axon::builder(hotkey("//Bob"))
            .route::<Asked, _, _>(route.body_at_most(BODY_AT_MOST), move |caller, _| {
                let counting = Arc::clone(&counting);
                async move {
                    counting.fetch_add(1, Ordering::Relaxed);
                    let known = ["//Alice", draft::ED25519].map(draft::address);
                    match known.contains(&caller.hotkey.to_string()) {
                        true => Ok::<_, Failure>(Nothing {}),
                        false => panic!("{} is taken for the caller", caller.hotkey),
                    }
                }
            })
            .clock(|| NOW);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let axon = builder.serve(listener).expect("it listens");
        Self { axon, seen }
    }

    async fn ask(&self, sent: &Sent) -> Reply {
        let start = format!("{} {}", sent.method, sent.path);
        send(self.axon.address(), &start, &sent.headers, &sent.body).await
    }

    async fn hold(&self, name: &str, sent: &Sent, verdict: Verdict) {
        let before = self.seen.load(Ordering::Relaxed);
        let reply = self.ask(sent).await;
        let seen = self.seen.load(Ordering::Relaxed) - before;
        match verdict {
            Taken => assert_eq!((reply.status, seen), (200, 1), "{name}: {reply:?}"),
            Refused(status, words) => {
                assert_eq!((reply.status, seen), (status, 0), "{name}: {reply:?}");
                let message = reply.message();
                assert!(message.contains(words), "{name}: {message}");
                assert!(reply.body.len() < 400, "{name}: a refusal is short");
            }
        }
    }
}

async fn hold(rows: &[Row]) {
    for row in rows {
        let routes = [
            ("strict", Route::strict(), row.strict),
            ("compat", Route::compat(), row.compat),
        ];
        for (kind, route, verdict) in routes {
            let name = format!("{}, at a {kind} route", row.name);
            // Its own axon for each, which has seen no nonce yet.
            let bob = Bob::serve(route).await;
            let sent = (row.sent)(Draft::default());
            let (last, before) = sent.split_last().expect("something is sent");
            for one in before {
                bob.hold(&name, one, Taken).await;
            }
            bob.hold(&name, last, verdict).await;
        }
    }
}

#[tokio::test]
async fn requests_signed_by_headers_are_taken_or_refused_as_the_table_says() {
    hold(headers::ROWS).await;
}

#[tokio::test]
async fn requests_signed_by_btauth_are_taken_or_refused_as_the_table_says() {
    hold(newer::ROWS).await;
}

#[test]
fn no_two_rows_have_one_name() {
    let names = || headers::ROWS.iter().chain(newer::ROWS).map(|row| row.name);
    let apart: std::collections::BTreeSet<_> = names().collect();
    assert_eq!(apart.len(), names().count());
}
