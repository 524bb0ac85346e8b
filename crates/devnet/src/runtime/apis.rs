//! The runtime APIs, as `state_call` finds them: `Trait_method`.

use frame_metadata::v16::RuntimeApiMetadata;

use super::declare::{api, method, param};
use super::frame_support::dispatch::DispatchClass;
use super::pallet_subtensor::rpc_info::{
    Metagraph, NeuronInfo, NeuronInfoLite, SelectiveMetagraph, SubnetHyperparams, SubnetInfo,
};
use super::primitive_types::H256;
use super::sp_core::crypto::AccountId32;
use super::sp_runtime::UncheckedExtrinsic;
use super::sp_runtime::transaction_validity::{
    TransactionSource, TransactionValidityError, ValidTransaction,
};
use super::sp_version::RuntimeVersion;
use super::sp_weights::weight_v2::Weight;
use super::subtensor_runtime_common::NetUid;

#[derive(scale_info::TypeInfo)]
#[expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]
struct OpaqueMetadata(Vec<u8>);

#[derive(scale_info::TypeInfo)]
#[expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]
struct RuntimeDispatchInfo {
    weight: Weight,
    class: DispatchClass,
    partial_fee: u64,
}

type TransactionValidity = Result<ValidTransaction, TransactionValidityError>;

pub(super) fn apis() -> Vec<RuntimeApiMetadata> {
    let netuid = || param::<NetUid>("netuid");
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
            vec![method::<RuntimeDispatchInfo>(
                "query_info",
                vec![param::<UncheckedExtrinsic>("uxt"), param::<u32>("len")],
            )],
        ),
        api(
            "NeuronInfoRuntimeApi",
            1,
            vec![
                method::<Vec<NeuronInfo>>("get_neurons", vec![netuid()]),
                method::<Option<NeuronInfo>>("get_neuron", vec![netuid(), param::<u16>("uid")]),
                method::<Vec<NeuronInfoLite>>("get_neurons_lite", vec![netuid()]),
                method::<Option<NeuronInfoLite>>(
                    "get_neuron_lite",
                    vec![netuid(), param::<u16>("uid")],
                ),
            ],
        ),
        api(
            "SubnetInfoRuntimeApi",
            1,
            vec![
                method::<Option<SubnetInfo>>("get_subnet_info", vec![netuid()]),
                method::<Option<SubnetHyperparams>>("get_subnet_hyperparams", vec![netuid()]),
                method::<Option<Metagraph>>("get_metagraph", vec![netuid()]),
                method::<Option<SelectiveMetagraph>>(
                    "get_selective_metagraph",
                    vec![netuid(), param::<Vec<u16>>("metagraph_indexes")],
                ),
                method::<Option<u64>>("get_next_epoch_start_block", vec![netuid()]),
            ],
        ),
    ]
}
