use axonry_chain::Chain;
use axonry_core::{BlockNumber, Hotkey, MechId, Uid};
use axonry_neuron::chain_of;
use axonry_weights::{Path, window};

use super::chain::Reached;
use super::examination::Examination;
use crate::settings::SubnetSettings;

const CHECKS: [&str; 6] = [
    "registered",
    "permit",
    "stake",
    "version key",
    "rate limit",
    "commit-reveal",
];

/// Who the validator is in the subnet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    pub(super) uid: Uid,
    pub(super) last_update: BlockNumber,
}

/// What the subnet's state says about the hotkey.
pub(super) async fn examine(
    found: &mut Examination,
    settings: &SubnetSettings,
    chain: Option<&Reached>,
    hotkey: Option<&Hotkey>,
) -> Option<Standing> {
    let (Some(chain), Some(&hotkey)) = (chain, hotkey) else {
        found.skip(&CHECKS, "there is no connection, or no hotkey");
        return None;
    };
    let Some(rules) = &chain.rules else {
        found.skip(&CHECKS, "there is no subnet");
        return None;
    };
    let (substrate, netuid) = (&chain.substrate, chain.netuid);
    let metagraph = match substrate.metagraph(netuid, chain.head).await {
        Ok(metagraph) => metagraph,
        Err(error) => {
            found.fail(CHECKS[0], chain_of(&error), "ask another node");
            found.skip(&CHECKS[1..], "the neurons could not be read");
            return None;
        }
    };
    let Some(neuron) = metagraph.of(&hotkey) else {
        found.fail(
            "registered",
            format!("hotkey {hotkey} is not registered in subnet {netuid}"),
            "register it (`btcli subnet register`), or check --netuid, --wallet and --hotkey",
        );
        found.skip(&CHECKS[1..], "the hotkey is not registered");
        return None;
    };
    found.pass(
        "registered",
        format!("hotkey {hotkey} is uid {}", neuron.uid),
    );
    match neuron.validator_permit {
        true => found.pass("permit", "the hotkey may set weights"),
        false => found.fail(
            "permit",
            "the hotkey has no validator permit",
            "a permit goes to the neurons with most stake and is given at the next epoch: add stake, \
             or wait for it",
        ),
    }
    match neuron.stake.base_units() >= rules.stake_threshold {
        true => found.pass("stake", neuron.stake.to_string()),
        // The chain weighs inherited stake and TAO in as well, which the metagraph does not show.
        false => found.warn(
            "stake",
            format!(
                "{} in this subnet alone is below the {} base units that setting weights needs",
                neuron.stake, rules.stake_threshold
            ),
            "add stake, unless TAO and inherited stake make up for it",
        ),
    }
    match settings.version_key >= rules.weights_version_key {
        true => found.pass("version key", settings.version_key.to_string()),
        false => found.fail(
            "version key",
            format!(
                "the subnet takes {} and later, this sends {}",
                rules.weights_version_key, settings.version_key
            ),
            "update this validator, or raise --version-key",
        ),
    }
    let updates = substrate.last_updates(netuid, MechId(0), chain.head.hash);
    let last_update = match updates.await {
        Ok(updates) => {
            let updated = updates.get(usize::from(neuron.uid.0)).copied();
            let updated = updated.unwrap_or_default();
            let opens = window(chain.head.number, updated, rules).opens;
            found.pass(
                "rate limit",
                format!(
                    "last update in block {updated}, weights may be set again from block {opens} on"
                ),
            );
            updated
        }
        Err(error) => {
            found.fail("rate limit", chain_of(&error), "ask another node");
            BlockNumber(0)
        }
    };
    match Path::choose(rules, settings.commits.into()) {
        Ok(Path::Plain) => found.pass("commit-reveal", "off: weights are sent in the clear"),
        Ok(Path::Hash) => found.pass("commit-reveal", "weights are committed by hash"),
        Ok(_) => found.pass("commit-reveal", "weights are committed under a timelock"),
        Err(refusal) => found.fail("commit-reveal", refusal.to_string(), refusal.remedy()),
    }
    Some(Standing {
        uid: neuron.uid,
        last_update,
    })
}
