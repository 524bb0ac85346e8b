//! What the runtime APIs answer with.
#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use parity_scale_codec::Compact;
use scale_info::TypeInfo;

use crate::runtime::sp_core::crypto::AccountId32;
use crate::runtime::subtensor_runtime_common::{AlphaBalance, NetUid, TaoBalance};

#[derive(TypeInfo)]
pub(crate) struct AxonInfo {
    block: u64,
    version: u32,
    ip: u128,
    port: u16,
    ip_type: u8,
    protocol: u8,
    placeholder1: u8,
    placeholder2: u8,
}

#[derive(TypeInfo)]
pub(crate) struct PrometheusInfo {
    block: u64,
    version: u32,
    ip: u128,
    port: u16,
    ip_type: u8,
}

#[derive(TypeInfo)]
pub(crate) struct NeuronInfo {
    hotkey: AccountId32,
    coldkey: AccountId32,
    uid: Compact<u16>,
    netuid: Compact<NetUid>,
    active: bool,
    axon_info: AxonInfo,
    prometheus_info: PrometheusInfo,
    stake: Vec<(AccountId32, Compact<AlphaBalance>)>,
    rank: Compact<u16>,
    emission: Compact<AlphaBalance>,
    incentive: Compact<u16>,
    consensus: Compact<u16>,
    trust: Compact<u16>,
    validator_trust: Compact<u16>,
    dividends: Compact<u16>,
    last_update: Compact<u64>,
    validator_permit: bool,
    weights: Vec<(Compact<u16>, Compact<u16>)>,
    bonds: Vec<(Compact<u16>, Compact<u16>)>,
    pruning_score: Compact<u16>,
}

#[derive(TypeInfo)]
pub(crate) struct NeuronInfoLite {
    hotkey: AccountId32,
    coldkey: AccountId32,
    uid: Compact<u16>,
    netuid: Compact<NetUid>,
    active: bool,
    axon_info: AxonInfo,
    prometheus_info: PrometheusInfo,
    stake: Vec<(AccountId32, Compact<AlphaBalance>)>,
    rank: Compact<u16>,
    emission: Compact<AlphaBalance>,
    incentive: Compact<u16>,
    consensus: Compact<u16>,
    trust: Compact<u16>,
    validator_trust: Compact<u16>,
    dividends: Compact<u16>,
    last_update: Compact<u64>,
    validator_permit: bool,
    pruning_score: Compact<u16>,
}

#[derive(TypeInfo)]
pub(crate) struct SubnetInfo {
    netuid: Compact<NetUid>,
    rho: Compact<u16>,
    kappa: Compact<u16>,
    difficulty: Compact<u64>,
    immunity_period: Compact<u16>,
    max_allowed_validators: Compact<u16>,
    min_allowed_weights: Compact<u16>,
    max_weights_limit: Compact<u16>,
    scaling_law_power: Compact<u16>,
    subnetwork_n: Compact<u16>,
    max_allowed_uids: Compact<u16>,
    blocks_since_last_step: Compact<u64>,
    tempo: Compact<u16>,
    network_modality: Compact<u16>,
    network_connect: Vec<[u16; 2]>,
    emission_values: Compact<u64>,
    burn: Compact<TaoBalance>,
    owner: AccountId32,
}

#[derive(TypeInfo)]
pub(crate) struct SubnetHyperparams {
    rho: Compact<u16>,
    kappa: Compact<u16>,
    immunity_period: Compact<u16>,
    min_allowed_weights: Compact<u16>,
    max_weights_limit: Compact<u16>,
    tempo: Compact<u16>,
    min_difficulty: Compact<u64>,
    max_difficulty: Compact<u64>,
    weights_version: Compact<u64>,
    weights_rate_limit: Compact<u64>,
    adjustment_interval: Compact<u16>,
    activity_cutoff: Compact<u16>,
    registration_allowed: bool,
    target_regs_per_interval: Compact<u16>,
    min_burn: Compact<TaoBalance>,
    max_burn: Compact<TaoBalance>,
    bonds_moving_avg: Compact<u64>,
    max_regs_per_block: Compact<u16>,
    serving_rate_limit: Compact<u64>,
    max_validators: Compact<u16>,
    adjustment_alpha: Compact<u64>,
    difficulty: Compact<u64>,
    commit_reveal_period: Compact<u64>,
    commit_reveal_weights_enabled: bool,
    alpha_high: Compact<u16>,
    alpha_low: Compact<u16>,
    liquid_alpha_enabled: bool,
}

#[derive(TypeInfo)]
pub(crate) struct SubnetIdentityV3 {
    subnet_name: Vec<u8>,
    github_repo: Vec<u8>,
    subnet_contact: Vec<u8>,
    subnet_url: Vec<u8>,
    discord: Vec<u8>,
    description: Vec<u8>,
    logo_url: Vec<u8>,
    additional: Vec<u8>,
}

