use anyhow::Result;
use axonry_wire::{Ping, Protocol, Target, bt};

use crate::CALLS;
use crate::peer::{PATIENCE, Peer, ask_all, axon, dendrite, is_wanted, key, refused};
use crate::questions::{Closed, Short, Streamed, Unhashed, Words};

#[tokio::test(flavor = "multi_thread")]
async fn sdk_10_asks_our_axon_and_answers_our_dendrite() -> Result<()> {
    if !is_wanted("interop with the neurons of SDK 10") {
        return Ok(());
    }
    let axon = axon().await?;
    let mut peer = Peer::start("wire_10", &axon).await?;
    let asked = peer.asked().await?;
    asked.all_went_well()?;
    for (what, status, words) in [
        ("unhashed at a strict route", 401, "cover every field"),
        ("nobody is let in", 403, "not served here"),
        ("no such synapse", 404, "no such synapse"),
        ("for another 0", 401, "does not hold"),
        ("captured 0", 200, ""),
        ("captured 1", 401, "has been used"),
    ] {
        let (said, message) = asked.refusal(what);
        assert_eq!(said, status, "{what}: {message}");
        assert!(message.contains(words), "{what}: {message}");
    }
    let counters = axon.counters();
    // One was streamed, and the captured one was taken once.
    let expected = (u64::from(2 * CALLS) + 2, 5, 0);
    assert_eq!(
        (counters.answered, counters.refused, counters.failed),
        expected
    );

    let version = bt::version(10, 5, 0);
    let alice = dendrite(Protocol::Headers { version });
    ask_all(&alice, &peer.target).await?;
    let hello = Short {
        text: "hello".to_owned(),
        count: 1,
    };
    let reply = alice
        .call::<Unhashed>(&peer.target, &hello, PATIENCE)
        .await?;
    assert_eq!(reply.value.answer.as_deref(), Some("1: olleh"));
    alice
        .call::<Ping>(&peer.target, &Default::default(), PATIENCE)
        .await?;
    let asked = Words {
        text: "the words of a stream".to_owned(),
    };
    let stream = alice.stream::<Streamed>(&peer.target, &asked, PATIENCE);
    let (mut stream, mut heard) = (stream.await?, Vec::new());
    while let Some(piece) = stream.next().await? {
        heard.extend_from_slice(&piece);
    }
    assert_eq!(String::from_utf8(heard)?, "the words of a stream ");
    let closed = alice.call::<Closed>(&peer.target, &hello, PATIENCE).await;
    let (status, message) = refused(closed);
    assert_eq!(status, 403, "{message}");
    assert!(message.contains("nobody is let in"), "{message}");
    let elsewhere = Target {
        hotkey: key("//Eve").hotkey(),
        ..peer.target
    };
    let for_another = alice.call::<Unhashed>(&elsewhere, &hello, PATIENCE).await;
    let (status, message) = refused(for_another);
    assert_eq!(status, 401, "{message}");
    assert!(message.contains("Signature mismatch"), "{message}");
    peer.end().await
}
