//! Calls, errors and pallets are numbered otherwise, and wrappers around types come and go.

use std::collections::BTreeMap;

use scale_info::TypeDef;

use super::{Expected, SUBTENSOR, Trial};

pub(super) fn change(trial: &mut Trial) {
    let subtensor = trial.finney.pallet(SUBTENSOR);
    let pallet = &trial.finney.metadata.pallets[subtensor];
    let calls = pallet.calls.as_ref().unwrap().ty.id;
    let errors = pallet.error.as_ref().unwrap().ty.id;
    for by in 1..=15 {
        for (what, id) in [("calls", calls), ("errors", errors)] {
            let what = format!("{what} numbered from {by} on");
            trial.mutation(&what, Expected::Same, |upgrade| {
                let variants = upgrade.variants(id);
                let mut indices: Vec<_> = variants.iter().map(|one| one.index).collect();
                indices.rotate_left(by);
                for (variant, index) in variants.iter_mut().zip(indices) {
                    variant.index = index;
                }
            });
        }
        let what = format!("pallets numbered from {by} on");
        trial.mutation(&what, Expected::Same, |upgrade| {
            let pallets = &mut upgrade.metadata.pallets;
            let mut indices: Vec<_> = pallets.iter().map(|pallet| pallet.index).collect();
            indices.rotate_left(by);
            let mut moved = BTreeMap::new();
            for (pallet, index) in pallets.iter_mut().zip(indices) {
                moved.insert(pallet.name.clone(), index);
                pallet.index = index;
            }
            let outer = &upgrade.metadata.outer_enums;
            for id in [
                outer.call_enum_ty.id,
                outer.event_enum_ty.id,
                outer.error_enum_ty.id,
            ] {
                for variant in upgrade.variants(id) {
                    variant.index = moved[&variant.name];
                }
            }
        });
    }
}

pub(super) fn wrappers_come_and_go(trial: &mut Trial) {
    let types = &trial.finney.metadata.types.types;
    let wrappers = types.iter().filter_map(|found| match &found.ty.type_def {
        TypeDef::Composite(wrapper) if wrapper.fields.len() == 1 => {
            Some((found.id, wrapper.fields[0].ty.id))
        }
        _ => None,
    });
    let wrappers: Vec<_> = wrappers.collect();
    for (id, inner) in wrappers.into_iter().take(60) {
        trial.mutation(&format!("type {id} unwrapped"), Expected::Same, |upgrade| {
            let types = &mut upgrade.metadata.types.types;
            let inner = types[inner as usize].ty.type_def.clone();
            types[id as usize].ty.type_def = inner;
        });
    }
}
