//! What becomes of everything we use when a runtime upgrade moves things about.
//!
//! Each mutation of finney's metadata stands for an upgrade. Values are encoded anew as the mutated
//! runtime would have them; what we read must then be what it was, or an error must name the item.

use std::collections::BTreeMap;

use axonry_chain::{Call, ChainError, DispatchFailure, HashCommit, Hyperparameters, Neuron};
use axonry_core::{Hotkey, MechId, NetUid, Uid, Weights};
use axonry_substrate::dynamic::{Composite, Value, ValueDef};
use axonry_substrate::offline::{Runtime, Values};
use frame_metadata::v16::RuntimeMetadataV16;
use frame_metadata::{META_RESERVED, RuntimeMetadata, RuntimeMetadataPrefixed};
use parity_scale_codec::{Decode, Encode};
use scale_encode::EncodeAsType;
use scale_info::form::PortableForm;
use scale_info::{Field, Path, PortableType, TypeDef, TypeDefComposite, TypeDefPrimitive, Variant};

use crate::recorded::{GENESIS, bytes, metadata, vectors};

mod calls;
mod ledger;
mod made_up;

type Fields = Vec<Field<PortableForm>>;

const SN: NetUid = NetUid(1);
const SUBTENSOR: &str = "SubtensorModule";

/// The storage items that are read with code of their own.
const ITEMS: [&str; 11] = [
    "NetworksAdded",
    "Tempo",
    "MinAllowedWeights",
    "WeightsVersionKey",
    "WeightsSetRateLimit",
    "CommitRevealWeightsEnabled",
    "RevealPeriodEpochs",
    "ActivityCutoff",
    "ImmunityPeriod",
    "MaxAllowedUids",
    "WeightCommits",
];

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

/// What a mutation must leave as it was.
#[derive(Clone, Copy, Debug)]
enum Expected<'a> {
    /// Everything.
    Same,
    /// Everything but what fails with an error that says this.
    Named(&'a str),
}

/// Everything we use, read or encoded; a failure in its words.
#[derive(Clone, Debug, PartialEq)]
struct Uses {
    neurons: Result<Vec<Neuron>, String>,
    rules: Result<Hyperparameters, String>,
    commits: Result<Vec<HashCommit>, String>,
    /// Arguments of calls, by name, behind the two indices.
    calls: BTreeMap<&'static str, Result<Vec<u8>, String>>,
    failure: Result<DispatchFailure, String>,
    /// What lies beyond the loop, in words.
    ledger: ledger::Reads,
}

fn in_words<T>(outcome: Result<T, ChainError>) -> Result<T, String> {
    outcome.map_err(|error| match error {
        ChainError::Incompatible { .. } | ChainError::Decode { .. } => error.to_string(),
        error => panic!("neither the runtime's fault nor the bytes': {error}"),
    })
}

/// The metadata, and values of its types.
struct Upgrade {
    metadata: RuntimeMetadataV16,
    neurons: Value,
    stored: BTreeMap<&'static str, Value>,
}

impl Upgrade {
    fn finney() -> Option<Self> {
        let bytes_of_it = metadata(393)?;
        let runtime = Runtime::decode(&bytes_of_it, GENESIS).unwrap();
        let inner = bytes_of_it
            .windows(4)
            .position(|window| window == META_RESERVED.to_le_bytes())
            .unwrap();
        let prefixed = RuntimeMetadataPrefixed::decode(&mut &bytes_of_it[inner..]).unwrap();
        let RuntimeMetadata::V16(metadata) = prefixed.1 else {
            panic!("finney's metadata is of version 16");
        };
        let answer = bytes(&vectors("neurons_lite_netuid1_spec343.json")["result_hex"]);
        let mut neurons: Value = runtime
            .decode_runtime_call("NeuronInfoRuntimeApi", "get_neurons_lite", &answer)
            .unwrap();
        if let ValueDef::Composite(Composite::Unnamed(neurons)) = &mut neurons.value {
            neurons.truncate(4);
        }
        let stored = ITEMS.map(|name| {
            let bytes = match name {
                "NetworksAdded" => vec![1],
                "WeightCommits" => vec![([7_u8; 32], 5_u64, 6_u64, 7_u64)].encode(),
                "WeightsVersionKey" | "WeightsSetRateLimit" | "RevealPeriodEpochs" => {
                    777_u64.encode()
                }
                "CommitRevealWeightsEnabled" => vec![0],
                _ => 99_u16.encode(),
            };
            let item = runtime.storage_item(SUBTENSOR, name).unwrap();
            (name, item.decode(&bytes).unwrap())
        });
        Some(Self {
            metadata,
            neurons,
            stored: BTreeMap::from(stored),
        })
    }

