use axonry_substrate::offline::{Item, ItemKind, ItemStatus, Runtime};

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
            ItemKind::Extension,
        ] {
            assert!(items.iter().any(|item| item.kind == kind), "no {kind}");
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
        let absent = items
            .iter()
            .filter(|item| item.status == ItemStatus::Absent);
        for item in absent {
            assert!(!item.reason.is_empty(), "{item:?}");
        }
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
