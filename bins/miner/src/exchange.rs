//! `miner post` and `miner check`: the token exchange from a miner's side.

mod check;
mod post;
mod validators;

use anyhow::{Context, Result};
use axonry_wire::{CallError, Dendrite, Protocol, bt};
use clap::ValueEnum;

use crate::subnet::{Subnet, SubnetArguments};
use validators::{Choice, Validators};

pub(crate) use check::{CheckArguments, check};
pub(crate) use post::{PostArguments, post};

/// How requests are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Signing {
    /// By headers, which every validator reads; the token itself is not under the signature.
    #[default]
    Headers,
    /// By `btauth/1` of SDK 11, which covers everything, and which older validators do not know.
    Btauth,
}

impl Signing {
    fn dendrite(self, subnet: &Subnet) -> Dendrite {
        let protocol = match self {
            Self::Headers => Protocol::Headers {
                version: bt::version(10, 2, 0),
            },
            Self::Btauth => Protocol::BtAuth,
        };
        let builder = Dendrite::builder(subnet.key.clone()).protocol(protocol);
        match subnet.is_private {
            true => builder.private_addresses().build(),
            false => builder.build(),
        }
    }
}

/// The subnet that the miner is registered in, and the validators to ask there.
async fn meet(asked: &SubnetArguments, choice: &Choice) -> Result<(Subnet, Validators)> {
    let subnet = asked.connect().await?;
    let (metagraph, hotkey) = (subnet.metagraph().await?, subnet.hotkey());
    metagraph.of(&hotkey).with_context(|| {
        format!(
            "hotkey {hotkey} is not registered in subnet {}: see `miner register`",
            subnet.netuid
        )
    })?;
    let validators = choice.among(&metagraph, &hotkey)?;
    Ok((subnet, validators))
}

/// What SDK 10 writes as the status of a call without an answer.
const fn status_code(error: &CallError) -> u16 {
    match error {
        CallError::Refused { status, .. } => *status,
        CallError::Timeout { .. } | CallError::FirstByte { .. } | CallError::Slow { .. } => 408,
        CallError::Connect { .. } | CallError::Broken { .. } | CallError::Address { .. } => 503,
        CallError::TooLarge { .. } | CallError::Encoding | CallError::Unreadable { .. } => 422,
        _ => 500,
    }
}

/// A hotkey as upstream shortens it.
fn shortened(hotkey: &axonry_core::Hotkey) -> String {
    format!("{:.16}...", hotkey.to_string())
}
