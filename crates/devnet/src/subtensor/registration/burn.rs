//! What a registration costs, and how that follows demand.

use axonry_core::NetUid;

use crate::presented::PresentedError;
use crate::refusal::{Refusal, ensure};
use crate::storage::Storage;
use crate::subtensor::PALLET;
use crate::subtensor::hyperparameters::of_subnet;

/// 1 as a number with 32 fractional bits.
const ONE: u64 = 1 << 32;

/// Whether the cost rises with each registration and decays from block to block (since spec 425)
/// rather than being set anew each interval.
fn is_continuous(storage: &Storage<'_>) -> bool {
    let presented = storage.presented();
    presented.item(PALLET, "BurnHalfLife").is_some()
}

/// Refuses a registration that older runtimes let in only in a later block or interval.
pub(super) fn ensure_room_in_time(storage: &Storage<'_>, netuid: NetUid) -> Result<(), Refusal> {
    if is_continuous(storage) {
        return Ok(());
    }
    let number = |item, otherwise: u16| of_subnet(storage, item, netuid, otherwise);
    let in_block = number("RegistrationsThisBlock", 0)?;
    let most = number("MaxRegistrationsPerBlock", 1)?;
    ensure(in_block < most, "TooManyRegistrationsThisBlock")?;
    let in_interval = number("RegistrationsThisInterval", 0)?;
    let most = number("TargetRegistrationsPerInterval", 2)?.saturating_mul(3);
    ensure(in_interval < most, "TooManyRegistrationsThisInterval")
}

/// Counts a registration, which makes the next one dearer at once where the runtime has it so.
pub(super) fn registered(
    storage: &mut Storage<'_>,
    netuid: NetUid,
    burned: u64,
) -> Result<(), PresentedError> {
    let key = [netuid.0.into()];
    for item in [
        "RegistrationsThisBlock",
        "RegistrationsThisInterval",
        "BurnRegistrationsThisInterval",
    ] {
        let count = of_subnet(storage, item, netuid, 0_u16)?;
        storage.write(PALLET, item, &key, count.saturating_add(1))?;
    }
    let recycled: u64 = of_subnet(storage, "RAORecycledForRegistration", netuid, 0)?;
    let recycled = recycled.saturating_add(burned);
    storage.write(PALLET, "RAORecycledForRegistration", &key, recycled)?;
    if !is_continuous(storage) {
        return Ok(());
    }
    // 64 fractional bits, of which 32 are enough for a factor.
    let factor: u128 = of_subnet(storage, "BurnIncreaseMult", netuid, 1 << 64)?;
    let factor = u64::try_from(factor >> 32).unwrap_or(u64::MAX).max(ONE);
    let burn = of_subnet(storage, "Burn", netuid, 0)?;
    set(storage, netuid, times(burn, factor))
}

/// Moves the cost on to block `number`, before the block's extrinsics.
///
/// `update_registration_prices_for_networks`, and before spec 425 `coinbase/block_step.rs`: where
/// nobody proves work, the cost moves halfway to what would have met the target.
pub(crate) fn advance(
    storage: &mut Storage<'_>,
    netuid: NetUid,
    number: u64,
) -> Result<(), PresentedError> {
    let key = [netuid.0.into()];
    if of_subnet(storage, "RegistrationsThisBlock", netuid, 0_u16)? != 0 {
        storage.write(PALLET, "RegistrationsThisBlock", &key, 0_u16)?;
    }
    let burn: u64 = of_subnet(storage, "Burn", netuid, 0)?;
    if is_continuous(storage) {
        let half_life = of_subnet(storage, "BurnHalfLife", netuid, 0_u16)?;
        let decayed = match half_life {
            0 => burn,
            _ if number <= 1 => burn,
            _ => times(burn, decay(half_life)),
        };
        return set(storage, netuid, decayed);
    }
    let interval = u64::from(of_subnet(storage, "AdjustmentInterval", netuid, 100_u16)?);
    let last: u64 = of_subnet(storage, "LastAdjustmentBlock", netuid, 0)?;
    if number.saturating_sub(last) < interval {
        return Ok(());
    }
    let count = u128::from(of_subnet(
        storage,
        "RegistrationsThisInterval",
        netuid,
        0_u16,
    )?);
    let target = of_subnet(storage, "TargetRegistrationsPerInterval", netuid, 2_u16)?;
    let target = u128::from(target.max(1));
    let met = u128::from(burn) * (count + target) / (2 * target);
    let alpha: u64 = of_subnet(storage, "AdjustmentAlpha", netuid, 0)?;
    let (old, new) = (u128::from(alpha), u128::from(u64::MAX - alpha));
    let blended = (u128::from(burn) * old + met.min(1 << 63) * new) / u128::from(u64::MAX);
    set(storage, netuid, u64::try_from(blended).unwrap_or(u64::MAX))?;
    storage.write(PALLET, "LastAdjustmentBlock", &key, number)?;
    storage.write(PALLET, "RegistrationsThisInterval", &key, 0_u16)?;
    storage.write(PALLET, "BurnRegistrationsThisInterval", &key, 0_u16)
}

fn set(storage: &mut Storage<'_>, netuid: NetUid, burn: u64) -> Result<(), PresentedError> {
    let least: u64 = of_subnet(storage, "MinBurn", netuid, 0)?;
    let most: u64 = of_subnet(storage, "MaxBurn", netuid, u64::MAX)?;
    let burn = burn.max(least).min(most);
    if burn == of_subnet::<u64>(storage, "Burn", netuid, 0)? {
        return Ok(());
    }
    storage.write(PALLET, "Burn", &[netuid.0.into()], burn)
}

/// A product with a factor of 32 fractional bits (`mul_by_q32`).
fn times(value: u64, factor: u64) -> u64 {
    let product = (u128::from(value) * u128::from(factor)) >> 32;
    u64::try_from(product).unwrap_or(u64::MAX)
}

/// The largest factor that comes to at most one half in so many blocks (`decay_factor_q32`).
fn decay(half_life: u16) -> u64 {
    let power = |mut factor: u64| {
        let (mut result, mut left) = (ONE, half_life);
        while left > 0 {
            if left & 1 == 1 {
                result = times(result, factor);
            }
            left >>= 1;
            if left > 0 {
                factor = times(factor, factor);
            }
        }
        result
    };
    let (mut low, mut high) = (0, ONE);
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if power(middle) > ONE / 2 {
            high = middle;
        } else {
            low = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_halves_in_its_half_life() {
        let factor = decay(360);
        let after = (0..360).fold(1_000_000_000_u64, |burn, _| times(burn, factor));
        assert!((499_999_000..=500_000_000).contains(&after), "{after}");
        assert_eq!(decay(1), ONE / 2);
    }
}
