use axonry_substrate::offline::{Feature, Item, ItemKind, ItemStatus, Runtime};

use crate::recorded::{GENESIS, metadata, replaced, runtimes};

fn of_status(items: &[Item], status: ItemStatus) -> Vec<&str> {
    let items = items.iter().filter(|item| item.status == status);
    items.map(|item| item.name.as_str()).collect()
}

#[test]
fn the_runtimes_of_2025_and_2026_have_all_that_is_needed() {
    for (spec, runtime) in runtimes([343, 365, 393]) {
        let items = runtime.compatibility();
        assert_eq!(
            of_status(&items, ItemStatus::Broken),
            [""; 0],
            "{spec}: {items:#?}"
        );
        for kind in [
            ItemKind::Storage,
            ItemKind::Call,
            ItemKind::RuntimeApi,
            ItemKind::Constant,
            ItemKind::Error,
            ItemKind::Event,
            ItemKind::Extension,
        ] {
            assert!(items.iter().any(|item| item.kind == kind), "no {kind}");
        }
        for feature in [
            Feature::Neurons,
            Feature::Rules,
            Feature::Weights,
            Feature::CommitReveal,
            Feature::Blocks,
            Feature::Signing,
            Feature::Balances,
            Feature::Staking,
            Feature::Subnets,
            Feature::Registration,
            Feature::Serving,
            Feature::Commitments,
            Feature::Columns,
            Feature::Fees,
            Feature::Batches,
        ] {
            let mut works = items.iter().filter(|item| item.status == ItemStatus::Works);
            let found = works.any(|item| item.feature == feature);
            assert!(found, "nothing for {feature} works under {spec}");
        }
        // These keep no epochs in state.
        let absent = of_status(&items, ItemStatus::Absent);
        assert!(
            absent.contains(&"SubtensorModule.LastEpochBlock"),
            "{absent:?}"
        );
        assert!(!absent.contains(&"SubtensorModule.set_mechanism_weights"));
    }
}

#[test]
fn what_an_old_runtime_lacks_is_listed_with_what_follows() {
    for (_, runtime) in runtimes([218]) {
        let items = runtime.compatibility();
        let absent = of_status(&items, ItemStatus::Absent);
        for name in [
            "SubtensorModule.set_mechanism_weights",
            "SubtensorModule.commit_timelocked_weights",
            "SubtensorModule.TimelockedWeightCommits",
        ] {
            assert!(absent.contains(&name), "{name}: {items:#?}");
        }
        for item in items.iter().filter(|item| item.status != ItemStatus::Works) {
            assert!(!item.reason.is_empty(), "{item:?}");
            assert!(!item.is_obstacle(), "{item:?}");
        }
        // It tells of subnets in bytes that nobody can read, and says so.
        let broken = of_status(&items, ItemStatus::Broken);
        assert!(
            broken.contains(&"SubnetInfoRuntimeApi.get_all_dynamic_info"),
            "{broken:?}"
        );
    }
}

#[test]
fn what_has_gone_or_changed_its_name_is_broken_and_nothing_else_is() {
    let Some(metadata) = metadata(393) else {
        return;
    };
    for (old, new, name) in [
        (
            "MinAllowedWeights",
            "MinAllowedWeighto",
            "SubtensorModule.MinAllowedWeights",
        ),
        ("LastUpdate", "LastUpdato", "SubtensorModule.LastUpdate"),
        (
            "validator_trust",
            "validator_trusd",
            "NeuronInfoRuntimeApi.get_neurons_lite",
        ),
        (
            "get_neurons_lite",
            "get_neurons_lito",
            "NeuronInfoRuntimeApi.get_neurons_lite",
        ),
        ("CheckMortality", "CheckMortalidy", "CheckMortalidy"),
    ] {
        let renamed = replaced(&metadata, old.as_bytes(), new.as_bytes());
        let runtime = Runtime::decode(&renamed, GENESIS).unwrap();
        let items = runtime.compatibility();
        assert_eq!(of_status(&items, ItemStatus::Broken), [name], "{old}");
    }
}

#[test]
fn what_is_asked_for_beyond_the_loop_keeps_no_validator_from_its_work() {
    let Some(metadata) = metadata(393) else {
        return;
    };
    for (old, new, name) in [
        (
            "partial_fee",
            "partial_fae",
            "TransactionPaymentApi.query_info",
        ),
        (
            "limit_price",
            "limit_prico",
            "SubtensorModule.swap_stake_limit",
        ),
        ("sudo_result", "sudo_resuld", "Sudo.Sudid"),
        (
            "is_registered",
            "is_registerad",
            "StakeInfoRuntimeApi.get_stake_info_for_coldkey",
        ),
    ] {
        let renamed = replaced(&metadata, old.as_bytes(), new.as_bytes());
        let runtime = Runtime::decode(&renamed, GENESIS).unwrap();
        let items = runtime.compatibility();
        assert!(!items.iter().any(Item::is_obstacle), "{old}: {items:#?}");
        let broken = of_status(&items, ItemStatus::Broken);
        assert!(broken.contains(&name), "{old}: {broken:?}");
    }
}
