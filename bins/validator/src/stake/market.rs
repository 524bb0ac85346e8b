//! The chain that the stake is on, embedded or somewhere.

use anyhow::{Context, Result};
use axonry_core::{Alpha, NetUid, Rao};
use axonry_devnet::{Devnet, DevnetConfig, MarketConfig, StakeConfig};
use axonry_substrate::Substrate;
use axonry_wallet::Keypair;

use super::arguments::OwnerArguments;
use crate::network::Network;

/// A client, and the devnet behind it if it is embedded.
pub(super) struct Market {
    pub(super) chain: Substrate,
    devnet: Option<Devnet>,
}

impl Market {
    pub(super) async fn open(given: &OwnerArguments, network: &Network) -> Result<Self> {
        let (url, devnet) = match network {
            Network::Node { endpoint, .. } => (endpoint.clone(), None),
            Network::Devnet => {
                let config = match &given.devnet {
                    None => seeds()?,
                    Some(path) => DevnetConfig::from_file(path)
                        .with_context(|| format!("devnet configuration `{}`", path.display()))?,
                };
                let devnet = Devnet::spawn(config).await;
                let devnet = devnet.context("could not start the devnet")?;
                (devnet.ws_url.parse()?, Some(devnet))
            }
        };
        let chain = Substrate::builder().endpoint(url).connect().await?;
        Ok(Self { chain, devnet })
    }

    pub(super) async fn close(self) {
        self.chain.close().await;
        if let Some(devnet) = self.devnet {
            devnet.stop().await;
        }
    }
}

/// A subnet 45 whose alpha costs 0.03466 TAO, and in it 21.5369 alpha on `hot_25`; a subnet 46 beside
/// it.
fn seeds() -> Result<DevnetConfig> {
    const HOME: NetUid = NetUid(45);
    let market = |netuid, tao: &str, alpha: &str| {
        anyhow::Ok(MarketConfig {
            tao: tao.parse()?,
            alpha: Alpha::parse(netuid, alpha)?,
        })
    };
    let stake = |netuid, alpha: &str| {
        anyhow::Ok(StakeConfig {
            hotkey: Keypair::from_uri("//hot_25")?.hotkey(),
            coldkey: Keypair::from_uri("//Alice")?.account().into(),
            amount: Alpha::parse(netuid, alpha)?,
        })
    };
    let mut config = DevnetConfig {
        netuid: HOME,
        markets: vec![
            market(HOME, "34660", "1000000")?,
            market(NetUid(46), "5000", "50000")?,
        ],
        stakes: vec![stake(HOME, "21.5369")?, stake(NetUid(0), "100")?],
        ..DevnetConfig::default_subnet(2)
    };
    // Nobody validates here, and what is shown is to be the stake that was put there.
    config
        .neurons
        .iter_mut()
        .for_each(|it| it.stake = Rao::ZERO);
    Ok(config)
}
