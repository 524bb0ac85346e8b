//! Miners for the devnet inside this process.

use std::sync::Arc;

use anyhow::{Context, Result};
use axonry_core::NetUid;
use axonry_devnet::DevnetConfig;
use axonry_forecast::SeededPrices;
use axonry_forecast::farm::{Farm, Manner};

/// Miners of the devnet that nobody has described.
const MINERS: usize = 10;

/// Where forecasts are at home.
const HOME: NetUid = NetUid(50);

/// The devnet, where no file says what it is made of.
pub(crate) fn shape() -> DevnetConfig {
    DevnetConfig {
        netuid: HOME,
        ..DevnetConfig::default_subnet(MINERS)
    }
}

/// Has the devnet's miners serve, unless some of them are served by somebody else already: then a
/// file says where, and this program has no part in it.
pub(crate) async fn farm(config: &mut DevnetConfig) -> Result<Option<Farm>> {
    if config.neurons.iter().any(|neuron| neuron.axon.is_some()) {
        return Ok(None);
    }
    let miners = config
        .neurons
        .iter()
        .filter(|neuron| !neuron.validator_permit);
    let miners: Vec<_> = miners
        .enumerate()
        .map(|(place, neuron)| (neuron.hotkey, Manner::of(place)))
        .collect();
    let prices = Arc::new(SeededPrices::new(config.seed)) as _;
    let farm = Farm::spawn(&prices, miners).await;
    let farm = farm.context("the devnet's miners cannot serve")?;
    for neuron in &mut config.neurons {
        neuron.axon = farm.address(&neuron.hotkey);
    }
    Ok(Some(farm))
}
