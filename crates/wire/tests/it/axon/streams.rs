//! Answers in pieces.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axonry_core::Uid;
use axonry_wire::{
    Axon, CallError, Caller, Dendrite, Failure, Limits, Protocol, Route, Synapse, Target,
};
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

use super::{Answer, Echo, Question, asked, bob, serve};
use crate::{hotkey, key};

const PATIENCE: Duration = Duration::from_secs(20);

type Pieces = BoxStream<'static, Result<Bytes, Failure>>;

synapse!(Words, &["text"]);
synapse!(Failing, &["text"]);
synapse!(Panicking, &["text"]);
synapse!(Dawdling, &["text"]);

fn dendrite() -> Dendrite {
    Dendrite::builder(key("//Alice"))
        .private_addresses()
        .build()
}

fn target(axon: &Axon) -> Target {
    Target {
        uid: Uid(0),
        hotkey: hotkey("//Bob"),
        address: axon.address(),
    }
}

fn hello() -> Question {
    Question {
        text: "hello".to_owned(),
    }
}

/// A stream of what is sent.
fn told(words: mpsc::Receiver<&'static str>) -> Pieces {
    stream::unfold(words, |mut words| async {
        let word = words.recv().await?;
        Some((Ok(Bytes::from(word)), words))
    })
    .boxed()
}

/// Tells when it is dropped.
struct Gone(Option<oneshot::Sender<()>>);

impl Drop for Gone {
    fn drop(&mut self) {
        let _ = self.0.take().expect("dropped once").send(());
    }
}

#[tokio::test]
async fn pieces_land_as_they_are_made_and_the_answer_ends_whole_in_both_protocols() {
    let (give, given) = mpsc::channel(1);
    let given = Arc::new(tokio::sync::Mutex::new(given));
    let axon = serve(
        Axon::builder(hotkey("//Bob")).route_stream::<Words, _, _, _>(
            Route::strict(),
            move |_: Caller, _| {
                let given = Arc::clone(&given);
                async move { Ok(told(given.lock().await.recv().await.expect("a test"))) }
            },
        ),
    )
    .await;
    let version = axonry_wire::bt::version(10, 2, 0);
    for (protocol, with_head) in [
        (Protocol::Headers { version }, true),
        (Protocol::BtAuth, false),
    ] {
        let dendrite = Dendrite::builder(key("//Alice")).private_addresses();
        let dendrite = dendrite.protocol(protocol).build();
        for _ in 0..3 {
            let (say, words) = mpsc::channel(1);
            give.send(words).await.expect("an axon");
            let chunks = dendrite
                .stream::<Words>(&target(&axon), &hello(), PATIENCE)
                .await;
            let mut chunks = chunks.expect("it begins");
            let head = chunks.head().expect("readable");
            assert_eq!(head.axon.status_code, with_head.then_some(200));
            for word in ["one", "after", "the", "other"] {
                say.send(word).await.expect("a stream");
                let piece = chunks.next().await.expect("a piece");
                assert_eq!(
                    piece.as_deref(),
                    Some(word.as_bytes()),
                    "before the next is made"
                );
            }
            drop(say);
            assert!(chunks.next().await.expect("an end").is_none());
            assert_eq!(chunks.bytes(), "oneaftertheother".len());
            assert!(chunks.first_byte() <= chunks.latency());
        }
        let counters = dendrite.counters();
        assert_eq!(
            (
                counters.connections,
                counters.answered,
                counters.streams_cut
            ),
            (1, 3, 0)
        );
    }
    assert_eq!(axon.counters().answered, 6);
}

#[tokio::test]
async fn a_stream_that_does_not_come_to_its_end_is_told_from_one_that_does() {
    fn after_one(then: Pieces) -> Pieces {
        stream::iter([Ok(Bytes::from("one"))]).chain(then).boxed()
    }

    let short = Route::strict().deadline(Duration::from_millis(50));
    let builder = Axon::builder(hotkey("//Bob"))
        .route_stream::<Failing, _, _, _>(Route::strict(), |_, _| async {
            Ok(after_one(
                stream::iter([Err(Failure::new(500, "no more"))]).boxed(),
            ))
        })
        .route_stream::<Panicking, _, _, _>(Route::strict(), |_, _| async {
            let panicking = stream::once(async { panic!("on purpose") });
            Ok(after_one(panicking.boxed()))
        })
        .route_stream::<Dawdling, _, _, _>(short, |_, _| async {
            Ok(after_one(stream::pending().boxed()))
        });
    let axon = serve(builder).await;
    async fn cut<S: Synapse<Request = Question>>(axon: &Axon) {
        let dendrite = dendrite();
        let chunks = dendrite
            .stream::<S>(&target(axon), &hello(), PATIENCE)
            .await;
        let mut chunks = chunks.expect("it begins");
        let one = chunks.next().await.expect("what was made goes out");
        assert_eq!(one.as_deref(), Some(b"one".as_slice()), "{}", S::NAME);
        let cut = chunks.next().await.expect_err(S::NAME);
        assert!(
            matches!(cut, CallError::Broken { .. }),
            "{}: {cut}",
            S::NAME
        );
        assert!(chunks.next().await.expect("nothing more").is_none());
        assert_eq!(dendrite.counters().streams_cut, 1);
    }
    cut::<Failing>(&axon).await;
    cut::<Panicking>(&axon).await;
    cut::<Dawdling>(&axon).await;
    let counters = axon.counters();
    assert_eq!((counters.answered, counters.failed), (0, 3));
}

