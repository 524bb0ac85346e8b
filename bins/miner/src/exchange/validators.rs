//! Whom a token is handed to.

use std::fmt::{self, Display, Formatter};

use anyhow::{Context, Result};
use axonry_chain::{Metagraph, Neuron};
use axonry_core::{Hotkey, Rao, Uid};
use axonry_wire::Target;
use clap::Args;
use serde::Serialize;

use crate::report::Failure;
use crate::subnet::serving;

/// Which validators are meant.
#[derive(Clone, Debug, Args)]
pub(crate) struct Choice {
    /// Only validators with more validator trust than this, from 0 to 1 [default: any].
    #[arg(long, value_name = "NUMBER", value_parser = trust)]
    min_vtrust: Option<f64>,
    /// Only validators with at least so much stake, in alpha [default: any].
    #[arg(long, value_name = "ALPHA", value_parser = alpha)]
    min_stake: Option<u64>,
    /// Only the validator in this slot; can be given several times.
    #[arg(long = "validator", value_name = "UID")]
    uids: Vec<u16>,
}

/// Validators with a permit: those that can be asked, and the others.
#[derive(Debug)]
pub(crate) struct Validators {
    pub(crate) targets: Vec<Target>,
    pub(crate) skipped: Vec<Skipped>,
}

/// A validator that is not asked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Skipped {
    uid: u16,
    vtrust: f64,
    stake: f64,
    reasons: Vec<String>,
}

impl Choice {
    /// Goes through all who may set weights, but for the miner itself.
    pub(crate) fn among(
        &self,
        metagraph: &Metagraph,
        miner: &Hotkey,
    ) -> Result<Validators, Failure> {
        let (mut targets, mut skipped) = (Vec::new(), Vec::new());
        let chosen = |neuron: &&Neuron| {
            let meant = self.uids.is_empty() || self.uids.contains(&neuron.uid.0);
            neuron.validator_permit && neuron.hotkey != *miner && meant
        };
        for neuron in metagraph.neurons().iter().filter(chosen) {
            let reasons = self.reasons_against(neuron);
            match (serving(neuron), reasons.is_empty()) {
                (Some(axon), true) => targets.push(Target {
                    uid: neuron.uid,
                    hotkey: neuron.hotkey,
                    address: axon.address,
                }),
                _ => skipped.push(Skipped {
                    uid: neuron.uid.0,
                    vtrust: vtrust(neuron),
                    stake: whole(neuron.stake.base_units()),
                    reasons,
                }),
            }
        }
        if targets.is_empty() {
            let mut failure = Failure::new("no_validators_eligible", nobody(&skipped));
            let skipped = serde_json::to_value(skipped).expect("numbers and texts are JSON");
            failure.beside.insert("skipped".to_owned(), skipped);
            return Err(failure);
        }
        Ok(Validators { targets, skipped })
    }

    fn reasons_against(&self, neuron: &Neuron) -> Vec<String> {
        let mut reasons = Vec::new();
        let (trusted, least) = (vtrust(neuron), self.min_vtrust);
        if let Some(least) = least.filter(|least| trusted <= *least) {
            reasons.push(format!("validator trust {trusted:.2} not above {least}"));
        }
        if serving(neuron).is_none() {
            reasons.push("not serving an axon".to_owned());
        }
        let stake = neuron.stake.base_units();
        if let Some(least) = self.min_stake.filter(|least| stake < *least) {
            reasons.push(format!(
                "stake {} α below {} α threshold",
                grouped(stake),
                grouped(least)
            ));
        }
        reasons
    }
}

impl Validators {
    /// Who answered.
    pub(crate) fn asked(&self, uid: Uid) -> Result<&Target> {
        let target = self.targets.iter().find(|one| one.uid == uid);
        target.context("an answer of somebody who was not asked")
    }
}

impl Display for Skipped {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "uid {}: skipped, {}", self.uid, self.reasons.join(", "))
    }
}

fn nobody(skipped: &[Skipped]) -> String {
    match skipped {
        [] => {
            "no other neuron of the subnet has a validator permit: is it the right subnet?".into()
        }
        some => {
            let some: Vec<_> = some.iter().take(8).map(ToString::to_string).collect();
            format!("no validator can be asked: {}", some.join("; "))
        }
    }
}

fn vtrust(neuron: &Neuron) -> f64 {
    f64::from(neuron.validator_trust) / f64::from(u16::MAX)
}

/// Billionths as a number to look at.
fn whole(base_units: u64) -> f64 {
    base_units as f64 / 1e9
}

/// Whole units with commas, as upstream writes stakes.
fn grouped(base_units: u64) -> String {
    let digits = (base_units / 1_000_000_000).to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn trust(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|n| (0.0..=1.0).contains(n));
    number.ok_or_else(|| "a number from 0 to 1 is expected".to_owned())
}

/// Alpha counts billionths, as TAO does.
fn alpha(text: &str) -> Result<u64, String> {
    let amount = text.parse::<Rao>().map(Rao::rao);
    amount.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stakes_are_written_as_upstream_writes_them() {
        for (base_units, text) in [
            (0, "0"),
            (999_900_000_000, "999"),
            (1_200_000_000_000, "1,200"),
            (21_000_000_000_000_000, "21,000,000"),
        ] {
            assert_eq!(grouped(base_units), text);
        }
        assert_eq!(alpha("15000"), Ok(15_000_000_000_000));
        assert!(alpha("much").is_err() && trust("1.5").is_err() && trust("nan").is_err());
    }
}
