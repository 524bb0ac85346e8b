//! The subnet a command is about, and the client of its chain.

use std::net::IpAddr;
use std::sync::Arc;

use anyhow::{Context, Result};
use axonry_chain::{AxonInfo, Chain, Metagraph, Neuron};
use axonry_core::{Hotkey, NetUid};
use axonry_substrate::{Endpoint, Substrate};
use axonry_wallet::Keypair;
use clap::Args;
use url::{Host, Url};

use crate::key::KeyArguments;

/// Which subnet, and whose key: what every command but `score` needs.
#[derive(Clone, Debug, Args)]
pub(crate) struct SubnetArguments {
    /// `finney`, `test`, `local`, or a `ws://` or `wss://` URL, such as a devnet prints.
    #[arg(
        long,
        env = "AXONRY_NETWORK",
        value_name = "NAME|URL",
        default_value = "finney",
        hide_env_values = true
    )]
    pub(crate) network: String,
    /// The subnet [default: the mechanism's own on `finney` and `test`, elsewhere 74].
    #[arg(long, env = "AXONRY_NETUID", value_name = "NUMBER")]
    netuid: Option<u16>,
    #[command(flatten)]
    pub(crate) key: KeyArguments,
    /// Print one JSON object, whatever happens.
    #[arg(long, env = "AXONRY_JSON")]
    pub(crate) json: bool,
}

/// A subnet's chain, and the hotkey that speaks to it.
#[derive(Debug)]
pub(crate) struct Subnet {
    pub(crate) chain: Substrate,
    pub(crate) netuid: NetUid,
    pub(crate) key: Arc<Keypair>,
    /// Whether the chain is on this machine or in its network, where axons may be as well.
    pub(crate) is_private: bool,
}

/// Where a mechanism is at home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    /// The subnet on the main network.
    pub(crate) finney: u16,
    /// The subnet on the test network.
    pub(crate) test: u16,
}

impl Home {
    /// Contributions to open source.
    pub(crate) const OPEN_SOURCE: Self = Self {
        finney: 74,
        test: 422,
    };
}

impl SubnetArguments {
    /// Loads the hotkey, and then connects; open source is what it is about.
    pub(crate) async fn connect(&self) -> Result<Subnet> {
        self.connect_in(Home::OPEN_SOURCE).await
    }

    /// Loads the hotkey, and then connects.
    pub(crate) async fn connect_in(&self, home: Home) -> Result<Subnet> {
        let endpoint: Endpoint = self.network.parse().context("--network")?;
        let key = Arc::new(self.key.hotkey(&self.network)?);
        let is_private = is_private(&endpoint);
        let chain = Substrate::builder().endpoint(endpoint).connect().await?;
        Ok(Subnet {
            chain,
            netuid: self.netuid(home),
            key,
            is_private,
        })
    }

    fn netuid(&self, home: Home) -> NetUid {
        let usual = match self.network.as_str() {
            "finney" => home.finney,
            "test" => home.test,
            // A devnet has this one unless it is told otherwise.
            _ => 74,
        };
        NetUid(self.netuid.unwrap_or(usual))
    }
}

impl Subnet {
    pub(crate) fn hotkey(&self) -> Hotkey {
        self.key.hotkey()
    }

    /// Every neuron at the newest finalized block.
    pub(crate) async fn metagraph(&self) -> Result<Metagraph> {
        let head = self.chain.head().await?;
        Ok(self.chain.metagraph(self.netuid, head).await?)
    }
}

/// Where a neuron serves; one that took its announcement back stands there with nobody's address.
pub(crate) fn serving(neuron: &Neuron) -> Option<AxonInfo> {
    neuron
        .axon
        .filter(|axon| !axon.address.ip().is_unspecified())
}

fn is_private(endpoint: &Endpoint) -> bool {
    let url = Url::parse(&endpoint.to_string());
    let is_private = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    };
    match url.ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => is_private(ip.into()),
        Some(Host::Ipv6(ip)) => is_private(ip.into()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_chain_close_by_lets_axons_be_close_by() {
        for (text, expected) in [
            ("finney", false),
            ("local", true),
            ("ws://localhost:9944", true),
            ("ws://[::1]:9944", true),
            ("ws://10.0.0.1:9944", true),
            ("wss://127.0.0.1.example.org", false),
            ("ws://8.8.8.8:9944", false),
        ] {
            let endpoint: Endpoint = text.parse().expect("an endpoint");
            assert_eq!(is_private(&endpoint), expected, "{text}");
        }
    }
}
