//! The runtime APIs, as `state_call` finds them: `Trait_method`.

use frame_metadata::v16::RuntimeApiMetadata;
use parity_scale_codec::Compact;

use super::declare::{api, method, param};
use super::pallet_subtensor::rpc_info::{
    delegate_info::DelegateInfo,
    dynamic_info::DynamicInfo,
    metagraph::{Metagraph, SelectiveMetagraph},
    neuron_info::{NeuronInfo, NeuronInfoLite},
    show_subnet::SubnetState,
    stake_info::StakeInfo,
    subnet_info::{
        HyperparamEntry, SubnetHyperparams, SubnetHyperparamsV2, SubnetInfo, SubnetInfov2,
    },
};
use super::pallet_subtensor_swap_runtime_api::{SimSwapResult, SubnetPrice};
use super::pallet_transaction_payment::types::{FeeDetails, RuntimeDispatchInfo};
use super::primitive_types::H256;
use super::sp_core::OpaqueMetadata;
use super::sp_core::crypto::AccountId32;
use super::sp_runtime::UncheckedExtrinsic;
use super::sp_runtime::transaction_validity::{
    TransactionSource, TransactionValidityError, ValidTransaction,
};
use super::sp_version::RuntimeVersion;
use super::sp_weights::weight_v2::Weight;
use super::subtensor_runtime_common::{AlphaBalance, MechId, NetUid, TaoBalance};

type Delegate = DelegateInfo<AccountId32>;
type Dynamic = DynamicInfo<AccountId32>;
type Info = SubnetInfo<AccountId32>;
type InfoV2 = SubnetInfov2<AccountId32>;
type Selective = SelectiveMetagraph<AccountId32>;
type Stake = StakeInfo<AccountId32>;
type Whole = Metagraph<AccountId32>;
type TransactionValidity = Result<ValidTransaction, TransactionValidityError>;

pub(super) fn apis() -> Vec<RuntimeApiMetadata> {
    [substrate(), subtensor()].concat()
}

/// Those that every node has.
fn substrate() -> Vec<RuntimeApiMetadata> {
    vec![
        api("Core", 5, vec![method::<RuntimeVersion>("version", vec![])]),
        api(
            "Metadata",
            2,
            vec![
                method::<OpaqueMetadata>("metadata", vec![]),
                method::<Option<OpaqueMetadata>>(
                    "metadata_at_version",
                    vec![param::<u32>("version")],
                ),
                method::<Vec<u32>>("metadata_versions", vec![]),
            ],
        ),
        api(
            "TaggedTransactionQueue",
            3,
            vec![method::<TransactionValidity>(
                "validate_transaction",
                vec![
                    param::<TransactionSource>("source"),
                    param::<UncheckedExtrinsic>("tx"),
                    param::<H256>("block_hash"),
                ],
            )],
        ),
        api(
            "AccountNonceApi",
            1,
            vec![method::<u32>(
                "account_nonce",
                vec![param::<AccountId32>("account")],
            )],
        ),
        api(
            "TransactionPaymentApi",
            4,
            vec![
                method::<RuntimeDispatchInfo<u64, Weight>>(
                    "query_info",
                    vec![param::<UncheckedExtrinsic>("uxt"), param::<u32>("len")],
                ),
                method::<FeeDetails<u64>>(
                    "query_fee_details",
                    vec![param::<UncheckedExtrinsic>("uxt"), param::<u32>("len")],
                ),
            ],
        ),
    ]
}

