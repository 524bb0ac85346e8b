//! What lies beyond a validator's loop, through an upgrade.

use std::collections::BTreeMap;
use std::fmt::Debug;

use axonry_chain::{ChainError, Column};
use axonry_core::{Alpha, BlockHash, Coldkey, Hotkey, Price, Rao};
use axonry_substrate::offline::{Runtime, Values};
use scale_info::TypeDef;

use super::made_up::made_up;
use super::{Expected, SN, SUBTENSOR, Trial, Upgrade, in_words};

pub(super) const HOTKEY: Hotkey = Hotkey::from_bytes([1; 32]);
pub(super) const COLDKEY: Coldkey = Coldkey::from_bytes([2; 32]);
const COMMITMENTS: &str = "Commitments";

pub(super) type Reads = BTreeMap<&'static str, Result<String, String>>;

/// Everything that is read, by the item it is read from.
pub(super) fn reads(upgrade: &Upgrade, runtime: &Runtime) -> Reads {
    let types = &upgrade.metadata.types;
    let stored = |pallet: &str, name: &str| {
        let entries = upgrade.entries(pallet);
        let (_, value) = entries.iter().find(|(found, _)| found == name)?;
        Some(made_up(types, *value))
    };
    let answer = |api: &str, method: &str| {
        let mut apis = upgrade.metadata.apis.iter();
        let api = apis.find(|found| found.name == api).unwrap();
        let method = api.methods.iter().find(|found| found.name == method);
        made_up(types, method.unwrap().output.id)
    };
    let mut reads = Reads::new();
    reads.insert(
        "System.Account",
        told(|| {
            runtime.balance_key(COLDKEY.account())?;
            runtime.balance(stored("System", "Account").as_deref())
        }),
    );
    reads.insert(
        "SubtensorModule.Uids",
        told(|| {
            runtime.uid_key(SN, HOTKEY)?;
            runtime.uid(stored(SUBTENSOR, "Uids").as_deref())
        }),
    );
    reads.insert(
        "SubtensorModule.Owner",
        told(|| {
            runtime.owner_key(HOTKEY)?;
            runtime.owner(stored(SUBTENSOR, "Owner").as_deref())
        }),
    );
    reads.insert(
        "SubtensorModule.Axons",
        told(|| {
            runtime.axon_key(SN, HOTKEY)?;
            runtime.axon(stored(SUBTENSOR, "Axons").as_deref())
        }),
    );
    reads.insert(
        "Commitments.CommitmentOf",
        told(|| {
            runtime.commitment_key(SN, HOTKEY)?;
            runtime.commitment(stored(COMMITMENTS, "CommitmentOf").as_deref())
        }),
    );
    reads.insert(
        "the terms of registration",
        told(|| {
            let names = [
                "NetworksAdded",
                "NetworkRegistrationAllowed",
                "Burn",
                "SubnetworkN",
                "MaxAllowedUids",
                "SubnetOwner",
            ];
            let keys = runtime.registration_keys(SN)?;
            let values: Values = keys
                .into_iter()
                .zip(names.map(|name| stored(SUBTENSOR, name)))
                .collect();
            runtime.registration(SN, &values)
        }),
    );
    reads.insert(
        "one stake",
        told(|| {
            runtime.stake_call(HOTKEY, COLDKEY, SN)?;
            let method = "get_stake_info_for_hotkey_coldkey_netuid";
            runtime.stake(SN, &answer("StakeInfoRuntimeApi", method))
        }),
    );
    reads.insert(
        "stakes",
        told(|| {
            runtime.stakes_of_coldkey_call(COLDKEY)?;
            let answer = answer("StakeInfoRuntimeApi", "get_stake_info_for_coldkey");
            runtime.stakes_of_coldkey(&answer)
        }),
    );
    reads.insert(
        "subnets",
        told(|| {
            runtime.subnets_call()?;
            let subnets = answer("SubnetInfoRuntimeApi", "get_all_dynamic_info");
            let prices = match runtime.prices_call()? {
                Some(_) => {
                    let prices = answer("SwapRuntimeApi", "current_alpha_price_all");
                    runtime.prices(&prices)?
                }
                None => BTreeMap::new(),
            };
            let one = Price::per_alpha(Rao::from_rao(1));
            let netuids = runtime.netuids(&subnets)?.into_iter();
            let all = netuids.map(|netuid| (netuid, one)).collect();
            Ok((prices, runtime.subnets(&subnets, &all)?))
        }),
    );
    reads.insert(
        "one subnet",
        told(|| {
            runtime.subnet_call(SN)?;
            runtime.price_call(SN)?;
            let price = runtime.price(&answer("SwapRuntimeApi", "current_alpha_price"))?;
            let subnet = answer("SubnetInfoRuntimeApi", "get_dynamic_info");
            runtime.subnet(SN, &subnet, price)
        }),
    );
    reads.insert(
        "a purchase",
        told(|| {
            runtime.purchase_call(SN, Rao::from_rao(7))?;
            let answer = answer("SwapRuntimeApi", "sim_swap_tao_for_alpha");
            runtime.purchase(SN, Rao::from_rao(7), &answer)
        }),
    );
    reads.insert(
        "a sale",
        told(|| {
            let given = Alpha::from_base_units(SN, 7);
            runtime.sale_call(given)?;
            let answer = answer("SwapRuntimeApi", "sim_swap_alpha_for_tao");
            runtime.sale(given, &answer)
        }),
    );
    reads.insert(
        "columns",
        told(|| {
            runtime.columns_call(SN, Column::ALL)?;
            let answer = answer("SubnetInfoRuntimeApi", "get_selective_metagraph");
            runtime.columns(SN, Column::ALL, &answer)
        }),
    );
    reads.insert(
        "fee",
        told(|| {
            runtime.fee_call(&[1])?;
            runtime.fee(&answer("TransactionPaymentApi", "query_info"))
        }),
    );
    reads.insert(
        "validity",
        told(|| {
            runtime.validity_call(&[1], BlockHash([1; 32]))?;
            runtime.validity(&answer("TaggedTransactionQueue", "validate_transaction"))
        }),
    );
    reads.insert(
        "existential deposit",
        told(|| runtime.existential_deposit()),
    );
    reads.insert(
        "a batch that stopped",
        told(|| runtime.dispatch(upgrade.stopped_batch(), 0)),
    );
    reads
}

