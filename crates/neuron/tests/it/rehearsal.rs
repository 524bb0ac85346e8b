use std::sync::atomic::Ordering;

use crate::subnet::{Obedient, Subnet};

#[tokio::test]
async fn a_rehearsal_says_what_would_land_and_leaves_chain_and_state_as_they_are() {
    let subnet = Subnet::new().await;
    let (mut validator, store) = subnet.validator(Obedient::default(), |_| {}).await;
    let report = validator.rehearse().await.expect("a round");
    let rehearsal = report.rehearsal.as_ref().expect("a rehearsal");
    assert!(rehearsal.would_land, "{rehearsal:?}");
    assert_eq!((rehearsal.path, rehearsal.moved), (Some("plain"), 1.0));
    assert_eq!(rehearsal.first_legal_block, rehearsal.block.plus(1));
    let (_, extrinsic) = rehearsal.sent.as_ref().expect("an extrinsic");
    assert_eq!(extrinsic.nonce, 0);
    assert!(!report.weights.is_empty() && !report.landing.landed());

    assert_eq!(subnet.chain.submitted.load(Ordering::Relaxed), 0);
    let netuid = subnet.devnet.netuid;
    assert!(store.averages(netuid).await.expect("a state").is_empty());
    assert!(
        store
            .recent_rounds(netuid, 1)
            .await
            .expect("a state")
            .is_empty()
    );
    assert!(store.recent_entries(1).await.expect("a state").is_empty());

    let landed = validator.round().await.expect("a round");
    assert_eq!(landed.weights, report.weights, "it does what it said");
    let again = validator.rehearse().await.expect("a round");
    let again = again.rehearsal.expect("a rehearsal");
    assert_eq!(again.moved, 0.0, "the same scores move nothing: {again:?}");
    let waits = again.waits.as_deref().unwrap_or_default();
    assert!(waits.contains("epoch"), "one vector an epoch: {waits}");
    assert!(again.first_legal_block > again.block.plus(1));
}

#[tokio::test]
async fn a_rehearsal_names_the_obstacle_and_its_remedy() {
    let subnet = Subnet::new().await;
    let raised = subnet
        .devnet
        .chain()
        .edit(|rules| rules.weights_version_key = 3);
    raised.expect("a block");
    let (mut validator, _) = subnet.validator(Obedient::default(), |_| {}).await;
    let report = validator.rehearse().await.expect("a round");
    let rehearsal = report.rehearsal.expect("a rehearsal");
    assert!(!rehearsal.would_land && rehearsal.sent.is_none());
    let refusal = rehearsal.refusal.unwrap_or_default();
    assert!(refusal.contains("version 3"), "{refusal}");
    assert!(rehearsal.remedy.is_some());
}
