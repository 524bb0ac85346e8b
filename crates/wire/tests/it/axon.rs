//! An axon on a real socket.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axonry_wire::bt::{self, PythonValue, Receiver, Sender};
use axonry_wire::{Axon, AxonBuilder, Caller, Failure, Route, Synapse, btauth};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::http::{Reply, send};
use crate::{NOW, SECOND, hotkey, key};

#[derive(Serialize, Deserialize)]
struct Question {
    text: String,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    echo: String,
    asked_by: String,
}

macro_rules! synapse {
    ($name:ident, $hashed:expr) => {
        struct $name;

        impl Synapse for $name {
            const NAME: &'static str = stringify!($name);
            const REQUIRED: &'static [&'static str] = &["text"];
            const HASHED: &'static [&'static str] = $hashed;
            type Request = Question;
            type Response = Answer;
        }
    };
}

mod handlers;
mod hooks;
mod limits;
mod streams;

synapse!(Echo, &["text"]);
synapse!(Loose, &[]);
synapse!(Boom, &["text"]);

async fn echo(caller: Caller, question: Question) -> Result<Answer, Failure> {
    Ok(Answer {
        echo: question.text,
        asked_by: caller.hotkey.to_string(),
    })
}

/// An axon of Bob's whose clock stands at `NOW`.
fn bob() -> AxonBuilder {
    Axon::builder(hotkey("//Bob"))
        .route::<Echo, _, _>(Route::strict(), echo)
        .route::<Loose, _, _>(Route::compat(), echo)
        .route::<Boom, _, _>(Route::strict(), |_, _| async { panic!("on purpose") })
        .clock(|| NOW)
}

async fn serve(builder: AxonBuilder) -> Axon {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    builder.serve(listener).expect("it listens")
}

/// A signed header request, not yet sent.
struct Asked {
    start: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Every nonce of this process is a new one.
fn nonce() -> u64 {
    static TAKEN: AtomicU64 = AtomicU64::new(0);
    NOW - SECOND + TAKEN.fetch_add(1, Ordering::Relaxed)
}

async fn asked(synapse: &str, hashed: &[&str], from: &str) -> Asked {
    let sender = Sender {
        signer: key(from),
        uuid: "one".to_owned(),
        ip: None,
        version: bt::version(10, 2, 0),
    };
    let receiver = Receiver {
        hotkey: hotkey("//Bob"),
        ip: [127, 0, 0, 1].into(),
        port: 1,
    };
    let fields = [("text".to_owned(), PythonValue::Str("hello".to_owned()))];
    let call = bt::Call {
        name: synapse,
        timeout: Duration::from_secs(12),
        fields: &fields,
        required: &["text"],
        hashed,
    };
    let call = call.prepare().expect("its own fields");
    let request = sender.request(&call, &receiver, nonce()).await;
    let request = request.expect("signed");
    Asked {
        start: format!("POST {}", request.path),
        headers: request.headers,
        body: request.body,
    }
}

impl Asked {
    async fn at(&self, axon: &Axon) -> Reply {
        send(axon.address(), &self.start, &self.headers, &self.body).await
    }

    fn without(mut self, header: &str) -> Self {
        self.headers.retain(|(name, _)| name != header);
        self
    }

    fn with_body(mut self, from: &str, to: &str) -> Self {
        let body = String::from_utf8(self.body).expect("text");
        assert!(body.contains(from), "{body}");
        self.body = body.replace(from, to).into_bytes();
        self
    }
}

#[tokio::test]
async fn a_strict_route_answers_what_is_signed_whole_and_nothing_else() {
    let axon = serve(bob()).await;
    let reply = asked("Echo", &["text"], "//Alice").await.at(&axon).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let json = reply.json();
    assert_eq!(
        (&json["echo"], &json["text"]),
        (&"hello".into(), &"hello".into())
    );
    assert_eq!(json["asked_by"], hotkey("//Alice").to_string());
    assert_eq!(json["axon"]["status_code"], 200);
    assert!(
        reply.head.contains("bt_header_axon_status_code: 200"),
        "{}",
        reply.head
    );

    let echo = || asked("Echo", &["text"], "//Alice");
    for (what, refused, status) in [
        (
            "unsigned",
            echo().await.without("bt_header_dendrite_signature"),
            401,
        ),
        ("tampered", echo().await.with_body("hello", "hallo"), 401),
        (
            "not covered",
            echo().await.with_body("\"text\"", "\"more\":1,\"text\""),
            401,
        ),
        ("unhashed", asked("Echo", &[], "//Alice").await, 401),
        (
            "twice",
            echo()
                .await
                .with_body("\"text\"", "\"text\":\"x\",\"text\""),
            422,
        ),
        ("no JSON", echo().await.with_body("{", "["), 422),
        (
            "no sender",
            echo().await.without("bt_header_dendrite_hotkey"),
            400,
        ),
    ] {
        let reply = refused.at(&axon).await;
        assert_eq!(reply.status, status, "{what}: {}", reply.message());
        assert!(reply.body.len() < 400, "{what}: {}", reply.message());
    }
    let captured = echo().await;
    assert_eq!(captured.at(&axon).await.status, 200);
    assert_eq!(captured.at(&axon).await.status, 401, "the same once more");
    assert_eq!((axon.counters().answered, axon.counters().refused), (2, 8));
}

#[tokio::test]
async fn a_compat_route_takes_unhashed_bodies_but_no_unsigned_ones() {
    let axon = serve(bob()).await;
    let loose = || asked("Loose", &[], "//Alice");
    assert_eq!(loose().await.at(&axon).await.status, 200);
    let unsigned = loose().await.without("bt_header_dendrite_signature");
    assert_eq!(unsigned.at(&axon).await.status, 401);
}

#[tokio::test]
async fn a_request_of_the_newer_protocol_is_answered_with_the_answer_alone() {
    let axon = serve(bob()).await;
    let body = br#"{"text":"hello"}"#;
    let message = btauth::Message {
        method: "POST",
        path: "/Echo?x=1",
        body,
    };
    let headers = message
        .sign(&*key("//Alice"), &hotkey("//Bob"), nonce())
        .await;
    let headers: Vec<_> = headers
        .expect("signed")
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let other = br#"{"text":"hallo"}"#;
    let tampered = send(axon.address(), "POST /Echo?x=1", &headers, other).await;
    assert_eq!(tampered.status, 401);
    let reply = send(axon.address(), "POST /Echo?x=1", &headers, body).await;
    assert_eq!(
        reply.status, 200,
        "a request that was refused takes no nonce: {reply:?}"
    );
    let fields: Vec<_> = reply
        .json()
        .as_object()
        .expect("an object")
        .keys()
        .cloned()
        .collect();
    assert_eq!(fields, ["asked_by", "echo"]);
    let again = send(axon.address(), "POST /Echo?x=1", &headers, body).await;
    assert_eq!(again.status, 401);
}
