use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axonry_core::{BlockNumber, Hotkey, Uid};
use axonry_neuron::Weigher;
use axonry_wallet::Keypair;
use axonry_weights::{PlanError, ReservedShare, ReservedShares};

use crate::crooked::Crooked;
use crate::listener::Listener;
use crate::subnet::{Obedient, Order, Subnet};

fn burn(subnet: &Subnet, uid: u16, share: f64) -> ReservedShares {
    let hotkey = subnet.hotkey(uid);
    let share = ReservedShare {
        uid: Uid(uid),
        hotkey,
        coldkey: hotkey.account().into(),
        share,
    };
    ReservedShares::new(vec![share]).expect("half of the whole")
}

#[tokio::test]
async fn a19_a_reserved_half_is_half_of_what_lands() {
    let subnet = Subnet::new().await;
    let reserved = burn(&subnet, 1, 0.5);
    let (mut validator, _) = subnet
        .validator(Obedient::default(), |settings| settings.reserved = reserved)
        .await;
    let report = validator.round().await.expect("a round");
    assert!(report.landing.landed(), "{:?}", report.landing);
    let whole: u32 = report.weights.values().map(u32::from).sum();
    let weights = report.weights.as_slice();
    let own = weights.iter().find(|(uid, _)| *uid == Uid(1));
    let own = f64::from(own.expect("it has a weight").1) / f64::from(whole);
    assert!((own - 0.5).abs() <= 1.0 / 65_535.0, "{own}");
    let plan = report.plan.expect("a plan");
    assert_eq!(plan.reserved.len(), 1);
    assert!(!plan.reserved[0].withheld && (plan.reserved[0].realised - own).abs() < 1e-12);
}

#[tokio::test]
async fn a_whole_that_is_reserved_lands_though_nobody_has_scored() {
    let subnet = Subnet::new().await;
    let reserved = burn(&subnet, 1, 1.0);
    let store = subnet.store().await;
    let alice = Arc::new(Keypair::from_uri("//Alice").expect("a development key"));
    let mut settings = subnet.settings().weighing();
    settings.reserved = reserved;
    let chain: Arc<Crooked> = Arc::clone(&subnet.chain);
    let weigher = Weigher::new(chain, store, alice, settings);
    let snapshot = weigher.snapshot().await.expect("a chain");
    let plan = weigher.plan(&BTreeMap::new(), &snapshot);
    let plan = plan.expect("the whole is reserved");
    assert_eq!(plan.weights().as_slice(), [(Uid(1), u16::MAX)]);

    let stranger = Hotkey::from_bytes([9; 32]);
    subnet.chain.replace(BlockNumber(0), Uid(1), stranger);
    let snapshot = weigher.snapshot().await.expect("a chain");
    let refused = weigher.plan(&BTreeMap::new(), &snapshot);
    assert!(
        matches!(refused, Err(PlanError::NobodyScored { .. })),
        "nothing for strangers: {refused:?}"
    );
}

#[tokio::test]
async fn a17_a_reserved_slot_that_changed_hands_gets_nothing_and_somebody_is_told() {
    let listener = Listener::new();
    let subnet = Subnet::new().await;
    let reserved = burn(&subnet, 1, 0.5);
    let stranger = Hotkey::from_bytes([9; 32]);
    subnet.chain.replace(BlockNumber(0), Uid(1), stranger);
    let (mut validator, _) = subnet
        .validator(Obedient::default(), |settings| settings.reserved = reserved)
        .await;
    let report = validator.round().await.expect("a round");
    let plan = report.plan.as_ref().expect("a plan");
    assert!(plan.reserved[0].withheld && plan.reserved[0].realised == 0.0);
    let said = report.warnings.join("\n");
    assert!(
        said.contains("withheld") && said.contains(&stranger.to_string()),
        "{said}"
    );
    let errors = listener.errors();
    assert!(
        errors.iter().any(|line| line.contains("withheld")),
        "{errors:?}"
    );
}

#[tokio::test]
async fn a12_a_slot_that_changes_hands_while_judging_is_planned_anew_and_no_stranger_is_paid() {
    let subnet = Subnet::new().await;
    let (mut validator, _) = subnet
        .validator(Obedient::default().then(Order::Takes(1)), |_| {})
        .await;
    // Read with the old holder, weighed with the new one: uid 4 has the largest score.
    let stranger = Hotkey::from_bytes([9; 32]);
    subnet.chain.replace(BlockNumber(5), Uid(4), stranger);
    let report = validator.round().await.expect("a round");
    assert!(report.landing.landed(), "{:?}", report.landing);
    let uids: Vec<Uid> = report.weights.uids().collect();
    assert_eq!(uids, [Uid(1), Uid(2), Uid(3)], "uid 4 is a stranger's now");
    assert_eq!(subnet.chain.submitted.load(Ordering::Relaxed), 1);
}
