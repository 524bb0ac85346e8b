use std::sync::atomic::Ordering;

use axonry_neuron::Rounds;
use axonry_store::EntryState;
use axonry_weights::CommitForm;
use tokio_util::sync::CancellationToken;

use crate::subnet::{Obedient, Order, Subnet, TEMPO, shape};

#[tokio::test]
async fn a3_while_judging_takes_three_tempos_the_last_good_vector_lands_and_is_marked() {
    let subnet = Subnet::new().await;
    let mechanism = Obedient::default().then_well().then(Order::Takes(3));
    let (mut validator, store) = subnet.validator(mechanism, |_| {}).await;
    let first = validator.round().await.expect("a round");
    assert!(first.landing.landed(), "{:?}", first.landing);
    let sent = subnet.chain.submitted.load(Ordering::Relaxed);

    let second = validator.round().await.expect("a round");
    assert!(second.landing.landed(), "{:?}", second.landing);
    let again = subnet.chain.submitted.load(Ordering::Relaxed) - sent;
    assert!(
        (3..=4).contains(&again),
        "two or three times, and the round's own: {again}"
    );
    let said = &second.warnings;
    assert!(
        said.iter()
            .any(|line| line.contains("sent again (VerifiedInState")),
        "{said:?}"
    );
    let history = store.recent_rounds(subnet.devnet.netuid, 10).await;
    let history = history.expect("a history");
    let marked = history
        .iter()
        .filter(|round| round.opening.contains("stand-in"));
    assert_eq!(u64::try_from(marked.count()), Ok(again - 1));
}

#[tokio::test]
async fn a3_a_source_that_is_gone_for_tempos_costs_no_vector() {
    let subnet = Subnet::new().await;
    let mechanism = Obedient::default().then_well();
    let mechanism = mechanism.then(Order::Fails).then(Order::Fails);
    let (mut validator, store) = subnet.validator(mechanism, |_| {}).await;
    let stop = CancellationToken::new();
    let mut landed = Vec::new();
    let running = validator.run(Rounds::Forever, &stop, |report| {
        landed.push(report.landing.landed());
        if landed.len() > 1 {
            stop.cancel();
        }
    });
    running.await.expect("a run");
    assert_eq!(landed, [true, true]);
    // The pauses between the tries, of 1 s and 2 s, are several of these tempos.
    let history = store.recent_rounds(subnet.devnet.netuid, 10).await;
    let history = history.expect("a history");
    let sent = history.iter().filter(|round| {
        let summary = round.summary.as_deref().unwrap_or_default();
        summary.contains("stand-in") && summary.contains("VerifiedInState")
    });
    assert_ne!(sent.count(), 0, "{history:?}");
}

#[tokio::test]
async fn a_hash_commit_is_revealed_in_its_epoch_while_judging_goes_on() {
    let mut config = shape();
    config.tempo = 3 * TEMPO;
    config.hyperparameters.commit_reveal_enabled = true;
    config.hyperparameters.reveal_period_epochs = 2;
    let subnet = Subnet::shaped(config, tempfile::tempdir().expect("a folder")).await;
    // Three epochs pass in the second round, and the commit of the first is due in the middle one.
    let mechanism = Obedient::default().then_well().then(Order::Takes(9));
    let (mut validator, store) = subnet
        .validator(mechanism, |settings| {
            settings.setter.commits = CommitForm::Hash
        })
        .await;
    let stop = CancellationToken::new();
    let mut outcomes = Vec::new();
    let running = validator.run(Rounds::Count(2), &stop, |report| {
        outcomes.push(report.landing.outcome);
    });
    running.await.expect("a run");
    assert_eq!(outcomes[0], "Committed");
    let journal = store.recent_entries(10).await.expect("a journal");
    let first = journal.iter().find(|entry| entry.intent.round == 1);
    let first = first.expect("the first round's vector");
    assert_eq!(first.state, EntryState::Landed, "{first:?}");
}
