//! Metadata that can be mutated, and values of its types.

use std::collections::BTreeMap;

use axonry_core::{Hotkey, MechId};
use axonry_substrate::dynamic::{Composite, Value, ValueDef};
use axonry_substrate::offline::{Runtime, Values};
use frame_metadata::v16::RuntimeMetadataV16;
use frame_metadata::{META_RESERVED, RuntimeMetadata, RuntimeMetadataPrefixed};
use parity_scale_codec::{Decode, Encode};
use scale_encode::EncodeAsType;
use scale_info::form::PortableForm;
use scale_info::{Path, PortableType, TypeDef, TypeDefComposite, TypeDefPrimitive, Variant};

use super::{Fields, ITEMS, SN, SUBTENSOR, Uses, calls, in_words, ledger};
use crate::recorded::{GENESIS, bytes, metadata, vectors};

/// The metadata, and values of its types.
pub(super) struct Upgrade {
    pub(super) metadata: RuntimeMetadataV16,
    pub(super) neurons: Value,
    pub(super) stored: BTreeMap<&'static str, Value>,
}

impl Upgrade {
    pub(super) fn finney() -> Option<Self> {
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

    pub(super) fn again(&self) -> Self {
        Self {
            metadata: self.metadata.clone(),
            neurons: self.neurons.clone(),
            stored: self.stored.clone(),
        }
    }

    pub(super) fn runtime(&self) -> Runtime {
        let metadata = RuntimeMetadata::V16(self.metadata.clone());
        let prefixed = RuntimeMetadataPrefixed(META_RESERVED, metadata);
        Runtime::decode(&prefixed.encode(), GENESIS).unwrap()
    }

    pub(super) fn encoded(&self, value: &Value, id: u32) -> Vec<u8> {
        let mut out = Vec::new();
        let types = &self.metadata.types;
        value.encode_as_type_to(id, types, &mut out).unwrap();
        out
    }

    /// Reads and encodes everything.
    pub(super) fn uses(&self) -> Uses {
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
        let calls = calls::all().into_iter().map(|call| {
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

    pub(super) fn neurons_type(&self) -> u32 {
        let mut methods = self.metadata.apis.iter().flat_map(|api| &api.methods);
        let method = methods.find(|method| {
            // Whatever it is called now, its answer is still a list of what it was.
            method.name.starts_with("get_neurons_lit")
        });
        method.unwrap().output.id
    }

    /// The items of a pallet with the types of their values.
    pub(super) fn entries(&self, pallet: &str) -> Vec<(String, u32)> {
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

    pub(super) fn pallet(&self, name: &str) -> usize {
        let mut pallets = self.metadata.pallets.iter();
        pallets.position(|pallet| pallet.name == name).unwrap()
    }

    pub(super) fn variants(&mut self, id: u32) -> &mut Vec<Variant<PortableForm>> {
        match &mut self.metadata.types.types[id as usize].ty.type_def {
            TypeDef::Variant(found) => &mut found.variants,
            other => panic!("{other:?} is no enum"),
        }
    }

    pub(super) fn indices_of_call(&self, pallet: &str, name: &str) -> Option<[u8; 2]> {
        let pallet = &self.metadata.pallets[self.pallet(pallet)];
        let calls = pallet.calls.as_ref()?.ty.id;
        let TypeDef::Variant(calls) = &self.metadata.types.resolve(calls)?.type_def else {
            return None;
        };
        let call = calls.variants.iter().find(|call| call.name == name)?;
        Some([pallet.index, call.index])
    }

    pub(super) fn indices_of_error(&self, name: &str) -> (u8, u8) {
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
    pub(super) fn neuron(&mut self) -> &mut Fields {
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
    pub(super) fn wrapped(&mut self, id: u32) -> u32 {
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
    pub(super) fn number_type(&self) -> u32 {
        let mut types = self.metadata.types.types.iter();
        let number = TypeDef::Primitive(TypeDefPrimitive::U16);
        types.find(|ty| ty.ty.type_def == number).unwrap().id
    }

    /// Gives every neuron a field of 16 bits more, at a place.
    pub(super) fn neuron_gets_a_field(&mut self, place: usize, name: &str) {
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
