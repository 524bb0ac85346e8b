//! Structs whose fields are read by name.

use scale_info::{Path, TypeDef};

use super::{Expected, Fields, Trial, Upgrade};

/// Structs whose fields are read by name, what is read of each, and what an error names.
const STRUCTS: [(&str, &[&str], &str); 11] = [
    ("frame_system::AccountInfo", &["data"], "System.Account"),
    (
        "pallet_balances::types::AccountData",
        &["free", "reserved", "frozen"],
        "System.Account",
    ),
    (
        "pallet_subtensor::pallet::AxonInfo",
        &["block", "version", "ip", "port", "ip_type", "protocol"],
        "",
    ),
    (
        "pallet_commitments::types::Registration",
        &["deposit", "block", "info"],
        "Commitments.CommitmentOf",
    ),
    (
        "pallet_subtensor::rpc_info::stake_info::StakeInfo",
        &["hotkey", "coldkey", "netuid", "stake", "is_registered"],
        "StakeInfoRuntimeApi",
    ),
    (
        "pallet_subtensor::rpc_info::dynamic_info::DynamicInfo",
        &[
            "netuid",
            "owner_hotkey",
            "owner_coldkey",
            "subnet_name",
            "token_symbol",
            "tempo",
            "alpha_in",
            "alpha_out",
            "tao_in",
            "alpha_out_emission",
            "alpha_in_emission",
            "tao_in_emission",
            "network_registered_at",
            "moving_price",
        ],
        "SubnetInfoRuntimeApi",
    ),
    (
        "pallet_subtensor_swap_runtime_api::SimSwapResult",
        &["tao_amount", "alpha_amount", "tao_fee", "alpha_fee"],
        "SwapRuntimeApi.sim_swap",
    ),
    (
        "pallet_subtensor_swap_runtime_api::SubnetPrice",
        &["netuid", "price"],
        "SwapRuntimeApi.current_alpha_price_all",
    ),
    (
        "pallet_subtensor::rpc_info::metagraph::SelectiveMetagraph",
        &["hotkeys", "axons", "incentives", "tao_stake", "last_update"],
        "SubnetInfoRuntimeApi.get_selective_metagraph",
    ),
    (
        "pallet_transaction_payment::types::RuntimeDispatchInfo",
        &["partial_fee"],
        "TransactionPaymentApi.query_info",
    ),
    (
        "sp_runtime::transaction_validity::ValidTransaction",
        &["priority", "requires", "longevity"],
        "TaggedTransactionQueue.validate_transaction",
    ),
];

impl Upgrade {
    fn type_at(&self, path: &str) -> u32 {
        let path: Vec<_> = path.split("::").map(str::to_owned).collect();
        let types = &self.metadata.types.types;
        let found = types.iter().find(|found| {
            let Path { segments, .. } = &found.ty.path;
            *segments == path
        });
        found.unwrap_or_else(|| panic!("no {path:?}")).id
    }

    fn fields_of(&mut self, id: u32) -> &mut Fields {
        match &mut self.metadata.types.types[id as usize].ty.type_def {
            TypeDef::Composite(composite) => &mut composite.fields,
            other => panic!("{other:?} is no struct"),
        }
    }
}

/// Structs get fields, lose the order of theirs, and have them wrapped and renamed.
pub(super) fn change(trial: &mut Trial) {
    for (path, used, named) in STRUCTS {
        let id = trial.finney.type_at(path);
        let count = trial.finney.fields_of(id).len();
        // Neurons have their axon among what is kept of them, with the fields it has now.
        let is_of_neurons = named.is_empty();
        for place in [0, count].into_iter().filter(|_| !is_of_neurons) {
            let what = format!("a new field of {path} at place {place}");
            trial.mutation(&what, Expected::Same, |upgrade| {
                let number = upgrade.number_type();
                let fields = upgrade.fields_of(id);
                let mut field = fields[0].clone();
                field.name = Some("brand_new".to_owned());
                field.ty = number.into();
                fields.insert(place, field);
            });
        }
        trial.mutation(&format!("{path} turned round"), Expected::Same, |upgrade| {
            upgrade.fields_of(id).reverse();
        });
        for name in used {
            let find = |upgrade: &mut Upgrade| {
                let mut fields = upgrade.fields_of(id).iter();
                fields
                    .position(|field| field.name.as_deref() == Some(name))
                    .unwrap()
            };
            let place = find(&mut trial.finney);
            let what = format!("{name} of {path} wrapped");
            trial.mutation(&what, Expected::Same, |upgrade| {
                let inner = upgrade.fields_of(id)[place].ty.id;
                let wrapper = upgrade.wrapped(inner);
                upgrade.fields_of(id)[place].ty = wrapper.into();
            });
            if is_of_neurons {
                continue;
            }
            let what = format!("{name} of {path} renamed");
            trial.mutation(&what, Expected::Named(named), |upgrade| {
                upgrade.fields_of(id)[place].name = Some(format!("{name}_renamed"));
            });
        }
    }
}
