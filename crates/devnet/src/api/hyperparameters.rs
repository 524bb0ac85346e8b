//! A subnet's rules by the names `SubnetHyperparams` gives them.

use axonry_core::NetUid;

use super::subnet::rules;
use crate::presented::{PresentedError, Value};
use crate::storage::Storage;
use crate::subtensor::PALLET;
use crate::subtensor::hyperparameters::of_subnet;

/// A rule: its name, the variant of `HyperparamValue` it is told as, and its value.
type Rule = (&'static str, &'static str, Value);

/// Rules this chain does not follow itself: it tells what the presented runtime starts with.
///
/// Name, variant, storage item.
const STORED: [(&str, &str, &str); 14] = [
    ("min_difficulty", "U64", "MinDifficulty"),
    ("max_difficulty", "U64", "MaxDifficulty"),
    ("difficulty", "U64", "Difficulty"),
    ("adjustment_interval", "U16", "AdjustmentInterval"),
    ("adjustment_alpha", "U64", "AdjustmentAlpha"),
    ("registration_allowed", "Bool", "NetworkRegistrationAllowed"),
    (
        "target_regs_per_interval",
        "U16",
        "TargetRegistrationsPerInterval",
    ),
    ("max_regs_per_block", "U16", "MaxRegistrationsPerBlock"),
    ("min_burn", "TaoBalance", "MinBurn"),
    ("max_burn", "TaoBalance", "MaxBurn"),
    ("bonds_moving_avg", "U64", "BondsMovingAverage"),
    ("liquid_alpha_enabled", "Bool", "LiquidAlphaOn"),
    ("transfers_enabled", "Bool", "TransferToggle"),
    ("bonds_reset_enabled", "Bool", "BondsResetOn"),
];

/// All rules of a subnet that this chain, or the presented runtime, knows something about.
fn all(storage: &Storage<'_>, netuid: NetUid, number: u64) -> Result<Vec<Rule>, PresentedError> {
    let rules = rules(storage, netuid, number)?;
    let short = |item, otherwise: u16| of_subnet(storage, item, netuid, otherwise);
    let mut all: Vec<Rule> = vec![
        ("rho", "U16", short("Rho", 10)?.into()),
        ("kappa", "U16", short("Kappa", 32_767)?.into()),
        ("immunity_period", "U16", rules.immunity_period.into()),
        (
            "min_allowed_weights",
            "U16",
            rules.min_allowed_weights.into(),
        ),
        ("max_weights_limit", "U16", rules.max_weights_limit.into()),
        ("tempo", "U16", rules.tempo().into()),
        ("weights_version", "U64", rules.weights_version_key.into()),
        ("weights_rate_limit", "U64", rules.weights_rate_limit.into()),
        ("activity_cutoff", "U64", rules.activity_cutoff.into()),
        (
            "serving_rate_limit",
            "U64",
            of_subnet(storage, "ServingRateLimit", netuid, 50_u64)?.into(),
        ),
        ("max_validators", "U16", rules.max_allowed_validators.into()),
        (
            "commit_reveal_period",
            "U64",
            rules.reveal_period_epochs.into(),
        ),
        (
            "commit_reveal_weights_enabled",
            "Bool",
            rules.commit_reveal_enabled.into(),
        ),
        ("subnet_is_active", "Bool", true.into()),
    ];
    for (name, variant, item) in STORED {
        let key = [netuid.0.into()];
        let value = if variant == "Bool" {
            storage.read::<bool>(PALLET, item, &key)?.map(Value::from)
        } else {
            storage.read::<u64>(PALLET, item, &key)?.map(Value::from)
        };
        all.extend(value.map(|value| (name, variant, value)));
    }
    let alpha: Option<(u16, u16)> = storage.read(PALLET, "AlphaValues", &[netuid.0.into()])?;
    if let Some((low, high)) = alpha {
        all.push(("alpha_low", "U16", low.into()));
        all.push(("alpha_high", "U16", high.into()));
    }
    Ok(all)
}

/// The rules as fields of a struct; it takes those that it has.
pub(super) fn fields(
    storage: &Storage<'_>,
    netuid: NetUid,
    number: u64,
) -> Result<Vec<(&'static str, Value)>, PresentedError> {
    let rules = all(storage, netuid, number)?.into_iter();
    Ok(rules.map(|(name, _, value)| (name, value)).collect())
}

/// The rules as a list of names and values, which is what `get_subnet_hyperparams_v3` answers.
pub(super) fn entries(
    storage: &Storage<'_>,
    netuid: NetUid,
    number: u64,
) -> Result<Value, PresentedError> {
    let rules = all(storage, netuid, number)?.into_iter();
    let entries = rules.map(|(name, variant, value)| {
        Value::Record(vec![
            ("name", Value::Bytes(name.as_bytes().to_vec())),
            ("value", Value::variant(variant, Value::List(vec![value]))),
        ])
    });
    Ok(Value::List(entries.collect()))
}
