//! Hashers, types and defaults as in finney's metadata; the epoch's state as in spec 425.

use frame_metadata::v16::{PalletStorageMetadata, StorageEntryMetadata, StorageHasher};
use parity_scale_codec::Encode;
use scale_info::TypeInfo;

use crate::runtime::bounded_collections::bounded_vec::BoundedVec;
use crate::runtime::declare::{map, optional_map, storage as pallet_storage, value};
use crate::runtime::pallet_subtensor::pallet::{AxonInfo, EpochConsensus};
use crate::runtime::primitive_types::H256;
use crate::runtime::sp_core::crypto::AccountId32;
use crate::runtime::substrate_fixed::FixedU128;
use crate::runtime::subtensor_runtime_common::{
    AlphaBalance, NetUid, NetUidStorageIndex, TaoBalance,
};
use StorageHasher::{Blake2_128Concat as Blake, Identity, Twox64Concat as Twox};

pub(super) fn storage() -> Option<PalletStorageMetadata> {
    let entries = [network(), subnet(), neurons(), epochs(), commits()].concat();
    pallet_storage("SubtensorModule", entries)
}

fn by_netuid<V: TypeInfo + Encode + 'static>(
    name: &'static str,
    default: &V,
) -> StorageEntryMetadata {
    map::<NetUid, V>(name, &[Identity], default)
}

/// One value per neuron, in the order of uids.
fn by_uid<V: TypeInfo + Encode + 'static>(name: &'static str) -> StorageEntryMetadata {
    map::<NetUid, Vec<V>>(name, &[Identity], &Vec::new())
}

fn network() -> Vec<StorageEntryMetadata> {
    vec![
        value("TaoWeight", &971_718_665_099_567_868_u64),
        value("TotalNetworks", &0_u16),
        value("StakeThreshold", &0_u64),
        value("CommitRevealWeightsVersion", &4_u16),
        map::<AccountId32, _>("Owner", &[Blake], &AccountId32::default()),
        map::<(AccountId32, NetUid), _>(
            "TotalHotkeyAlpha",
            &[Blake, Identity],
            &AlphaBalance::default(),
        ),
        map::<(AccountId32, NetUid), _>(
            "TotalHotkeyShares",
            &[Blake, Identity],
            &FixedU128::default(),
        ),
        map::<(AccountId32, AccountId32, NetUid), _>(
            "Alpha",
            &[Blake, Blake, Identity],
            &FixedU128::default(),
        ),
        map::<(AccountId32, AccountId32, NetUid), _>(
            "StakingOperationRateLimiter",
            &[Blake, Blake, Identity],
            &false,
        ),
        map::<AccountId32, _>("StakingHotkeys", &[Blake], &Vec::<AccountId32>::new()),
        map::<AccountId32, _>("OwnedHotkeys", &[Blake], &Vec::<AccountId32>::new()),
        value("TotalStake", &TaoBalance::default()),
        map::<(AccountId32, NetUid), _>("IsNetworkMember", &[Blake, Identity], &false),
    ]
}

