//! The own runtime's types go by the names that clients know from real runtimes.

use std::collections::{BTreeMap, BTreeSet};

use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};
use jsonrpsee::rpc_params;
use parity_scale_codec::Decode;
use scale_info::PortableRegistry;

use crate::foreign::blob;
use crate::rig::{bytes, config, rig};

/// What spec 393 does not have, or has as the number it is on the wire.
const NEWER: [&str; 8] = [
    "pallet_subtensor::pallet::EpochConsensus",
    "pallet_subtensor::rpc_info::subnet_info::HyperparamEntry",
    "pallet_subtensor::rpc_info::subnet_info::HyperparamValue",
    "subtensor_runtime_common::AlphaBalance",
    "subtensor_runtime_common::MechId",
    "subtensor_runtime_common::NetUid",
    "subtensor_runtime_common::NetUidStorageIndex",
    "subtensor_runtime_common::TaoBalance",
];

/// Every type with a path, and the parameters that stand for a type in all its uses.
fn paths(blob: &[u8]) -> BTreeMap<String, BTreeSet<String>> {
    let metadata = RuntimeMetadataPrefixed::decode(&mut &*blob).expect("metadata");
    let types: PortableRegistry = match metadata.1 {
        RuntimeMetadata::V14(metadata) => metadata.types,
        RuntimeMetadata::V15(metadata) => metadata.types,
        RuntimeMetadata::V16(metadata) => metadata.types,
        other => panic!("metadata of version {}", other.version()),
    };
    let mut paths = BTreeMap::new();
    for ty in types.types {
        let path = ty.ty.path.to_string();
        let parameters = ty.ty.type_params.iter();
        let of_types = parameters.filter(|one| one.ty.is_some());
        paths.insert(path, of_types.map(|one| one.name.clone()).collect());
    }
    paths.remove("");
    paths
}

#[tokio::test]
async fn the_own_runtimes_types_have_the_paths_of_a_real_one() {
    let Some(finney) = blob("finney.scale") else {
        return;
    };
    let rig = rig(config()).await;
    let own = rig.ask("state_getMetadata", rpc_params![]).await;
    let (own, finney) = (paths(&bytes(&own)), paths(&finney));
    for (path, parameters) in own {
        let Some(real) = finney.get(&path) else {
            assert!(NEWER.contains(&&*path), "spec 393 has no `{path}`");
            continue;
        };
        // Of the parameters, clients go by those of addresses and extrinsics.
        if path.contains("multiaddress") || path.contains("unchecked_extrinsic") {
            assert_eq!(parameters, *real, "{path}");
        }
    }
}
