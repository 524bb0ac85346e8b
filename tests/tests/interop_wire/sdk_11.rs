use anyhow::Result;
use axonry_wire::{Protocol, Target};

use crate::CALLS;
use crate::peer::{PATIENCE, Peer, ask_all, axon, dendrite, is_wanted, key, refused};
use crate::questions::{Hashed, question};

#[tokio::test(flavor = "multi_thread")]
async fn sdk_11_signs_for_our_axon_and_believes_our_dendrite() -> Result<()> {
    if !is_wanted("interop with the signatures of SDK 11") {
        return Ok(());
    }
    let axon = axon().await?;
    let mut peer = Peer::start("wire_11", &axon).await?;
    let asked = peer.asked().await?;
    asked.all_went_well()?;
    for (what, status, words) in [
        ("as it was signed", 200, ""),
        ("unhashed, but signed whole", 200, ""),
        ("by ed25519", 200, ""),
        ("once more", 401, "has been used"),
        ("another body", 401, "does not hold"),
        ("another query", 401, "does not hold"),
        ("for another", 401, "receiver"),
        ("for nobody", 401, "receiver"),
        ("too old", 401, "the nonce is -1"),
        ("from the future", 401, "the nonce is +"),
        ("unsigned", 400, "headers"),
        ("nobody is let in", 403, "not served here"),
    ] {
        let (said, message) = asked.refusal(what);
        assert_eq!(said, status, "{what}: {message}");
        assert!(message.contains(words), "{what}: {message}");
    }
    let counters = axon.counters();
    let expected = (u64::from(CALLS) + 3, 9, 0);
    assert_eq!(
        (counters.answered, counters.refused, counters.failed),
        expected
    );

    let alice = dendrite(Protocol::BtAuth);
    ask_all(&alice, &peer.target).await?;
    let elsewhere = Target {
        hotkey: key("//Eve").hotkey(),
        ..peer.target
    };
    let for_another = alice
        .call::<Hashed>(&elsewhere, &question(1), PATIENCE)
        .await;
    let (status, message) = refused(for_another);
    assert_eq!(status, 403, "{message}");
    peer.end().await
}
