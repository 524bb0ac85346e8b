use std::net::SocketAddr;

use anyhow::{Result, bail};
use clap::Args;

/// Where miners hand in tokens, as flags, variables and settings file say it.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ExchangeArguments {
    /// Take miners' tokens at this address, such as `0.0.0.0:8099`; they are kept in the file of
    /// `--tokens`, or beside the state [default: only on the devnet, at any port].
    #[arg(long, env = "AXONRY_AXON", value_name = "ADDR:PORT")]
    pub(crate) axon: Option<SocketAddr>,
    /// The address by which miners reach that axon, written on chain [default: nothing is written].
    #[arg(long, env = "AXONRY_AXON_EXTERNAL", value_name = "IP:PORT")]
    pub(crate) axon_external: Option<SocketAddr>,
}

/// Where miners hand in tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ExchangeSettings {
    pub(super) listen: Option<SocketAddr>,
    pub(super) external: Option<SocketAddr>,
}

impl ExchangeSettings {
    /// Lets what is given win over the file.
    pub(crate) fn resolve(given: ExchangeArguments, file: ExchangeArguments) -> Result<Self> {
        let listen = given.axon.or(file.axon);
        let external = given.axon_external.or(file.axon_external);
        if external.is_some() && listen.is_none() {
            bail!(
                "--axon-external says where an axon is reached that there is none of: give --axon"
            );
        }
        Ok(Self { listen, external })
    }
}
