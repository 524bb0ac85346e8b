//! `miner status`: what the chain knows of a hotkey.

use std::fmt::{self, Display, Formatter};

use anyhow::Result;
use axonry_chain::{Chain, Ledger, Neuron};
use axonry_core::Rao;
use clap::Args;
use serde::Serialize;

use crate::report::Answer;
use crate::subnet::{SubnetArguments, serving};

/// Whose standing, and where.
#[derive(Clone, Debug, Args)]
pub(crate) struct StatusArguments {
    #[command(flatten)]
    pub(crate) subnet: SubnetArguments,
}

/// A hotkey's standing in a subnet at one block.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    netuid: u16,
    block: u64,
    hotkey: String,
    /// Who owns the hotkey, if the chain knows it.
    coldkey: Option<String>,
    registered: bool,
    /// What there is of it in the subnet, if it is registered.
    neuron: Option<Standing>,
    /// Validators with a permit, and those of them that serve an axon.
    validators: usize,
    validators_serving: usize,
    /// What a registration burns now, in rao; absent where none are let in.
    burn_rao: Option<u64>,
}

/// A neuron as its owner asks about it.
#[derive(Debug, Serialize)]
struct Standing {
    uid: u16,
    /// In billionths of alpha.
    stake_rao: u64,
    /// Shares of the whole subnet, from 0 to 1.
    incentive: f64,
    consensus: f64,
    /// What it earned in the last epoch, in billionths of alpha.
    emission_rao: u64,
    validator_permit: bool,
    axon: Option<String>,
}

pub(crate) async fn status(asked: &StatusArguments) -> Result<Status> {
    let subnet = asked.subnet.connect().await?;
    let (chain, netuid, hotkey) = (&subnet.chain, subnet.netuid, subnet.hotkey());
    let head = chain.head().await?;
    let (metagraph, owner, registration) = tokio::try_join!(
        chain.metagraph(netuid, head),
        chain.owner_of(hotkey, head.hash),
        chain.registration(netuid, head.hash),
    )?;
    let own = metagraph.of(&hotkey);
    let others = metagraph.neurons().iter();
    let validators = others.filter(|one| one.validator_permit && one.hotkey != hotkey);
    let taking = validators.clone().filter(|one| serving(one).is_some());
    let status = Status {
        netuid: netuid.0,
        block: head.number.0,
        hotkey: hotkey.to_string(),
        coldkey: owner.map(|owner| owner.to_string()),
        registered: own.is_some(),
        neuron: own.map(Standing::of),
        validators_serving: taking.count(),
        validators: validators.count(),
        burn_rao: registration.allowed.then(|| registration.burn.rao()),
    };
    subnet.chain.close().await;
    Ok(status)
}

impl Standing {
    fn of(neuron: &Neuron) -> Self {
        let share = |part: u16| f64::from(part) / f64::from(u16::MAX);
        Self {
            uid: neuron.uid.0,
            stake_rao: neuron.stake.base_units(),
            incentive: share(neuron.incentive),
            consensus: share(neuron.consensus),
            emission_rao: neuron.emission.base_units(),
            validator_permit: neuron.validator_permit,
            axon: serving(neuron).map(|axon| axon.address.to_string()),
        }
    }
}

impl Answer for Status {}

impl Display for Status {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (netuid, block) = (self.netuid, self.block);
        writeln!(
            f,
            "hotkey {} in subnet {netuid} at block {block}",
            self.hotkey
        )?;
        if let Some(coldkey) = &self.coldkey {
            writeln!(f, "  owned by {coldkey}")?;
        }
        match (&self.neuron, self.burn_rao) {
            (Some(neuron), _) => {
                writeln!(f, "  uid {}", neuron.uid)?;
                let amount = |base_units| Rao::from_rao(base_units).to_string().replace('τ', "α");
                let (stake, emission) = (amount(neuron.stake_rao), amount(neuron.emission_rao));
                writeln!(f, "  stake {stake}, earned {emission} in the last epoch")?;
                let incentive = 100.0 * neuron.incentive;
                writeln!(f, "  incentive {incentive:.3} % of the subnet")?;
                match &neuron.axon {
                    Some(axon) => writeln!(f, "  serves at {axon}")?,
                    None => writeln!(f, "  serves no axon")?,
                }
            }
            (None, Some(burn)) => {
                let burn = Rao::from_rao(burn);
                writeln!(f, "  not registered; a registration burns {burn} now")?;
            }
            (None, None) => writeln!(f, "  not registered, and registrations are closed")?,
        }
        write!(
            f,
            "  {} validators with a permit, {} of them take requests",
            self.validators, self.validators_serving
        )
    }
}
