//! What lies beyond a validator's loop: nothing of it keeps a validator from its work.

use axonry_chain::{ChainError, Column};
use axonry_core::{Alpha, BlockHash, Coldkey, Hotkey, NetUid, Price, Rao};

use super::super::events::CARRIERS;
use super::super::item::StorageItem;
use super::calls::calls;
use super::{Feature, ItemKind, Report, Runtime, SUBTENSOR, Without, specimens};

pub(super) const NETUID: NetUid = NetUid(1);
pub(super) const HOTKEY: Hotkey = Hotkey::from_bytes([1; 32]);
pub(super) const COLDKEY: Coldkey = Coldkey::from_bytes([2; 32]);

type Stored<'a> = Option<&'a [u8]>;
/// Makes the key of a storage item and reads a value of it.
type TryStored = fn(&Runtime, Stored<'_>) -> Result<(), ChainError>;
/// Makes a request and reads an answer to it.
type TryAnswer = fn(&Runtime, &[u8]) -> Result<(), ChainError>;

const STORED: [(Feature, &str, &str, &str, TryStored); 10] = [
    (
        Feature::Balances,
        "System",
        "Account",
        "balances cannot be read",
        |runtime, stored| {
            runtime.balance_key(COLDKEY.account())?;
            runtime.balance(stored).map(drop)
        },
    ),
    (
        Feature::Staking,
        SUBTENSOR,
        "TotalHotkeyAlpha",
        "the stakes on a hotkey cannot be read",
        |runtime, stored| {
            let item = runtime.storage_item(SUBTENSOR, "TotalHotkeyAlpha")?;
            item.prefix((*HOTKEY.as_bytes(),))?;
            let key = item.key((*HOTKEY.as_bytes(), NETUID.0))?;
            item.decode_key::<([u8; 32], u16)>(&key)?;
            decoded::<u64>(&item, stored)
        },
    ),
    (
        Feature::Registration,
        SUBTENSOR,
        "Uids",
        "it cannot be told whether a hotkey is registered",
        |runtime, stored| {
            runtime.uid_key(NETUID, HOTKEY)?;
            runtime.uid(stored).map(drop)
        },
    ),
    (
        Feature::Registration,
        SUBTENSOR,
        "Owner",
        "the owner of a hotkey cannot be read",
        |runtime, stored| {
            runtime.owner_key(HOTKEY)?;
            runtime.owner(stored).map(drop)
        },
    ),
    (
        Feature::Registration,
        SUBTENSOR,
        "NetworkRegistrationAllowed",
        TERMS,
        |runtime, stored| of_subnet::<bool>(runtime, "NetworkRegistrationAllowed", stored),
    ),
    (
        Feature::Registration,
        SUBTENSOR,
        "Burn",
        TERMS,
        |runtime, stored| of_subnet::<u64>(runtime, "Burn", stored),
    ),
    (
        Feature::Registration,
        SUBTENSOR,
        "SubnetworkN",
        TERMS,
        |runtime, stored| of_subnet::<u16>(runtime, "SubnetworkN", stored),
    ),
    (
        Feature::Registration,
        SUBTENSOR,
        "SubnetOwner",
        TERMS,
        |runtime, stored| of_subnet::<[u8; 32]>(runtime, "SubnetOwner", stored),
    ),
    (
        Feature::Serving,
        SUBTENSOR,
        "Axons",
        "it cannot be told where a hotkey serves",
        |runtime, stored| {
            runtime.axon_key(NETUID, HOTKEY)?;
            runtime.axon(stored).map(drop)
        },
    ),
    (
        Feature::Commitments,
        "Commitments",
        "CommitmentOf",
        "commitments cannot be read",
        |runtime, stored| {
            runtime.commitment_key(NETUID, HOTKEY)?;
            let item = runtime.storage_item("Commitments", "CommitmentOf")?;
            let key = item.key((NETUID.0, *HOTKEY.as_bytes()))?;
            item.decode_key::<(u16, [u8; 32])>(&key)?;
            runtime.commitment(stored).map(drop)
        },
    ),
];

const TERMS: &str = "the terms of registration cannot be read";

const ANSWERED: [(Feature, &str, &str, &str, TryAnswer); 11] = [
    (
        Feature::Staking,
        "StakeInfoRuntimeApi",
        "get_stake_info_for_hotkey_coldkey_netuid",
        "one stake cannot be read",
        |runtime, answer| {
            runtime.stake_call(HOTKEY, COLDKEY, NETUID)?;
            runtime.stake(NETUID, answer).map(drop)
        },
    ),
    (
        Feature::Staking,
        "StakeInfoRuntimeApi",
        "get_stake_info_for_coldkey",
        "the stakes of a coldkey cannot be read",
        |runtime, answer| {
            runtime.stakes_of_coldkey_call(COLDKEY)?;
            runtime.stakes_of_coldkey(answer).map(drop)
        },
    ),
    (
        Feature::Staking,
        "SwapRuntimeApi",
        "sim_swap_tao_for_alpha",
        "what buying alpha comes to is reckoned from the pool",
        |runtime, answer| {
            runtime.purchase_call(NETUID, Rao::ZERO)?;
            runtime.purchase(NETUID, Rao::ZERO, answer).map(drop)
        },
    ),
    (
        Feature::Staking,
        "SwapRuntimeApi",
        "sim_swap_alpha_for_tao",
        "what selling alpha comes to is reckoned from the pool",
        |runtime, answer| {
            runtime.sale_call(Alpha::none_of(NETUID))?;
            runtime.sale(Alpha::none_of(NETUID), answer).map(drop)
        },
    ),
    (
        Feature::Subnets,
        "SubnetInfoRuntimeApi",
        "get_all_dynamic_info",
        "subnets cannot be listed",
        |runtime, answer| {
            runtime.subnets_call()?;
            runtime.netuids(answer).map(drop)
        },
    ),
    (
        Feature::Subnets,
        "SubnetInfoRuntimeApi",
        "get_dynamic_info",
        "a subnet cannot be looked at",
        |runtime, answer| {
            runtime.subnet_call(NETUID)?;
            let price = Price::per_alpha(Rao::from_rao(1));
            unless_none(runtime.subnet(NETUID, answer, price).map(drop))
        },
    ),
    (
        Feature::Subnets,
        "SwapRuntimeApi",
        "current_alpha_price",
        "prices cannot be read",
        |runtime, answer| {
            runtime.price_call(NETUID)?;
            runtime.price(answer).map(drop)
        },
    ),
    (
        Feature::Subnets,
        "SwapRuntimeApi",
        "current_alpha_price_all",
        "prices are asked for one by one",
        |runtime, answer| {
            runtime.prices_call()?;
            runtime.prices(answer).map(drop)
        },
    ),
    (
        Feature::Columns,
        "SubnetInfoRuntimeApi",
        "get_selective_metagraph",
        "columns of a metagraph cannot be read",
        |runtime, answer| {
            runtime.columns_call(NETUID, Column::ALL)?;
            unless_none(runtime.columns(NETUID, Column::ALL, answer).map(drop))
        },
    ),
    (
        Feature::Fees,
        "TransactionPaymentApi",
        "query_info",
        "fees cannot be told beforehand",
        |runtime, answer| {
            runtime.fee_call(&[1])?;
            runtime.fee(answer).map(drop)
        },
    ),
    (
        Feature::Fees,
        "TaggedTransactionQueue",
        "validate_transaction",
        "extrinsics cannot be tried beforehand",
        |runtime, answer| {
            runtime.validity_call(&[1], BlockHash([1; 32]))?;
            runtime.validity(answer).map(drop)
        },
    ),
];

/// The chain says of a subnet that there is none.
fn unless_none(outcome: Result<(), ChainError>) -> Result<(), ChainError> {
    match outcome {
        Err(ChainError::NoSubnet(_)) => Ok(()),
        outcome => outcome,
    }
}

fn of_subnet<T: scale_decode::DecodeAsType>(
    runtime: &Runtime,
    name: &str,
    stored: Stored<'_>,
) -> Result<(), ChainError> {
    let item = runtime.storage_item(SUBTENSOR, name)?;
    item.key((NETUID.0,))?;
    decoded::<T>(&item, stored)
}

fn decoded<T: scale_decode::DecodeAsType>(
    item: &StorageItem<'_>,
    stored: Stored<'_>,
) -> Result<(), ChainError> {
    item.decode::<T>(stored.unwrap_or_default()).map(drop)
}

impl Report<'_> {
    pub(super) fn ledger(&mut self) {
        let runtime = self.runtime;
        for (feature, pallet, name, consequence, read) in STORED {
            let full_name = format!("{pallet}.{name}");
            if runtime.storage_item(pallet, name).is_err() {
                let without = Without::AllBut(consequence);
                self.absent(feature, ItemKind::Storage, full_name, without);
                continue;
            }
            let outcome = read(runtime, Some(&self.stored(pallet, name)));
            self.tried(feature, ItemKind::Storage, full_name, outcome);
        }
        for (feature, api, method, consequence, read) in ANSWERED {
            let full_name = format!("{api}.{method}");
            let Ok(found) = runtime.method(api, method, &full_name) else {
                let without = Without::AllBut(consequence);
                self.absent(feature, ItemKind::RuntimeApi, full_name, without);
                continue;
            };
            let answers = specimens(runtime.metadata().types(), found.output_ty());
            let mut outcomes = answers.iter().map(|answer| read(runtime, answer));
            let outcome = outcomes.find(Result::is_err).unwrap_or(Ok(()));
            self.tried(feature, ItemKind::RuntimeApi, full_name, outcome);
        }
        for (feature, call) in calls() {
            let (pallet, name) = call.name();
            let full_name = format!("{pallet}.{name}");
            if self.has_call(pallet, name) {
                let outcome = runtime.call_data(&call);
                self.tried(feature, ItemKind::Call, full_name, outcome);
            } else {
                let without = Without::AllBut("the call cannot be made");
                self.absent(feature, ItemKind::Call, full_name, without);
            }
        }
        let name = "Balances.ExistentialDeposit".to_owned();
        let deposit = runtime.existential_deposit();
        self.tried(Feature::Balances, ItemKind::Constant, name, deposit);
        self.carriers();
    }

    /// The events that tell of a call inside another, each with what it says.
    fn carriers(&mut self) {
        let runtime = self.runtime;
        let types = runtime.metadata().types();
        for (pallet, event, _) in CARRIERS {
            let name = format!("{pallet}.{event}");
            let events = runtime
                .metadata()
                .pallet_by_name(pallet)
                .and_then(|pallet| pallet.event_variants())
                .unwrap_or_default();
            let Some(found) = events.iter().find(|found| found.name == event) else {
                let without = Without::AllBut("it does not tell when an inner call fails");
                self.absent(Feature::Batches, ItemKind::Event, name, without);
                continue;
            };
            let fields = found.fields.iter();
            let told: Vec<u8> = fields
                .flat_map(|field| super::specimen(types, field.ty.id))
                .collect();
            let outcome = runtime.inner_failure(pallet, event, &told, 0);
            self.tried(Feature::Batches, ItemKind::Event, name, outcome);
        }
    }
}
