//! Storage items are wrapped, renamed and moved about.

use super::{Expected, ITEMS, SUBTENSOR, Trial};

pub(super) fn change(trial: &mut Trial) {
    use frame_metadata::v16::StorageEntryType::{Map, Plain};
    let subtensor = trial.finney.pallet(SUBTENSOR);
    for name in ITEMS {
        for (what, wrap_key) in [("value", false), ("key", true)] {
            // A key of several parts is a tuple, and a wrapper around it makes it another key.
            if wrap_key && name == "WeightCommits" {
                continue;
            }
            let what = format!("the {what} of {name} wrapped");
            trial.mutation(&what, Expected::Same, |upgrade| {
                let storage = upgrade.metadata.pallets[subtensor]
                    .storage
                    .as_ref()
                    .unwrap();
                let mut entries = storage.entries.iter();
                let place = entries.position(|entry| entry.name == name).unwrap();
                let inner = match &storage.entries[place].ty {
                    Plain(value) => value.id,
                    Map { key, .. } if wrap_key => key.id,
                    Map { value, .. } => value.id,
                };
                let wrapper = upgrade.wrapped(inner);
                let storage = upgrade.metadata.pallets[subtensor]
                    .storage
                    .as_mut()
                    .unwrap();
                match &mut storage.entries[place].ty {
                    Plain(value) => *value = wrapper.into(),
                    Map { key, .. } if wrap_key => *key = wrapper.into(),
                    Map { value, .. } => *value = wrapper.into(),
                }
            });
        }
        let optional = [
            "WeightsVersionKey",
            "CommitRevealWeightsEnabled",
            "RevealPeriodEpochs",
            "ActivityCutoff",
            "ImmunityPeriod",
            "MaxAllowedUids",
        ];
        if optional.contains(&name) {
            // What a runtime does not have gets the default of its time, which is not an error.
            continue;
        }
        let what = format!("{name} renamed");
        trial.mutation(&what, Expected::Named(name), |upgrade| {
            let storage = upgrade.metadata.pallets[subtensor]
                .storage
                .as_mut()
                .unwrap();
            let mut entries = storage.entries.iter_mut();
            let entry = entries.find(|entry| entry.name == name).unwrap();
            entry.name = format!("{name}Renamed");
        });
    }
    for by in 1..20 {
        let what = format!("storage items moved round by {by}");
        trial.mutation(&what, Expected::Same, |upgrade| {
            let storage = upgrade.metadata.pallets[subtensor]
                .storage
                .as_mut()
                .unwrap();
            storage.entries.rotate_left(by);
        });
    }
}