#[derive(TypeInfo)]
pub(crate) struct ChainIdentityV2 {
    name: Vec<u8>,
    url: Vec<u8>,
    github_repo: Vec<u8>,
    image: Vec<u8>,
    discord: Vec<u8>,
    description: Vec<u8>,
    additional: Vec<u8>,
}

/// A signed number with 32 fractional bits.
#[derive(TypeInfo)]
pub(crate) struct FixedI128 {
    bits: i128,
}

/// Declares the metagraph and its selective twin, whose fields after the netuid may be left out.
macro_rules! metagraph {
    ($($field:ident: $ty:ty,)*; $($selective:ident: $selective_ty:ty,)*) => {
        #[derive(TypeInfo)]
        pub(crate) struct Metagraph {
            netuid: Compact<NetUid>,
            $($field: $ty,)*
        }

        #[derive(TypeInfo)]
        pub(crate) struct SelectiveMetagraph {
            netuid: Compact<NetUid>,
            $($field: Option<$ty>,)*
            $($selective: Option<$selective_ty>,)*
        }
    };
}

metagraph! {
    name: Vec<Compact<u8>>,
    symbol: Vec<Compact<u8>>,
    identity: Option<SubnetIdentityV3>,
    network_registered_at: Compact<u64>,
    owner_hotkey: AccountId32,
    owner_coldkey: AccountId32,
    block: Compact<u64>,
    tempo: Compact<u16>,
    last_step: Compact<u64>,
    blocks_since_last_step: Compact<u64>,
    subnet_emission: Compact<u64>,
    alpha_in: Compact<AlphaBalance>,
    alpha_out: Compact<AlphaBalance>,
    tao_in: Compact<TaoBalance>,
    alpha_out_emission: Compact<AlphaBalance>,
    alpha_in_emission: Compact<AlphaBalance>,
    tao_in_emission: Compact<TaoBalance>,
    pending_alpha_emission: Compact<AlphaBalance>,
    pending_root_emission: Compact<TaoBalance>,
    subnet_volume: Compact<u128>,
    moving_price: FixedI128,
    rho: Compact<u16>,
    kappa: Compact<u16>,
    min_allowed_weights: Compact<u16>,
    max_weights_limit: Compact<u16>,
    weights_version: Compact<u64>,
    weights_rate_limit: Compact<u64>,
    activity_cutoff: Compact<u16>,
    max_validators: Compact<u16>,
    num_uids: Compact<u16>,
    max_uids: Compact<u16>,
    burn: Compact<TaoBalance>,
    difficulty: Compact<u64>,
    registration_allowed: bool,
    pow_registration_allowed: bool,
    immunity_period: Compact<u16>,
    min_difficulty: Compact<u64>,
    max_difficulty: Compact<u64>,
    min_burn: Compact<TaoBalance>,
    max_burn: Compact<TaoBalance>,
    adjustment_alpha: Compact<u64>,
    adjustment_interval: Compact<u16>,
    target_regs_per_interval: Compact<u16>,
    max_regs_per_block: Compact<u16>,
    serving_rate_limit: Compact<u64>,
    commit_reveal_weights_enabled: bool,
    commit_reveal_period: Compact<u64>,
    liquid_alpha_enabled: bool,
    alpha_high: Compact<u16>,
    alpha_low: Compact<u16>,
    bonds_moving_avg: Compact<u64>,
    hotkeys: Vec<AccountId32>,
    coldkeys: Vec<AccountId32>,
    identities: Vec<Option<ChainIdentityV2>>,
    axons: Vec<AxonInfo>,
    active: Vec<bool>,
    validator_permit: Vec<bool>,
    pruning_score: Vec<Compact<u16>>,
    last_update: Vec<Compact<u64>>,
    emission: Vec<Compact<AlphaBalance>>,
    dividends: Vec<Compact<u16>>,
    incentives: Vec<Compact<u16>>,
    consensus: Vec<Compact<u16>>,
    trust: Vec<Compact<u16>>,
    rank: Vec<Compact<u16>>,
    block_at_registration: Vec<Compact<u64>>,
    alpha_stake: Vec<Compact<AlphaBalance>>,
    tao_stake: Vec<Compact<TaoBalance>>,
    total_stake: Vec<Compact<TaoBalance>>,
    tao_dividends_per_hotkey: Vec<(AccountId32, Compact<TaoBalance>)>,
    alpha_dividends_per_hotkey: Vec<(AccountId32, Compact<AlphaBalance>)>,
    ;
    validators: Vec<Compact<u16>>,
    commitments: Vec<(AccountId32, Vec<Compact<u8>>)>,
}