    fn again(&self) -> Self {
        Self {
            metadata: self.metadata.clone(),
            neurons: self.neurons.clone(),
            stored: self.stored.clone(),
        }
    }

    fn runtime(&self) -> Runtime {
        let metadata = RuntimeMetadata::V16(self.metadata.clone());
        let prefixed = RuntimeMetadataPrefixed(META_RESERVED, metadata);
        Runtime::decode(&prefixed.encode(), GENESIS).unwrap()
    }

    fn encoded(&self, value: &Value, id: u32) -> Vec<u8> {
        let mut out = Vec::new();
        let types = &self.metadata.types;
        value.encode_as_type_to(id, types, &mut out).unwrap();
        out
    }

    /// Reads and encodes everything.
    fn uses(&self) -> Uses {
        let runtime = self.runtime();
        let output = self.neurons_type();
        let neurons = self.encoded(&self.neurons, output);
        let entries = self.entries(SUBTENSOR);
        let stored = |name: &str| {
            let (_, value) = *entries.iter().find(|(found, _)| found == name)?;
            Some(self.encoded(&self.stored[name], value))
        };
        let rules = runtime.hyperparameter_keys(SN).and_then(|keys| {
            let mut values: Values = keys.into_iter().map(|key| (key, None)).collect();
            for name in ITEMS.iter().filter(|name| **name != "WeightCommits") {
                if let Some(stored) = stored(name) {
                    let key = runtime.storage_key(SUBTENSOR, name, &[&SN.0.encode()])?;
                    values.insert(key, Some(stored));
                }
            }
            runtime.hyperparameters(SN, &values)
        });
        let hotkey = Hotkey::from_bytes([1; 32]);
        let commits = runtime
            .hash_commits_key(SN, MechId(0), hotkey)
            .and_then(|_| runtime.hash_commits(stored("WeightCommits").as_deref()));
        let calls = calls().into_iter().map(|call| {
            let (pallet, name) = call.name();
            let data = in_words(runtime.call_data(&call)).map(|data| {
                let expected = self.indices_of_call(pallet, name).unwrap();
                assert_eq!(data[..2], expected, "{name} goes where the runtime has it");
                data[2..].to_vec()
            });
            (name, data)
        });
        let (pallet, error) = self.indices_of_error("HotKeyNotRegisteredInSubNet");
        let failure = runtime.dispatch_failure(&[3, pallet, error, 0, 0, 0]);
        Uses {
            neurons: in_words(runtime.decode_neurons_lite(SN, &neurons)),
            rules: in_words(rules),
            commits: in_words(commits),
            calls: calls.collect(),
            failure: in_words(failure),
            ledger: ledger::reads(self, &runtime),
        }
    }

    fn neurons_type(&self) -> u32 {
        let mut methods = self.metadata.apis.iter().flat_map(|api| &api.methods);
        let method = methods.find(|method| {
            // Whatever it is called now, its answer is still a list of what it was.
            method.name.starts_with("get_neurons_lit")
        });
        method.unwrap().output.id
    }

    /// The items of a pallet with the types of their values.
    fn entries(&self, pallet: &str) -> Vec<(String, u32)> {
        use frame_metadata::v16::StorageEntryType::{Map, Plain};
        let mut pallets = self.metadata.pallets.iter();
        let storage = pallets
            .find(|found| found.name == pallet)
            .unwrap()
            .storage
            .as_ref();
        let entries = storage.unwrap().entries.iter();
        let entries = entries.map(|entry| {
            let value = match &entry.ty {
                Plain(value) => value,
                Map { value, .. } => value,
            };
            (entry.name.clone(), value.id)
        });
        entries.collect()
    }

    fn pallet(&self, name: &str) -> usize {
        let mut pallets = self.metadata.pallets.iter();
        pallets.position(|pallet| pallet.name == name).unwrap()
    }

    fn variants(&mut self, id: u32) -> &mut Vec<Variant<PortableForm>> {
        match &mut self.metadata.types.types[id as usize].ty.type_def {
            TypeDef::Variant(found) => &mut found.variants,
            other => panic!("{other:?} is no enum"),
        }
    }

