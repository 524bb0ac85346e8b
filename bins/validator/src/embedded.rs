//! The devnet inside this process.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use axonry_devnet::{Devnet, DevnetConfig};
use axonry_forecast::farm::Farm;

use crate::forecast;
use crate::network::Network;
use crate::settings::{MechanismName, SubnetSettings};

/// Starts the embedded devnet, where that is the network, and its miners, where they have to serve.
pub(crate) async fn start(settings: &SubnetSettings) -> Result<(Option<Devnet>, Option<Farm>)> {
    if settings.network != Network::Devnet {
        return Ok((None, None));
    }
    let mut config = shape(settings)?;
    let farm = match settings.mechanism {
        MechanismName::Oss => None,
        MechanismName::Forecast => forecast::farm(&mut config).await?,
    };
    let devnet = Devnet::spawn(config).await;
    let devnet = devnet.context("could not start the devnet")?;
    Ok((Some(devnet), farm))
}

/// How the embedded devnet is made.
pub(crate) fn shape(settings: &SubnetSettings) -> Result<DevnetConfig> {
    let shape = &settings.devnet;
    let mut config = match &shape.shape {
        Some(path) => {
            let named = || format!("devnet configuration `{}`", path.display());
            DevnetConfig::from_file(path).with_context(named)?
        }
        None => match settings.mechanism {
            MechanismName::Oss => DevnetConfig::default(),
            MechanismName::Forecast => forecast::shape(),
        },
    };
    if let Some(netuid) = settings.netuid.filter(|_| shape.shape.is_none()) {
        config.netuid = netuid;
    }
    if let Some(path) = &shape.metadata {
        let named = || format!("metadata file `{}`", path.display());
        config.metadata = Some(fs::read(path).with_context(named)?);
    }
    config.seed = shape.seed.unwrap_or(config.seed);
    config.git = shape
        .git
        .clone()
        .or(config.git)
        .or_else(|| Some(PathBuf::from(".")));
    Ok(config)
}

/// What the devnet has to say for itself, for a person.
pub(crate) fn greeting(devnet: &Devnet, mechanism: MechanismName) -> String {
    let made_of = match mechanism {
        MechanismName::Oss => devnet.source(),
        MechanismName::Forecast => "miners good, lazy, copying and hostile, made-up prices",
    };
    format!(
        "devnet: subnet {} with {} neurons; {made_of}",
        devnet.netuid,
        devnet.hotkeys.len(),
    )
}
