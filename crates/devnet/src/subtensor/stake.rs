//! Stake, and what it weighs.

use axonry_core::{AccountId, NetUid};

use super::PALLET;
use super::hyperparameters::of_subnet;
use crate::presented::PresentedError;
use crate::storage::Storage;

/// The subnet whose alpha is TAO.
const ROOT: NetUid = NetUid(0);

/// The alpha on a hotkey in a subnet, in base units.
pub(crate) fn alpha(
    storage: &Storage<'_>,
    hotkey: AccountId,
    netuid: NetUid,
) -> Result<u64, PresentedError> {
    let keys = [hotkey.into(), netuid.0.into()];
    let alpha = storage.read(PALLET, "TotalHotkeyAlpha", &keys)?;
    Ok(alpha.unwrap_or(0))
}

/// Alpha plus TAO on the root network times `TaoWeight` / 2⁶⁴, saturating.
///
/// `pallets/subtensor/src/staking/stake_utils.rs`; nobody has child keys here, so nothing is inherited.
pub(crate) fn weight(
    storage: &Storage<'_>,
    hotkey: AccountId,
    netuid: NetUid,
) -> Result<u64, PresentedError> {
    let alpha = u128::from(alpha(storage, hotkey, netuid)?);
    let tao = u128::from(self::alpha(storage, hotkey, ROOT)?);
    let tao_weight: u64 = storage.read(PALLET, "TaoWeight", &[])?.unwrap_or(0);
    let weight = alpha + ((tao * u128::from(tao_weight)) >> 64);
    Ok(u64::try_from(weight).unwrap_or(u64::MAX))
}

/// Whether a hotkey has stake enough for setting weights; the subnet's owner always has.
///
/// `check_weights_min_stake` in `pallets/subtensor/src/subnets/weights.rs`.
pub(crate) fn suffices_for_weights(
    storage: &Storage<'_>,
    hotkey: AccountId,
    netuid: NetUid,
) -> Result<bool, PresentedError> {
    let threshold: u64 = storage.read(PALLET, "StakeThreshold", &[])?.unwrap_or(0);
    Ok(is_owner(storage, hotkey, netuid)? || weight(storage, hotkey, netuid)? >= threshold)
}

/// Whether the hotkey is the subnet owner's.
pub(crate) fn is_owner(
    storage: &Storage<'_>,
    hotkey: AccountId,
    netuid: NetUid,
) -> Result<bool, PresentedError> {
    let owner = of_subnet(storage, "SubnetOwnerHotkey", netuid, [0; 32])?;
    Ok(owner == hotkey.to_bytes())
}