#[tokio::test]
async fn when_the_caller_leaves_the_stream_goes_and_its_place_is_free() {
    let (leave, left) = oneshot::channel();
    let gone = std::sync::Mutex::new(Some(Gone(Some(leave))));
    let limits = Limits {
        at_work: 1,
        ..Limits::default()
    };
    let builder = bob().limits(limits).clock(crate::now);
    let axon = serve(
        builder.route_stream::<Words, _, _, _>(Route::strict(), move |_, _| {
            let gone = gone.lock().expect("one caller").take();
            async move {
                let held = stream::pending().map(move |piece| {
                    let _held = &gone;
                    piece
                });
                Ok(stream::iter([Ok(Bytes::from("one"))]).chain(held))
            }
        }),
    )
    .await;
    let dendrite = dendrite();
    let chunks = dendrite
        .stream::<Words>(&target(&axon), &hello(), PATIENCE)
        .await;
    let mut chunks = chunks.expect("it begins");
    assert!(chunks.next().await.expect("a piece").is_some());
    drop(chunks);
    left.await.expect("told when it is dropped");
    let answer = dendrite
        .call::<Echo>(&target(&axon), &hello(), PATIENCE)
        .await;
    assert_eq!(answer.expect("there is a place").value.echo, "hello");
    assert_eq!(axon.counters().abandoned, 1);
}

#[tokio::test]
async fn a_caller_who_does_not_read_holds_up_the_handler_for_a_while_and_the_memory_never() {
    const PIECE: usize = 64 << 10;
    /// What the kernel may hold at both ends, and then some.
    const HELD: usize = 64 << 20;

    let made = Arc::new(AtomicUsize::new(0));
    let (leave, left) = oneshot::channel();
    let gone = std::sync::Mutex::new(Some(Gone(Some(leave))));
    let limits = Limits {
        answer_time: Duration::from_millis(200),
        ..Limits::default()
    };
    let endless = {
        let made = Arc::clone(&made);
        move |_: Caller, _: Question| {
            let (made, gone) = (Arc::clone(&made), gone.lock().expect("one caller").take());
            async move {
                Ok(stream::repeat_with(move || {
                    let _held = &gone;
                    made.fetch_add(PIECE, Ordering::Relaxed);
                    Ok(Bytes::from_static(&[b' '; PIECE]))
                }))
            }
        }
    };
    let builder = bob().limits(limits);
    let axon = serve(builder.route_stream::<Words, _, _, _>(Route::strict(), endless)).await;
    let request = asked("Words", &["text"], "//Alice").await;
    let headers = request.headers.iter();
    let headers: String = headers
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let length = request.body.len();
    let head =
        format!("POST /Words HTTP/1.1\r\nhost: x\r\n{headers}content-length: {length}\r\n\r\n");
    let mut deaf = TcpStream::connect(axon.address())
        .await
        .expect("a connection");
    deaf.write_all(&[head.as_bytes(), &request.body].concat())
        .await
        .expect("written");
    left.await.expect("cut off");
    let made = made.load(Ordering::Relaxed);
    assert!(
        (PIECE..HELD).contains(&made),
        "{made} bytes were made for nobody"
    );
    assert_eq!(axon.counters().abandoned, 1);
}

#[tokio::test]
async fn the_time_a_caller_takes_himself_does_not_make_an_axon_slow() {
    let limits = axonry_wire::AnswerLimits {
        grace: Duration::from_millis(100),
        bytes_per_second: u32::MAX,
        ..Default::default()
    };
    let builder = bob().clock(crate::now);
    let axon = serve(
        builder.route_stream::<Words, _, _, _>(Route::strict(), |_, _| async {
            let words = ["one", "after", "the", "other"];
            Ok(stream::iter(words.map(|word| Ok(Bytes::from(word)))))
        }),
    )
    .await;
    let dendrite = Dendrite::builder(key("//Alice"))
        .private_addresses()
        .limits(limits);
    let dendrite = dendrite.build();
    let chunks = dendrite
        .stream::<Words>(&target(&axon), &hello(), PATIENCE)
        .await;
    let mut chunks = chunks.expect("it begins");
    // Twice as long as an axon may take for nothing.
    tokio::time::sleep(2 * limits.grace).await;
    let mut whole = Vec::new();
    while let Some(piece) = chunks.next().await.expect("not slow") {
        whole.extend_from_slice(&piece);
    }
    assert_eq!(whole, b"oneaftertheother");
}
