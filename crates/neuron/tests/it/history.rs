use std::sync::atomic::Ordering;

use axonry_devnet::ChainFault;
use axonry_neuron::{Ended, Rounds};
use axonry_store::EntryState;
use tokio_util::sync::CancellationToken;

use crate::subnet::{BLOCK, Obedient, Subnet, shape};

#[tokio::test]
async fn what_was_open_on_a_chain_that_began_anew_holds_nothing_up() {
    let old = Subnet::new().await;
    let (mut validator, store) = old.validator(Obedient::default(), |_| {}).await;
    old.devnet.chain().seal_many(400).expect("blocks");
    let stop = CancellationToken::new();
    let ended = validator.run(Rounds::Count(1), &stop, |_| {}).await;
    assert_eq!(ended.expect("a run"), Ended::Done { landed: true });
    // The next epoch has room for a second one, of which nobody hears again.
    old.devnet.chain().seal_many(30).expect("blocks");
    old.devnet.chain().faults().set(ChainFault::LoseSubmissions);
    let waits = async {
        while old.chain.submitted.load(Ordering::Relaxed) < 2 {
            tokio::time::sleep(BLOCK).await;
        }
    };
    tokio::select! {
        _ = validator.round() => panic!("nobody hears of it again"),
        () = waits => {}
    }
    let open = store.recent_entries(1).await.expect("a journal").remove(0);
    assert_eq!(open.state, EntryState::Open);
    drop(validator);
    store.close().await;
    let Subnet { devnet, state, .. } = old;
    devnet.stop().await;

    let new = Subnet::shaped(shape(), state).await;
    let (mut validator, store) = new.validator(Obedient::default(), |_| {}).await;
    let mut landed = None;
    let running = validator.run(Rounds::Count(1), &stop, |report| {
        landed = report.landing.block;
    });
    running.await.expect("a run");
    let landed = landed.expect("the round's weights land");
    assert!(
        landed < open.attempt.birth.number,
        "nobody waits for block {}: {landed}",
        open.attempt.valid_until
    );
    let entries = store.recent_entries(10).await.expect("a journal");
    let closed = entries.iter().find(|entry| entry.id == open.id);
    let closed = closed.expect("it is kept");
    assert_eq!(closed.state, EntryState::Failed);
    let outcome = closed.outcome.as_deref().unwrap_or_default();
    assert!(outcome.contains("begun anew"), "{outcome}");
}
