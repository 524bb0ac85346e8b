//! Neurons get fields, lose the order of theirs, and have them wrapped and renamed.

use axonry_substrate::dynamic::{Composite, Value, ValueDef};

use super::{Expected, Trial};

/// Fields of a neuron that are read.
const FIELDS: [&str; 13] = [
    "hotkey",
    "coldkey",
    "uid",
    "active",
    "axon_info",
    "stake",
    "emission",
    "incentive",
    "consensus",
    "validator_trust",
    "dividends",
    "last_update",
    "validator_permit",
];

pub(super) fn change(trial: &mut Trial) {
    let count = trial.finney.neuron().len();
    for place in 0..=count {
        let what = format!("a new field of neurons at place {place}");
        trial.mutation(&what, Expected::Same, |upgrade| {
            upgrade.neuron_gets_a_field(place, "brand_new");
        });
    }
    for place in 0..count {
        let what = format!("field {place} of neurons wrapped");
        trial.mutation(&what, Expected::Same, |upgrade| {
            let inner = upgrade.neuron()[place].ty.id;
            let wrapper = upgrade.wrapped(inner);
            upgrade.neuron()[place].ty = wrapper.into();
        });
        let what = format!("fields of neurons moved round by {place}");
        trial.mutation(&what, Expected::Same, |upgrade| {
            upgrade.neuron().rotate_left(place);
        });
        let name = trial.finney.neuron()[place].name.clone().unwrap();
        let what = format!("field {name} of neurons renamed");
        let expected = match FIELDS.contains(&name.as_str()) {
            true => Expected::Named("get_neurons_lite"),
            false => Expected::Same,
        };
        trial.mutation(&what, expected, |upgrade| {
            let new = format!("{name}_renamed");
            upgrade.neuron()[place].name = Some(new.clone());
            rename_in(&mut upgrade.neurons, &name, &new);
        });
    }
    let expected = Expected::Named("get_neurons_lite");
    trial.mutation("the runtime call renamed", expected, |upgrade| {
        let methods = upgrade
            .metadata
            .apis
            .iter_mut()
            .flat_map(|api| &mut api.methods);
        for method in methods.filter(|method| method.name == "get_neurons_lite") {
            method.name = "get_neurons_lito".to_owned();
        }
    });
}

/// Renames a field of each element of a list.
fn rename_in(list: &mut Value, old: &str, new: &str) {
    let ValueDef::Composite(Composite::Unnamed(elements)) = &mut list.value else {
        panic!("neurons come in a list");
    };
    for element in elements {
        if let ValueDef::Composite(Composite::Named(fields)) = &mut element.value {
            for (name, _) in fields.iter_mut().filter(|(name, _)| name == old) {
                new.clone_into(name);
            }
        }
    }
}