fn told<T: Debug>(read: impl FnOnce() -> Result<T, ChainError>) -> Result<String, String> {
    in_words(read().map(|read| format!("{read:?}")))
}

impl Upgrade {
    /// The events of a batch whose second call failed.
    fn stopped_batch(&self) -> Vec<u8> {
        let (pallet, error) = self.indices_of_error("HotKeyNotRegisteredInSubNet");
        let mut events = vec![2 << 2];
        let (stopped, success) = (
            self.event("Utility", "BatchInterrupted"),
            self.event("System", "ExtrinsicSuccess"),
        );
        let failed = [1, 0, 0, 0, 3, pallet, error, 0, 0, 0].to_vec();
        let info = made_up(&self.metadata.types, success.1);
        for (event, fields) in [(stopped.0, failed), (success.0, info)] {
            // Extrinsic 0, the event, no topics.
            events.extend([0, 0, 0, 0, 0]);
            events.extend(event);
            events.extend(fields);
            events.push(0);
        }
        events
    }

    /// The indices of an event, and the type of its first field.
    fn event(&self, pallet: &str, name: &str) -> ([u8; 2], u32) {
        let pallet = &self.metadata.pallets[self.pallet(pallet)];
        let events = pallet.event.as_ref().unwrap().ty.id;
        let TypeDef::Variant(events) = &self.metadata.types.resolve(events).unwrap().type_def
        else {
            panic!("events are an enum");
        };
        let event = events.variants.iter().find(|event| event.name == name);
        let event = event.unwrap();
        ([pallet.index, event.index], event.fields[0].ty.id)
    }
}

/// Items and methods go, or take other arguments.
pub(super) fn items_change(trial: &mut Trial) {
    for (pallet, name) in [
        ("System", "Account"),
        (SUBTENSOR, "Uids"),
        (SUBTENSOR, "Owner"),
        (SUBTENSOR, "Axons"),
        (SUBTENSOR, "Burn"),
        (SUBTENSOR, "SubnetworkN"),
        (COMMITMENTS, "CommitmentOf"),
    ] {
        let what = format!("{pallet}.{name} renamed");
        let place = trial.finney.pallet(pallet);
        trial.mutation(&what, Expected::Named(name), |upgrade| {
            let storage = upgrade.metadata.pallets[place].storage.as_mut().unwrap();
            let mut entries = storage.entries.iter_mut();
            let entry = entries.find(|entry| entry.name == name).unwrap();
            entry.name = format!("{name}Renamed");
        });
    }
    for (api, method) in [
        ("StakeInfoRuntimeApi", "get_stake_info_for_coldkey"),
        ("SubnetInfoRuntimeApi", "get_all_dynamic_info"),
        ("SubnetInfoRuntimeApi", "get_dynamic_info"),
        ("SubnetInfoRuntimeApi", "get_selective_metagraph"),
        ("SwapRuntimeApi", "current_alpha_price"),
        ("SwapRuntimeApi", "sim_swap_tao_for_alpha"),
        ("SwapRuntimeApi", "sim_swap_alpha_for_tao"),
        ("TransactionPaymentApi", "query_info"),
        ("TaggedTransactionQueue", "validate_transaction"),
    ] {
        let what = format!("an argument added to {api}.{method}");
        trial.mutation(&what, Expected::Named(method), |upgrade| {
            let taken = upgrade.metadata.apis.iter().flat_map(|api| &api.methods);
            let input = taken.flat_map(|method| &method.inputs).next().unwrap();
            let input = input.clone();
            let mut apis = upgrade.metadata.apis.iter_mut();
            let api = apis.find(|found| found.name == api).unwrap();
            let mut methods = api.methods.iter_mut();
            let method = methods.find(|found| found.name == method).unwrap();
            method.inputs.push(input);
        });
    }
    trial.mutation("prices one by one", Expected::Named(""), |upgrade| {
        let mut apis = upgrade.metadata.apis.iter_mut();
        let api = apis.find(|found| found.name == "SwapRuntimeApi").unwrap();
        let kept = |name: &str| name != "current_alpha_price";
        api.methods.retain(|method| kept(&method.name));
    });
}

/// Events and the calls of every pallet are numbered otherwise.
pub(super) fn events_change(trial: &mut Trial) {
    for pallet in ["Utility", "System"] {
        for by in 1..4 {
            let what = format!("events of {pallet} numbered from {by} on");
            trial.mutation(&what, Expected::Same, |upgrade| {
                let place = upgrade.pallet(pallet);
                let events = upgrade.metadata.pallets[place].event.as_ref().unwrap();
                let id = events.ty.id;
                let variants = upgrade.variants(id);
                let mut indices: Vec<_> = variants.iter().map(|one| one.index).collect();
                indices.rotate_left(by);
                for (variant, index) in variants.iter_mut().zip(indices) {
                    variant.index = index;
                }
            });
        }
    }
}
