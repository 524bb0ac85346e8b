//! A runtime small enough to be declared here, with what the client needs and nothing else.
//!
//! Types are wrapped and have fields in places where finney's have none, as a later runtime's may.

#![expect(
    clippy::cast_possible_truncation,
    reason = "the code that derives encoding casts the indices of variants"
)]

use std::collections::BTreeMap;

use axonry_core::NetUid;
use axonry_substrate::offline::Runtime;
use frame_metadata::RuntimeMetadataPrefixed;
use frame_metadata::v15::{
    CustomMetadata, ExtrinsicMetadata, OuterEnums, PalletConstantMetadata, PalletEventMetadata,
    PalletMetadata, PalletStorageMetadata, RuntimeApiMetadata, RuntimeApiMethodMetadata,
    RuntimeApiMethodParamMetadata, RuntimeMetadataV15, StorageEntryMetadata, StorageEntryModifier,
    StorageEntryType, StorageHasher,
};
use parity_scale_codec::{Compact, Encode};
use scale_info::build::{Fields, Variants};
use scale_info::{Path, Type, TypeInfo, meta_type};

use crate::recorded::GENESIS;

pub(crate) const SN: NetUid = NetUid(1);

#[derive(Encode, TypeInfo)]
struct Version {
    spec_name: String,
    spec_version: u32,
    transaction_version: u32,
}

/// A wrapped number, as finney's own since mid-2026.
#[derive(Encode, TypeInfo)]
struct Wrapped<T>(T);

#[derive(Encode, TypeInfo)]
pub(crate) struct ToyNeuron {
    hotkey: Wrapped<[u8; 32]>,
    coldkey: Wrapped<[u8; 32]>,
    #[codec(compact)]
    uid: u16,
    netuid: Wrapped<u16>,
    active: bool,
    axon_info: ToyAxon,
    stake: Vec<(Wrapped<[u8; 32]>, Compact<u64>)>,
    added_later: Option<Vec<u8>>,
    emission: Wrapped<u64>,
    incentive: u16,
    consensus: u16,
    validator_trust: u16,
    dividends: u16,
    last_update: u64,
    validator_permit: bool,
}

#[derive(Encode, TypeInfo)]
struct ToyAxon {
    port: u16,
    ip: u128,
    block: u64,
    version: u32,
    ip_type: u8,
    protocol: u8,
}

#[derive(Encode, TypeInfo)]
pub(crate) enum SystemEvent {
    ExtrinsicSuccess,
    ExtrinsicFailed { dispatch_error: DispatchError },
}

/// The second runtime has the events the other way round.
#[derive(Encode, TypeInfo)]
pub(crate) enum SystemEventOfTwo {
    ExtrinsicFailed { dispatch_error: DispatchError },
    ExtrinsicSuccess,
}

#[derive(Encode)]
pub(crate) enum DispatchError {
    BadOrigin,
    Token(TokenError),
}

/// By hand, because clients know the type by its path.
impl TypeInfo for DispatchError {
    type Identity = Self;

    fn type_info() -> Type {
        let variants = Variants::new()
            .variant("BadOrigin", |variant| variant.index(0))
            .variant("Token", |variant| {
                let error = Fields::unnamed().field(|field| field.ty::<TokenError>());
                variant.index(1).fields(error)
            });
        let path = Path::from_segments(["sp_runtime", "DispatchError"]).unwrap();
        Type::builder().path(path).variant(variants)
    }
}

#[derive(Encode, TypeInfo)]
pub(crate) enum TokenError {
    Frozen,
}

/// Where the events are, and one of them for the extrinsic of an index.
pub(crate) fn event(index: u32, event: impl Encode) -> (Vec<u8>, Vec<u8>) {
    let key = runtime().storage_key("System", "Events", &[]).unwrap();
    // Phase, pallet, event, topics.
    let record = (0_u8, index, 0_u8, event, Vec::<[u8; 32]>::new());
    (key, vec![record].encode())
}

/// Where an item is for subnet 1.
pub(crate) fn key_of_subnet(item: &str) -> Vec<u8> {
    let key = runtime().storage_key("SubtensorModule", item, &[&SN.0.encode()]);
    key.unwrap()
}

fn runtime() -> Runtime {
    Runtime::decode(&metadata(1), GENESIS).unwrap()
}

/// What the toy's chain has in it for subnet 1.
pub(crate) fn storage() -> BTreeMap<Vec<u8>, Vec<u8>> {
    let number = runtime().storage_key("System", "Number", &[]).unwrap();
    BTreeMap::from([
        (number, 500_u32.encode()),
        (key_of_subnet("NetworksAdded"), true.encode()),
        (key_of_subnet("Tempo"), 20_u16.encode()),
        (key_of_subnet("LastEpochBlock"), 490_u64.encode()),
        (key_of_subnet("SubnetEpochIndex"), 24_u64.encode()),
        (key_of_subnet("BlocksSinceLastStep"), 10_u64.encode()),
    ])
}

