#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use frame_metadata::v16::{PalletMetadata, StorageHasher};
use parity_scale_codec::{Compact, Encode};
use scale_info::TypeInfo;

use super::declare::{
    constant, errors, events, list, map, optional_value, pallet as empty, storage, value,
};
use super::frame_support::dispatch::{DispatchClass, Pays};
use super::node_subtensor_runtime::RuntimeEvent;
use super::pallet_balances::types::AccountData;
use super::primitive_types::H256;
use super::sp_core::crypto::AccountId32;
use super::sp_runtime::generic::digest::Digest;
use super::sp_weights::weight_v2::Weight;

pub(super) fn pallet() -> PalletMetadata {
    use StorageHasher::{Blake2_128Concat, Twox64Concat};
    PalletMetadata {
        storage: storage(
            "System",
            vec![
                map::<AccountId32, AccountInfo<u32, AccountData<u64>>>(
                    "Account",
                    &[Blake2_128Concat],
                    &AccountInfo::default(),
                ),
                map::<u32, _>("BlockHash", &[Twox64Concat], &H256::default()),
                value("Number", &0_u32),
                value("ParentHash", &H256::default()),
                list::<Digest>("Digest"),
                list::<Vec<EventRecord<RuntimeEvent, H256>>>("Events"),
                value("EventCount", &0_u32),
                optional_value::<LastRuntimeUpgradeInfo>("LastRuntimeUpgrade"),
            ],
        ),
        event: events::<pallet::Event>(),
        error: errors::<pallet::Error>(),
        constants: vec![
            constant("BlockHashCount", &2_400_u32),
            constant("Version", &super::sp_version::own()),
            constant("SS58Prefix", &42_u16),
        ],
        ..empty("System", 0)
    }
}

#[derive(Encode, TypeInfo, Default)]
pub(crate) struct AccountInfo<Nonce, AccountData> {
    nonce: Nonce,
    consumers: u32,
    providers: u32,
    sufficients: u32,
    data: AccountData,
}

#[derive(TypeInfo)]
pub(crate) struct LastRuntimeUpgradeInfo {
    spec_version: Compact<u32>,
    spec_name: String,
}

#[derive(TypeInfo)]
pub(crate) struct EventRecord<E, T> {
    phase: Phase,
    event: E,
    topics: Vec<T>,
}

#[derive(TypeInfo)]
pub(crate) enum Phase {
    ApplyExtrinsic(u32),
    Finalization,
    Initialization,
}

#[derive(TypeInfo)]
pub(crate) struct DispatchEventInfo {
    weight: Weight,
    class: DispatchClass,
    pays_fee: Pays,
}

pub(crate) mod pallet {
    use scale_info::TypeInfo;

    use super::DispatchEventInfo;
    use crate::runtime::sp_core::crypto::AccountId32;
    use crate::runtime::sp_runtime::DispatchError;

    #[derive(TypeInfo)]
    pub(crate) enum Event {
        ExtrinsicSuccess {
            dispatch_info: DispatchEventInfo,
        },
        ExtrinsicFailed {
            dispatch_error: DispatchError,
            dispatch_info: DispatchEventInfo,
        },
        CodeUpdated,
        NewAccount {
            account: AccountId32,
        },
        KilledAccount {
            account: AccountId32,
        },
    }

    #[derive(TypeInfo)]
    #[scale_info(capture_docs = "always")]
    pub(crate) enum Error {
        /// The origin filter prevents the call from being dispatched.
        CallFiltered,
    }
}
