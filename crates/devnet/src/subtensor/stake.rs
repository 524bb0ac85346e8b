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

/// What of the alpha on a hotkey is a coldkey's, in base units.
///
/// A real chain divides by shares, which grow with dividends; nobody is paid here, so a share is a
/// base unit.
pub(crate) fn of_coldkey(
    storage: &Storage<'_>,
    hotkey: AccountId,
    coldkey: AccountId,
    netuid: NetUid,
) -> Result<u64, PresentedError> {
    let keys = [hotkey.into(), coldkey.into(), netuid.0.into()];
    let bits: u128 = storage.read(PALLET, "Alpha", &keys)?.unwrap_or(0);
    let whole = bits >> fraction(storage, "Alpha");
    Ok(u64::try_from(whole).unwrap_or(u64::MAX))
}

/// Sets what of the alpha on a hotkey is a coldkey's, and with it what is there in all.
pub(crate) fn set(
    storage: &mut Storage<'_>,
    hotkey: AccountId,
    coldkey: AccountId,
    netuid: NetUid,
    amount: u64,
) -> Result<(), PresentedError> {
    let before = of_coldkey(storage, hotkey, coldkey, netuid)?;
    let total = alpha(storage, hotkey, netuid)?.saturating_sub(before) + amount;
    let on_hotkey = [hotkey.into(), netuid.0.into()];
    let keys = [hotkey.into(), coldkey.into(), netuid.0.into()];
    storage.write(PALLET, "TotalHotkeyAlpha", &on_hotkey, total)?;
    let shares = u128::from(total) << fraction(storage, "TotalHotkeyShares");
    storage.write(PALLET, "TotalHotkeyShares", &on_hotkey, shares)?;
    if amount == 0 {
        return storage.remove(PALLET, "Alpha", &keys);
    }
    let share = u128::from(amount) << fraction(storage, "Alpha");
    storage.write(PALLET, "Alpha", &keys, share)?;
    listed(storage, "StakingHotkeys", coldkey, hotkey)
}

/// Puts a hotkey on one of a coldkey's lists.
fn listed(
    storage: &mut Storage<'_>,
    item: &str,
    coldkey: AccountId,
    hotkey: AccountId,
) -> Result<(), PresentedError> {
    let mut hotkeys = hotkeys_of(storage, item, coldkey)?;
    if !hotkeys.contains(&hotkey) {
        hotkeys.push(hotkey);
        storage.write(PALLET, item, &[coldkey.into()], hotkeys)?;
    }
    Ok(())
}

/// A list of hotkeys that belongs to a coldkey.
pub(crate) fn hotkeys_of(
    storage: &Storage<'_>,
    item: &str,
    coldkey: AccountId,
) -> Result<Vec<AccountId>, PresentedError> {
    let hotkeys: Option<Vec<[u8; 32]>> = storage.read(PALLET, item, &[coldkey.into()])?;
    let hotkeys = hotkeys.unwrap_or_default().into_iter();
    Ok(hotkeys.map(AccountId::from_bytes).collect())
}

/// The coldkey that owns a hotkey, if the chain knows the hotkey.
pub(crate) fn owner(
    storage: &Storage<'_>,
    hotkey: AccountId,
) -> Result<Option<AccountId>, PresentedError> {
    // Absent, it reads as the default account: what is stored tells whether there is one.
    let Some((bytes, ty)) = storage.stored(PALLET, "Owner", &[hotkey.into()])? else {
        return Ok(None);
    };
    let owner: [u8; 32] = storage
        .presented()
        .decode("SubtensorModule.Owner", &bytes, ty)?;
    Ok(Some(AccountId::from_bytes(owner)))
}

/// Makes a hotkey that nobody owns a coldkey's (`create_account_if_non_existent`).
pub(crate) fn adopt(
    storage: &mut Storage<'_>,
    hotkey: AccountId,
    coldkey: AccountId,
) -> Result<(), PresentedError> {
    if owner(storage, hotkey)?.is_some() {
        return Ok(());
    }
    storage.write(PALLET, "Owner", &[hotkey.into()], coldkey)?;
    listed(storage, "OwnedHotkeys", coldkey, hotkey)?;
    listed(storage, "StakingHotkeys", coldkey, hotkey)
}

/// How many bits of an item's numbers are fractional: shares were whole numbers once.
fn fraction(storage: &Storage<'_>, item: &str) -> u32 {
    let default = storage.presented().item(PALLET, item);
    let default = default.and_then(|item| item.default.as_ref());
    match default.map(Vec::len) {
        Some(16) => 64,
        _ => 0,
    }
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