/// The answer of `get_neurons_lite` for subnet 1; there is no other.
pub(crate) fn neurons(netuid: u16) -> Vec<u8> {
    let neuron = |uid: u16| {
        let key = [u8::try_from(uid).unwrap() + 1; 32];
        ToyNeuron {
            hotkey: Wrapped(key),
            coldkey: Wrapped([0xcc; 32]),
            uid,
            netuid: Wrapped(netuid),
            active: true,
            axon_info: ToyAxon {
                port: 8091 + uid,
                ip: 2_130_706_433,
                block: 3,
                version: 1,
                ip_type: 4,
                protocol: 4,
            },
            stake: vec![
                (Wrapped([0xcc; 32]), Compact(1000 + u64::from(uid))),
                (Wrapped([0xdd; 32]), Compact(1)),
            ],
            added_later: Some(vec![1, 2, 3]),
            emission: Wrapped(7),
            incentive: uid,
            consensus: 0,
            validator_trust: 0,
            dividends: 0,
            last_update: 480,
            validator_permit: uid == 0,
        }
    };
    let count = if netuid == SN.0 { 3 } else { 0 };
    (0..count).map(neuron).collect::<Vec<_>>().encode()
}

/// Metadata of version 15, for a spec version of choice.
pub(crate) fn metadata(spec: u32) -> Vec<u8> {
    let version = Version {
        spec_name: "toy".into(),
        spec_version: spec,
        transaction_version: 1,
    };
    let system = PalletMetadata {
        constants: vec![PalletConstantMetadata {
            name: "Version",
            ty: meta_type::<Version>(),
            value: version.encode(),
            docs: Vec::new(),
        }],
        event: Some(PalletEventMetadata {
            ty: match spec {
                1 => meta_type::<SystemEvent>(),
                _ => meta_type::<SystemEventOfTwo>(),
            },
        }),
        ..pallet(
            "System",
            0,
            vec![
                entry(
                    "Number",
                    StorageEntryType::Plain(meta_type::<u32>()),
                    0_u32.encode(),
                ),
                entry(
                    "Events",
                    StorageEntryType::Plain(meta_type::<Vec<u8>>()),
                    vec![0],
                ),
            ],
        )
    };
    let subtensor = pallet(
        "SubtensorModule",
        7,
        vec![
            by_subnet::<bool>("NetworksAdded", &false),
            match spec {
                1 => by_subnet::<u16>("Tempo", &360),
                _ => by_subnet::<u32>("Tempo", &360),
            },
            by_subnet::<u16>("MinAllowedWeights", &1),
            by_subnet::<u64>("WeightsSetRateLimit", &100),
            by_subnet::<Wrapped<u64>>("WeightsVersionKey", &Wrapped(3)),
            by_subnet::<u64>("LastEpochBlock", &0),
            by_subnet::<u64>("PendingEpochAt", &0),
            by_subnet::<u64>("SubnetEpochIndex", &0),
            by_subnet::<u64>("BlocksSinceLastStep", &0),
        ],
    );
    let neurons = RuntimeApiMetadata {
        name: "NeuronInfoRuntimeApi",
        methods: vec![RuntimeApiMethodMetadata {
            name: "get_neurons_lite",
            inputs: vec![RuntimeApiMethodParamMetadata {
                name: "netuid",
                ty: meta_type::<Wrapped<u16>>(),
            }],
            output: meta_type::<Vec<ToyNeuron>>(),
            docs: Vec::new(),
        }],
        docs: Vec::new(),
    };
    let nothing = meta_type::<()>();
    let extrinsic = ExtrinsicMetadata {
        version: 4,
        address_ty: nothing,
        call_ty: nothing,
        signature_ty: nothing,
        extra_ty: nothing,
        signed_extensions: Vec::new(),
    };
    let outer = OuterEnums {
        call_enum_ty: nothing,
        event_enum_ty: nothing,
        error_enum_ty: nothing,
    };
    let custom = CustomMetadata {
        map: BTreeMap::new(),
    };
    let pallets = vec![system, subtensor];
    let metadata =
        RuntimeMetadataV15::new(pallets, extrinsic, nothing, vec![neurons], outer, custom);
    RuntimeMetadataPrefixed::from(metadata).encode()
}

fn pallet(name: &'static str, index: u8, entries: Vec<StorageEntryMetadata>) -> PalletMetadata {
    PalletMetadata {
        name,
        storage: Some(PalletStorageMetadata {
            prefix: name,
            entries,
        }),
        calls: None,
        event: None,
        constants: Vec::new(),
        error: None,
        index,
        docs: Vec::new(),
    }
}

fn by_subnet<T: Encode + TypeInfo + 'static>(
    name: &'static str,
    default: &T,
) -> StorageEntryMetadata {
    let map = StorageEntryType::Map {
        hashers: vec![StorageHasher::Identity],
        key: meta_type::<Wrapped<u16>>(),
        value: meta_type::<T>(),
    };
    entry(name, map, default.encode())
}

fn entry(
    name: &'static str,
    ty: StorageEntryType<scale_info::form::MetaForm>,
    default: Vec<u8>,
) -> StorageEntryMetadata {
    StorageEntryMetadata {
        name,
        modifier: StorageEntryModifier::Default,
        ty,
        default,
        docs: Vec::new(),
    }
}
