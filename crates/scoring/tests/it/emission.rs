use std::collections::{BTreeMap, BTreeSet};

use axonry_core::Score;

use axonry_scoring::emission::{
    ISSUES_TREASURY_UID, MinerScores, OSS_EMISSION_SHARE, RECYCLE_UID, allocate,
};
use axonry_scoring::registry::{Registry, RepositoryConfig};
use proptest::prelude::*;

const NAMES: [&str; 3] = ["zeta/core", "acme/widgets", "mid/tools"];

fn miner(uid: u16, pulls: [f64; 3], issues: [f64; 3]) -> MinerScores {
    let named = |scores: [f64; 3]| {
        let names = NAMES.iter().map(|name| (*name).to_owned());
        names.zip(scores.map(|score| Score::new(score).expect("a score")))
    };
    MinerScores {
        uid,
        pull_requests: named(pulls).collect(),
        issues: named(issues).collect(),
    }
}

fn registry(rules: [(f64, f64, f64); 3]) -> Registry {
    let config = |(share, issue_discovery_share, maintainer_cut)| RepositoryConfig {
        issue_discovery_share,
        maintainer_cut,
        ..RepositoryConfig::with_share(share / 3.0)
    };
    NAMES.into_iter().zip(rules.map(config)).collect()
}

#[test]
fn a_dead_repository_feeds_the_living_but_not_their_maintainers() {
    let registry = registry([(0.9, 0.5, 0.0), (0.9, 0.5, 0.5), (0.0, 0.5, 0.0)]);
    let uids = BTreeSet::from([0, 1, 2]);
    let maintainers = BTreeMap::from([("acme/widgets".to_owned(), vec![2])]);
    let miners = [miner(1, [0.0, 7.0, 0.0], [0.0; 3])];
    let emission = allocate(&miners, &registry, &uids, &maintainers);
    let share = 0.3 * OSS_EMISSION_SHARE;
    let close = |a: Score, b: f64| (a.value() - b).abs() < 1e-12;
    assert!(
        close(emission.rewards[&2], share / 2.0),
        "the cut stays at its base rate"
    );
    assert!(
        close(emission.rewards[&1], share * 1.5),
        "its own half and all of the other's"
    );
    assert!(
        close(emission.rewards[&0], 0.4 * OSS_EMISSION_SHARE),
        "the registry's slack"
    );
    assert_eq!(
        emission.allocations.len(),
        2,
        "a repository without a share has no part"
    );
}

proptest! {
    #[test]
    fn the_whole_emission_is_paid_and_nothing_depends_on_the_order_of_miners(
        scores in prop::collection::btree_map(1..40_u16, (
            prop::array::uniform3(prop::sample::select(vec![0.0, 1e-300, 0.37, 12.5, 1e9])),
            prop::array::uniform3(prop::sample::select(vec![0.0, 0.01, 5.99])),
        ), 0..12),
        rules in prop::array::uniform3((
            0.0..=1.0_f64,
            prop::sample::select(vec![0.0, 0.3, 1.0]),
            prop::sample::select(vec![0.0, 0.4, 0.5]),
        )),
        listed in prop::collection::vec(1..60_u16, 0..4),
    ) {
        let registry = registry(rules);
        let listed: BTreeSet<_> = listed.into_iter().collect();
        let maintainers = BTreeMap::from([("zeta/core".to_owned(), listed.into_iter().collect())]);
        let uids: BTreeSet<_> = (0..40).chain([ISSUES_TREASURY_UID]).collect();
        let mut miners: Vec<_> =
            scores.into_iter().map(|(uid, (pulls, issues))| miner(uid, pulls, issues)).collect();
        let emission = allocate(&miners, &registry, &uids, &maintainers);

        let total: f64 = emission.rewards.values().map(|reward| reward.value()).sum();
        prop_assert!((total - 1.0).abs() < 1e-9, "{total}");
        prop_assert!(emission.rewards[&RECYCLE_UID] == emission.recycled);
        miners.reverse();
        prop_assert_eq!(allocate(&miners, &registry, &uids, &maintainers), emission);
    }
}