fn subnet() -> Vec<StorageEntryMetadata> {
    vec![
        by_netuid("NetworksAdded", &false),
        by_netuid("SubnetworkN", &0_u16),
        by_netuid("SubnetOwner", &AccountId32::default()),
        by_netuid("SubnetOwnerHotkey", &AccountId32::default()),
        by_netuid("NetworkRegisteredAt", &0_u64),
        by_netuid("Rho", &10_u16),
        by_netuid("Kappa", &32_767_u16),
        by_netuid("ImmunityPeriod", &4_096_u16),
        by_netuid("ActivityCutoff", &5_000_u16),
        by_netuid("MaxAllowedUids", &256_u16),
        by_netuid("MaxAllowedValidators", &128_u16),
        by_netuid("MinAllowedWeights", &1_024_u16),
        by_netuid("MaxWeightsLimit", &u16::MAX),
        by_netuid("WeightsVersionKey", &0_u64),
        by_netuid("WeightsSetRateLimit", &100_u64),
        by_netuid("ServingRateLimit", &50_u64),
        by_netuid("CommitRevealWeightsEnabled", &true),
        by_netuid("NetworkRegistrationAllowed", &true),
        by_netuid("RegistrationsThisBlock", &0_u16),
        by_netuid("RAORecycledForRegistration", &TaoBalance::default()),
        by_netuid("Burn", &TaoBalance::of(100_000_000)),
        by_netuid("MinBurn", &TaoBalance::of(500_000)),
        by_netuid("MaxBurn", &TaoBalance::of(100_000_000_000)),
        by_netuid("BurnHalfLife", &360_u16),
        // 1.26
        by_netuid("BurnIncreaseMult", &FixedU128::of_parts(126, 100)),
        by_netuid("MinNonImmuneUids", &10_u16),
        by_netuid("SubnetMechanism", &0_u16),
        by_netuid("SubtokenEnabled", &false),
        by_netuid("TransferToggle", &true),
        by_netuid("SubnetTAO", &TaoBalance::default()),
        by_netuid("SubnetAlphaIn", &AlphaBalance::default()),
        by_netuid("SubnetAlphaOut", &AlphaBalance::default()),
        by_netuid("SubnetVolume", &0_u128),
        by_netuid("TokenSymbol", &"\u{1d70f}".as_bytes().to_vec()),
        by_netuid("SubnetEpochConsensus", &EpochConsensus::Yuma),
        optional_map::<NetUid, Vec<u16>>("MechanismEmissionSplit", &[Twox]),
        map::<NetUid, _>("RevealPeriodEpochs", &[Twox], &1_u64),
        map::<NetUid, _>("MechanismCountCurrent", &[Twox], &1_u8),
    ]
}

fn neurons() -> Vec<StorageEntryMetadata> {
    vec![
        optional_map::<(NetUid, AccountId32), u16>("Uids", &[Identity, Blake]),
        map::<(NetUid, u16), _>("Keys", &[Identity, Identity], &AccountId32::default()),
        by_uid::<bool>("Active"),
        by_uid::<u16>("Rank"),
        by_uid::<u16>("Trust"),
        by_uid::<u16>("Consensus"),
        by_uid::<u16>("Dividends"),
        by_uid::<u16>("ValidatorTrust"),
        by_uid::<u16>("PruningScores"),
        by_uid::<bool>("ValidatorPermit"),
        by_uid::<AlphaBalance>("Emission"),
        map::<NetUidStorageIndex, _>("Incentive", &[Identity], &Vec::<u16>::new()),
        map::<NetUidStorageIndex, _>("LastUpdate", &[Identity], &Vec::<u64>::new()),
        map::<(NetUidStorageIndex, u16), _>(
            "Weights",
            &[Identity, Identity],
            &Vec::<(u16, u16)>::new(),
        ),
        map::<(NetUid, u16), _>("BlockAtRegistration", &[Identity, Identity], &0_u64),
        optional_map::<(NetUid, AccountId32), AxonInfo>("Axons", &[Identity, Blake]),
    ]
}

fn commits() -> Vec<StorageEntryMetadata> {
    vec![
        optional_map::<(NetUidStorageIndex, AccountId32), Vec<(H256, u64, u64, u64)>>(
            "WeightCommits",
            &[Twox, Twox],
        ),
        map::<(NetUidStorageIndex, u64), _>(
            "TimelockedWeightCommits",
            &[Twox, Twox],
            &Vec::<(AccountId32, u64, BoundedVec<u8>, u64)>::new(),
        ),
    ]
}

fn epochs() -> Vec<StorageEntryMetadata> {
    vec![
        by_netuid("Tempo", &360_u16),
        by_netuid("LastEpochBlock", &0_u64),
        by_netuid("PendingEpochAt", &0_u64),
        by_netuid("SubnetEpochIndex", &0_u64),
        by_netuid("BlocksSinceLastStep", &0_u64),
        by_netuid("LastMechansimStepBlock", &0_u64),
    ]
}