    fn indices_of_call(&self, pallet: &str, name: &str) -> Option<[u8; 2]> {
        let pallet = &self.metadata.pallets[self.pallet(pallet)];
        let calls = pallet.calls.as_ref()?.ty.id;
        let TypeDef::Variant(calls) = &self.metadata.types.resolve(calls)?.type_def else {
            return None;
        };
        let call = calls.variants.iter().find(|call| call.name == name)?;
        Some([pallet.index, call.index])
    }

    fn indices_of_error(&self, name: &str) -> (u8, u8) {
        let pallet = &self.metadata.pallets[self.pallet(SUBTENSOR)];
        let errors = pallet.error.as_ref().unwrap().ty.id;
        let TypeDef::Variant(errors) = &self.metadata.types.resolve(errors).unwrap().type_def
        else {
            panic!("errors are an enum");
        };
        let mut errors = errors.variants.iter();
        let error = errors.find(|error| error.name == name).unwrap();
        (pallet.index, error.index)
    }

    /// The fields of the type of neurons.
    fn neuron(&mut self) -> &mut Fields {
        let list = self.neurons_type();
        let types = &mut self.metadata.types.types;
        let TypeDef::Sequence(list) = &types[list as usize].ty.type_def else {
            panic!("neurons come in a list");
        };
        let neuron = list.type_param.id;
        match &mut types[neuron as usize].ty.type_def {
            TypeDef::Composite(neuron) => &mut neuron.fields,
            other => panic!("{other:?} is no struct"),
        }
    }

    /// A new type that wraps another.
    fn wrapped(&mut self, id: u32) -> u32 {
        let mut field = self.neuron()[0].clone();
        field.name = None;
        field.type_name = None;
        field.ty = id.into();
        let types = &mut self.metadata.types.types;
        let own = u32::try_from(types.len()).unwrap();
        let mut ty = types[id as usize].ty.clone();
        ty.path = Path::default();
        ty.type_params = Vec::new();
        ty.type_def = TypeDef::Composite(TypeDefComposite {
            fields: vec![field],
        });
        types.push(PortableType { id: own, ty });
        own
    }

    /// A number of 16 bits.
    fn number_type(&self) -> u32 {
        let mut types = self.metadata.types.types.iter();
        let number = TypeDef::Primitive(TypeDefPrimitive::U16);
        types.find(|ty| ty.ty.type_def == number).unwrap().id
    }

    /// Gives every neuron a field of 16 bits more, at a place.
    fn neuron_gets_a_field(&mut self, place: usize, name: &str) {
        let number = self.number_type();
        let fields = self.neuron();
        let mut field = fields[0].clone();
        field.name = Some(name.to_owned());
        field.ty = number.into();
        fields.insert(place, field);
        let ValueDef::Composite(Composite::Unnamed(neurons)) = &mut self.neurons.value else {
            panic!("neurons come in a list");
        };
        for neuron in neurons {
            if let ValueDef::Composite(Composite::Named(fields)) = &mut neuron.value {
                fields.push((name.to_owned(), Value::u128(7)));
            }
        }
    }
}

fn calls() -> Vec<Call> {
    let netuid = SN;
    let mechanism = MechId(0);
    let weights = || Weights::new(vec![(Uid(1), 3), (Uid(4), u16::MAX)]).unwrap();
    let mut all = vec![
        Call::SetWeights {
            netuid,
            mechanism,
            weights: weights(),
            version_key: 9,
        },
        Call::CommitWeights {
            netuid,
            mechanism,
            hash: [7; 32],
        },
        Call::RevealWeights {
            netuid,
            mechanism,
            weights: weights(),
            salt: vec![1, 2],
            version_key: 9,
        },
        Call::CommitTimelockedWeights {
            netuid,
            mechanism,
            sealed: vec![1, 2, 3],
            reveal_round: 77,
            version: 4,
        },
    ];
    all.extend(calls::seldom());
    all
}

/// Counts mutations and checks what they leave.
struct Trial {
    before: Uses,
    finney: Upgrade,
    tried: usize,
}

