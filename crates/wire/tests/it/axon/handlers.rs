//! Who is served, and what becomes of those who serve.

use std::sync::Arc;
use std::time::Duration;

use axonry_core::{Alpha, BlockNumber, NetUid, Uid};
use axonry_wire::{Axon, Roster, Route, Standing, Synapse};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};

use super::{Answer, Echo, Question, asked, bob, echo, serve};
use crate::http::{read, send};
use crate::{NOW, hotkey};

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
