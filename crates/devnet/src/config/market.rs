use std::collections::BTreeSet;

use axonry_core::{Alpha, Coldkey, Hotkey, NetUid, Rao};
use serde::Deserialize;

use super::neuron::{Amount, key};
use super::{ConfigError, DevnetConfig};

/// A subnet's pool: what its alpha is traded from.
///
/// A subnet other than [`DevnetConfig::netuid`] is nothing but its market: it has no neurons, and no
/// epochs run there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketConfig {
    /// The TAO in it.
    pub tao: Rao,
    /// The alpha in it, and of which subnet.
    pub alpha: Alpha,
}

/// Stake that is there from the start, beside the neurons' own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StakeConfig {
    /// On whom; it becomes the coldkey's unless it is another's already.
    pub hotkey: Hotkey,
    /// By whom.
    pub coldkey: Coldkey,
    /// How much, and in which subnet.
    pub amount: Alpha,
}

/// A market as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MarketEntry {
    netuid: u16,
    tao: Amount,
    alpha: Amount,
}

/// A stake as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StakeEntry {
    hotkey: String,
    coldkey: String,
    netuid: u16,
    alpha: Amount,
}

impl MarketEntry {
    pub(super) const fn market(&self) -> MarketConfig {
        MarketConfig {
            tao: self.tao.0,
            alpha: self.alpha.of(NetUid(self.netuid)),
        }
    }
}

impl StakeEntry {
    pub(super) fn stake(&self) -> Result<StakeConfig, ConfigError> {
        let wrong = |reason| ConfigError::Value {
            field: "stakes",
            reason,
        };
        Ok(StakeConfig {
            hotkey: key("hotkey", &self.hotkey).map_err(wrong)?.into(),
            coldkey: key("coldkey", &self.coldkey).map_err(wrong)?.into(),
            amount: self.alpha.of(NetUid(self.netuid)),
        })
    }
}

impl Amount {
    /// The same count of alpha: in a file it stands under a name that says so.
    const fn of(&self, netuid: NetUid) -> Alpha {
        Alpha::from_base_units(netuid, self.0.rao())
    }
}

/// Checks what no market and no stake can know of the others.
pub(super) fn check(config: &DevnetConfig) -> Result<(), ConfigError> {
    let wrong = |field, reason| Err(ConfigError::Value { field, reason });
    let mut netuids = BTreeSet::from([NetUid(0), config.netuid]);
    let mut own = 0;
    for MarketConfig { tao, alpha } in &config.markets {
        let netuid = alpha.netuid();
        if netuid.0 >= 4_096 || tao.is_zero() || alpha.is_zero() {
            let reason = format!(
                "the market of subnet {netuid}: a number below 4096 and something on both sides are \
                 needed"
            );
            return wrong("markets", reason);
        }
        own += u32::from(netuid == config.netuid);
        if !netuids.insert(netuid) && (netuid != config.netuid || own > 1) {
            return wrong("markets", format!("subnet {netuid} has two, or is root"));
        }
    }
    let staked = config.stakes.iter().map(|stake| stake.amount);
    if let Some(stake) = staked.clone().find(|it| !netuids.contains(&it.netuid())) {
        let netuid = stake.netuid();
        return wrong("stakes", format!("there is no subnet {netuid}"));
    }
    // The sum is what is out of a pool.
    let sum = staked
        .map(|stake| u128::from(stake.base_units()))
        .sum::<u128>();
    if u64::try_from(sum).is_err() {
        return wrong(
            "stakes",
            "together they are more than 64 bits hold".to_owned(),
        );
    }
    Ok(())
}
