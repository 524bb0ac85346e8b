//! An axon on a real socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axonry_core::{Alpha, BlockNumber, NetUid, Uid};
use axonry_wire::bt::{self, PythonValue, Receiver, Sender};
use axonry_wire::{
    Axon, AxonBuilder, Caller, Failure, Limits, Rate, Roster, Route, Standing, Synapse, btauth,
};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

use crate::http::{Reply, raw, read, send};
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

#[tokio::test]
async fn only_validators_are_let_in_where_the_route_says_so() {
    let standing = |uid, permit| Standing {
        uid: Uid(uid),
        stake: Alpha::from_base_units(NetUid(1), 7),
        permit,
        block: BlockNumber(5),
    };
    let (tell, roster) = watch::channel(Arc::new(Roster::default()));
    let builder = Axon::builder(hotkey("//Bob"))
        .route::<Echo, _, _>(Route::strict().only_validators(), echo)
        .roster(roster)
        .clock(|| NOW);
    let axon = serve(builder).await;
    let status = async |from| asked("Echo", &["text"], from).await.at(&axon).await.status;
    assert_eq!(status("//Alice").await, 403, "nobody is known yet");
    let known = [
        (hotkey("//Alice"), standing(0, true)),
        (hotkey("//Charlie"), standing(1, false)),
    ];
    tell.send_replace(Arc::new(known.into_iter().collect()));
    assert_eq!(status("//Alice").await, 200);
    assert_eq!(status("//Charlie").await, 403);
    assert_eq!(status("//Dave").await, 403);
}

#[tokio::test]
async fn a_handler_that_panics_or_dawdles_fails_its_own_request_only() {
    synapse!(Slow, &["text"]);

    let slow = Route::strict().deadline(Duration::from_millis(20));
    let axon = serve(bob().route::<Slow, _, _>(slow, |_, _| std::future::pending())).await;
    let status = async |name| {
        asked(name, &["text"], "//Alice")
            .await
            .at(&axon)
            .await
            .status
    };
    assert_eq!(status("Boom").await, 500);
    assert_eq!(status("Slow").await, 408);
    assert_eq!(status("Echo").await, 200);
    assert_eq!(axon.counters().failed, 2);
}

#[tokio::test]
async fn bodies_and_heads_meet_a_limit_first() {
    let limits = Limits {
        headers: 40,
        header_time: Duration::from_millis(100),
        body_time: Duration::from_millis(100),
        ..Limits::default()
    };
    let small = Route::strict().body_at_most(2_000);
    let axon = serve(bob().route::<Echo, _, _>(small, echo).limits(limits)).await;
    let mut large = asked("Echo", &["text"], "//Alice").await;
    large.body = vec![b' '; 2_001];
    assert_eq!(large.at(&axon).await.status, 413);

    let request = asked("Echo", &["text"], "//Alice").await;
    let head = |more: &str| {
        let headers = request.headers.iter();
        let headers: String = headers
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        format!("POST /Echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}{more}\r\n")
    };
    let chunk = format!("7d0\r\n{}\r\n", " ".repeat(2_000));
    let endless = head("transfer-encoding: chunked\r\n") + &chunk.repeat(3);
    let reply = raw(axon.address(), endless.as_bytes()).await;
    assert_eq!(reply.expect("an answer").status, 413);

    let drip = asked("Echo", &["text"], "//Alice").await;
    let headers: String = drip
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let stalled = format!("POST /Echo HTTP/1.1\r\nhost: x\r\n{headers}content-length: 9\r\n\r\n");
    let mut stream = TcpStream::connect(axon.address())
        .await
        .expect("a connection");
    stream.write_all(stalled.as_bytes()).await.expect("written");
    assert_eq!(read(stream).await.expect("an answer").status, 408);

    let many = head(&"x: y\r\n".repeat(41));
    assert_eq!(
        raw(axon.address(), many.as_bytes())
            .await
            .expect("an answer")
            .status,
        431
    );
    let mut slow = TcpStream::connect(axon.address())
        .await
        .expect("a connection");
    slow.write_all(b"POST /Echo HTTP/1.1\r\n")
        .await
        .expect("written");
    // Whatever it says, it closes: a reader that comes back is the proof.
    let _ = read(slow).await;
}

#[tokio::test]
async fn an_address_gets_so_many_connections_and_requests_and_no_more() {
    let limits = Limits {
        connections_per_address: 2,
        requests_per_address: Rate {
            burst: 3,
            per_second: 0,
        },
        ..Limits::default()
    };
    let axon = serve(bob().limits(limits)).await;
    let held = [
        TcpStream::connect(axon.address())
            .await
            .expect("a connection"),
        TcpStream::connect(axon.address())
            .await
            .expect("a connection"),
    ];
    let third = raw(axon.address(), b"GET / HTTP/1.1\r\n\r\n").await;
    assert!(third.is_none(), "{third:?}");
    drop(held);
    let mut statuses = Vec::new();
    while statuses.len() < 5 {
        // The two that were held may not have been noticed to be gone at once.
        let request = b"GET /Echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        if let Some(reply) = raw(axon.address(), request).await {
            statuses.push(reply.status);
        }
    }
    assert_eq!(statuses, [405, 405, 405, 429, 429]);
}

#[tokio::test]
async fn draining_answers_what_is_under_way_and_takes_nothing_new() {
    synapse!(Wait, &["text"]);

    let (begun, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let builder = bob().route::<Wait, _, _>(Route::strict(), {
        let (begun, finish) = (Arc::clone(&begun), Arc::clone(&finish));
        move |caller, question| {
            let (begun, finish) = (Arc::clone(&begun), Arc::clone(&finish));
            async move {
                begun.notify_one();
                finish.notified().await;
                echo(caller, question).await
            }
        }
    });
    let axon = serve(builder).await;
    let (address, request) = (axon.address(), asked("Wait", &["text"], "//Alice").await);
    let asking = tokio::spawn(async move {
        send(address, &request.start, &request.headers, &request.body).await
    });
    begun.notified().await;
    let draining = tokio::spawn(axon.drain(Duration::from_secs(60)));
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    finish.notify_one();
    assert_eq!(asking.await.expect("no panic").status, 200);
    assert!(draining.await.expect("no panic"), "everything was answered");
}

#[tokio::test]
async fn a_dropped_axon_leaves_no_connection_behind() {
    let axon = serve(bob()).await;
    let stream = TcpStream::connect(axon.address())
        .await
        .expect("a connection");
    drop(axon);
    assert!(read(stream).await.is_none(), "closed, without a word");
}