/// Those of `pallets/subtensor/runtime-api` and `pallets/swap/runtime-api`.
fn subtensor() -> Vec<RuntimeApiMetadata> {
    let netuid = || param::<NetUid>("netuid");
    let uid = || param::<u16>("uid");
    let delegate = || param::<AccountId32>("delegate_account");
    let fields = || param::<Vec<u16>>("metagraph_indexes");
    vec![
        api(
            "DelegateInfoRuntimeApi",
            1,
            vec![
                method::<Vec<Delegate>>("get_delegates", vec![]),
                method::<Option<Delegate>>("get_delegate", vec![delegate()]),
                method::<Vec<(Delegate, (Compact<NetUid>, Compact<AlphaBalance>))>>(
                    "get_delegated",
                    vec![param::<AccountId32>("delegatee_account")],
                ),
            ],
        ),
        api(
            "NeuronInfoRuntimeApi",
            1,
            vec![
                method::<Vec<NeuronInfo<AccountId32>>>("get_neurons", vec![netuid()]),
                method::<Option<NeuronInfo<AccountId32>>>("get_neuron", vec![netuid(), uid()]),
                method::<Vec<NeuronInfoLite<AccountId32>>>("get_neurons_lite", vec![netuid()]),
                method::<Option<NeuronInfoLite<AccountId32>>>(
                    "get_neuron_lite",
                    vec![netuid(), uid()],
                ),
            ],
        ),
        api(
            "SubnetInfoRuntimeApi",
            1,
            vec![
                method::<Option<Info>>("get_subnet_info", vec![netuid()]),
                method::<Vec<Option<Info>>>("get_subnets_info", vec![]),
                method::<Option<InfoV2>>("get_subnet_info_v2", vec![netuid()]),
                method::<Vec<Option<InfoV2>>>("get_subnets_info_v2", vec![]),
                method::<Option<SubnetHyperparams>>("get_subnet_hyperparams", vec![netuid()]),
                method::<Option<SubnetHyperparamsV2>>("get_subnet_hyperparams_v2", vec![netuid()]),
                method::<Option<Vec<HyperparamEntry>>>("get_subnet_hyperparams_v3", vec![netuid()]),
                method::<Vec<Option<Dynamic>>>("get_all_dynamic_info", vec![]),
                method::<Option<Dynamic>>("get_dynamic_info", vec![netuid()]),
                method::<Vec<Option<Whole>>>("get_all_metagraphs", vec![]),
                method::<Option<Whole>>("get_metagraph", vec![netuid()]),
                method::<Vec<Option<Whole>>>("get_all_mechagraphs", vec![]),
                method::<Option<Whole>>("get_mechagraph", vec![netuid(), param::<MechId>("mecid")]),
                method::<Option<SubnetState<AccountId32>>>("get_subnet_state", vec![netuid()]),
                method::<Option<Selective>>("get_selective_metagraph", vec![netuid(), fields()]),
                method::<Option<Selective>>(
                    "get_selective_mechagraph",
                    vec![netuid(), param::<MechId>("subid"), fields()],
                ),
                method::<Option<u64>>("get_next_epoch_start_block", vec![netuid()]),
            ],
        ),
        api(
            "StakeInfoRuntimeApi",
            1,
            vec![
                method::<Vec<Stake>>(
                    "get_stake_info_for_coldkey",
                    vec![param::<AccountId32>("coldkey_account")],
                ),
                method::<Vec<(AccountId32, Vec<Stake>)>>(
                    "get_stake_info_for_coldkeys",
                    vec![param::<Vec<AccountId32>>("coldkey_accounts")],
                ),
                method::<Option<Stake>>(
                    "get_stake_info_for_hotkey_coldkey_netuid",
                    vec![
                        param::<AccountId32>("hotkey_account"),
                        param::<AccountId32>("coldkey_account"),
                        netuid(),
                    ],
                ),
                method::<u64>(
                    "get_stake_fee",
                    vec![
                        param::<Option<(AccountId32, NetUid)>>("origin"),
                        param::<AccountId32>("origin_coldkey_account"),
                        param::<Option<(AccountId32, NetUid)>>("destination"),
                        param::<AccountId32>("destination_coldkey_account"),
                        param::<u64>("amount"),
                    ],
                ),
            ],
        ),
        api(
            "SwapRuntimeApi",
            1,
            vec![
                method::<u64>("current_alpha_price", vec![netuid()]),
                method::<Vec<SubnetPrice>>("current_alpha_price_all", vec![]),
                method::<SimSwapResult>(
                    "sim_swap_tao_for_alpha",
                    vec![netuid(), param::<TaoBalance>("tao")],
                ),
                method::<SimSwapResult>(
                    "sim_swap_alpha_for_tao",
                    vec![netuid(), param::<AlphaBalance>("alpha")],
                ),
            ],
        ),
    ]
}
