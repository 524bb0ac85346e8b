#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use scale_info::TypeInfo;

use crate::runtime::bounded_collections::bounded_vec::BoundedVec;
use crate::runtime::primitive_types::H256;
use crate::runtime::sp_core::crypto::AccountId32;
use crate::runtime::subtensor_runtime_common::{AlphaBalance, MechId, NetUid, TaoBalance};

#[derive(TypeInfo)]
#[scale_info(replace_segment("call", "pallet"))]
#[expect(
    non_camel_case_types,
    reason = "calls are named as the runtime names them"
)]
pub(crate) enum Call {
    #[codec(index = 0)]
    set_weights {
        netuid: NetUid,
        dests: Vec<u16>,
        weights: Vec<u16>,
        version_key: u64,
    },
    #[codec(index = 2)]
    add_stake {
        hotkey: AccountId32,
        netuid: NetUid,
        amount_staked: TaoBalance,
    },
    #[codec(index = 3)]
    remove_stake {
        hotkey: AccountId32,
        netuid: NetUid,
        amount_unstaked: AlphaBalance,
    },
    #[codec(index = 4)]
    serve_axon {
        netuid: NetUid,
        version: u32,
        ip: u128,
        port: u16,
        ip_type: u8,
        protocol: u8,
        placeholder1: u8,
        placeholder2: u8,
    },
    #[codec(index = 7)]
    burned_register { netuid: NetUid, hotkey: AccountId32 },
    #[codec(index = 83)]
    unstake_all { hotkey: AccountId32 },
    #[codec(index = 84)]
    unstake_all_alpha { hotkey: AccountId32 },
    #[codec(index = 85)]
    move_stake {
        origin_hotkey: AccountId32,
        destination_hotkey: AccountId32,
        origin_netuid: NetUid,
        destination_netuid: NetUid,
        alpha_amount: AlphaBalance,
    },
    #[codec(index = 86)]
    transfer_stake {
        destination_coldkey: AccountId32,
        hotkey: AccountId32,
        origin_netuid: NetUid,
        destination_netuid: NetUid,
        alpha_amount: AlphaBalance,
    },
    #[codec(index = 87)]
    swap_stake {
        hotkey: AccountId32,
        origin_netuid: NetUid,
        destination_netuid: NetUid,
        alpha_amount: AlphaBalance,
    },
    #[codec(index = 88)]
    add_stake_limit {
        hotkey: AccountId32,
        netuid: NetUid,
        amount_staked: TaoBalance,
        limit_price: TaoBalance,
        allow_partial: bool,
    },
    #[codec(index = 89)]
    remove_stake_limit {
        hotkey: AccountId32,
        netuid: NetUid,
        amount_unstaked: AlphaBalance,
        limit_price: TaoBalance,
        allow_partial: bool,
    },
    #[codec(index = 90)]
    swap_stake_limit {
        hotkey: AccountId32,
        origin_netuid: NetUid,
        destination_netuid: NetUid,
        alpha_amount: AlphaBalance,
        limit_price: TaoBalance,
        allow_partial: bool,
    },
    #[codec(index = 96)]
    commit_weights { netuid: NetUid, commit_hash: H256 },
    #[codec(index = 97)]
    reveal_weights {
        netuid: NetUid,
        uids: Vec<u16>,
        values: Vec<u16>,
        salt: Vec<u16>,
        version_key: u64,
    },
    #[codec(index = 103)]
    remove_stake_full_limit {
        hotkey: AccountId32,
        netuid: NetUid,
        limit_price: Option<TaoBalance>,
    },
    #[codec(index = 113)]
    commit_timelocked_weights {
        netuid: NetUid,
        commit: BoundedVec<u8>,
        reveal_round: u64,
        commit_reveal_version: u16,
    },
    #[codec(index = 115)]
    commit_mechanism_weights {
        netuid: NetUid,
        mecid: MechId,
        commit_hash: H256,
    },
    #[codec(index = 116)]
    reveal_mechanism_weights {
        netuid: NetUid,
        mecid: MechId,
        uids: Vec<u16>,
        values: Vec<u16>,
        salt: Vec<u16>,
        version_key: u64,
    },
    #[codec(index = 118)]
    commit_timelocked_mechanism_weights {
        netuid: NetUid,
        mecid: MechId,
        commit: BoundedVec<u8>,
        reveal_round: u64,
        commit_reveal_version: u16,
    },
    #[codec(index = 119)]
    set_mechanism_weights {
        netuid: NetUid,
        mecid: MechId,
        dests: Vec<u16>,
        weights: Vec<u16>,
        version_key: u64,
    },
}