impl Trial {
    fn mutation(&mut self, what: &str, expected: Expected<'_>, mutate: impl FnOnce(&mut Upgrade)) {
        self.tried += 1;
        let mut upgrade = self.finney.again();
        mutate(&mut upgrade);
        let after = upgrade.uses();
        let Expected::Named(name) = expected else {
            assert_eq!(after.ledger, self.before.ledger, "{what}");
            assert_eq!(after.calls, self.before.calls, "{what}");
            assert_eq!(after, self.before, "{what}");
            return;
        };
        let mut named = 0;
        let mut same =
            |before: &dyn std::fmt::Debug, after: String, error: Option<&String>| match error {
                Some(words) => {
                    assert!(
                        words.contains(name),
                        "{what}: `{words}` does not name {name}"
                    );
                    named += 1;
                }
                None => assert_eq!(after, format!("{before:?}"), "{what}"),
            };
        let before = &self.before;
        same(
            &before.neurons,
            format!("{:?}", after.neurons),
            after.neurons.as_ref().err(),
        );
        same(
            &before.rules,
            format!("{:?}", after.rules),
            after.rules.as_ref().err(),
        );
        same(
            &before.commits,
            format!("{:?}", after.commits),
            after.commits.as_ref().err(),
        );
        same(
            &before.failure,
            format!("{:?}", after.failure),
            after.failure.as_ref().err(),
        );
        for (call, data) in &after.calls {
            same(
                &before.calls[call],
                format!("{data:?}"),
                data.as_ref().err(),
            );
        }
        for (read, told) in &after.ledger {
            same(
                &self.before.ledger[read],
                format!("{told:?}"),
                told.as_ref().err(),
            );
        }
        assert!(named > 0, "{what}: nobody noticed");
    }
}

#[test]
fn two_hundred_upgrades_change_nothing_or_are_named() {
    let Some(finney) = Upgrade::finney() else {
        return;
    };
    let before = finney.uses();
    assert!(before.neurons.is_ok() && before.rules.is_ok() && before.commits.is_ok());
    assert!(before.calls.values().all(Result::is_ok) && before.failure.is_ok());
    for (read, told) in &before.ledger {
        assert!(told.is_ok(), "{read}: {told:?}");
    }
    let mut trial = Trial {
        before,
        finney,
        tried: 0,
    };
    neurons_change(&mut trial);
    storage_changes(&mut trial);
    calls_change(&mut trial);
    indices_change(&mut trial);
    wrappers_come_and_go(&mut trial);
    ledger::structs_change(&mut trial);
    ledger::items_change(&mut trial);
    ledger::events_change(&mut trial);
    assert!(trial.tried >= 200, "only {} mutations", trial.tried);
}

fn neurons_change(trial: &mut Trial) {
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

fn storage_changes(trial: &mut Trial) {
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

fn calls_change(trial: &mut Trial) {
    for call in calls() {
        let (pallet, name) = call.name();
        let pallet = trial.finney.pallet(pallet);
        let find = |upgrade: &mut Upgrade| {
            let pallet = &upgrade.metadata.pallets[pallet];
            let id = pallet.calls.as_ref().unwrap().ty.id;
            let mut found = upgrade.variants(id).iter();
            (id, found.position(|call| call.name == name).unwrap())
        };
        let (id, place) = find(&mut trial.finney);
        let count = trial.finney.variants(id)[place].fields.len();
        // All arguments of a call take the same way; of calls that are made seldom, the first and
        // the last are enough.
        let seldom = !matches!(
            call,
            Call::SetWeights { .. } | Call::CommitTimelockedWeights { .. }
        );
        let tried = |argument: &usize| !seldom || *argument == 0 || *argument + 1 == count;
        for argument in (0..count).filter(tried) {
            let what = format!("argument {argument} of {name} wrapped");
            trial.mutation(&what, Expected::Same, |upgrade| {
                let inner = upgrade.variants(id)[place].fields[argument].ty.id;
                let wrapper = upgrade.wrapped(inner);
                upgrade.variants(id)[place].fields[argument].ty = wrapper.into();
            });
            let what = format!("argument {argument} of {name} renamed");
            trial.mutation(&what, Expected::Named(name), |upgrade| {
                let fields = &mut upgrade.variants(id)[place].fields;
                fields[argument].name = Some("renamed".to_owned());
            });
            let what = format!("an argument added to {name} before {argument}");
            trial.mutation(&what, Expected::Named(name), |upgrade| {
                let fields = &mut upgrade.variants(id)[place].fields;
                let mut added = fields[0].clone();
                added.name = Some("added".to_owned());
                fields.insert(argument, added);
            });
        }
        trial.mutation(
            &format!("{name} renamed"),
            Expected::Named(name),
            |upgrade| {
                upgrade.variants(id)[place].name = "renamed".to_owned();
            },
        );
    }
}

fn indices_change(trial: &mut Trial) {
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

fn wrappers_come_and_go(trial: &mut Trial) {
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
