//! What becomes of everything we use when a runtime upgrade moves things about.
//!
//! Each mutation of finney's metadata stands for an upgrade. Values are encoded anew as the mutated
//! runtime would have them; what we read must then be what it was, or an error must name the item.

use axonry_core::NetUid;
use scale_info::Field;
use scale_info::form::PortableForm;

mod calls;
mod indices;
mod ledger;
mod made_up;
mod neurons;
mod storage;
mod structs;
mod trial;
mod upgrade;

use trial::{Expected, Trial, Uses, in_words};
use upgrade::Upgrade;

type Fields = Vec<Field<PortableForm>>;

const SN: NetUid = NetUid(1);
const SUBTENSOR: &str = "SubtensorModule";

/// The storage items that are read with code of their own.
const ITEMS: [&str; 11] = [
    "NetworksAdded",
    "Tempo",
    "MinAllowedWeights",
    "WeightsVersionKey",
    "WeightsSetRateLimit",
    "CommitRevealWeightsEnabled",
    "RevealPeriodEpochs",
    "ActivityCutoff",
    "ImmunityPeriod",
    "MaxAllowedUids",
    "WeightCommits",
];

#[test]
fn two_hundred_upgrades_change_nothing_or_are_named() {
    let Some(finney) = Upgrade::finney() else {
        return;
    };
    let before = finney.uses();
    assert!(before.neurons.is_ok() && before.rules.is_ok() && before.commits.is_ok());
    assert!(before.calls.values().all(Result::is_ok) && before.failure.is_ok());
    for (read, told) in &before.ledger {
        assert!(told.is_ok(), "{read}: {told:?}");
    }
    let mut trial = Trial {
        before,
        finney,
        tried: 0,
    };
    neurons::change(&mut trial);
    storage::change(&mut trial);
    calls::change(&mut trial);
    indices::change(&mut trial);
    indices::wrappers_come_and_go(&mut trial);
    structs::change(&mut trial);
    ledger::items_change(&mut trial);
    ledger::events_change(&mut trial);
    assert!(trial.tried >= 200, "only {} mutations", trial.tried);
}
