//! `StakeInfoRuntimeApi`: `pallets/subtensor/src/rpc_info/stake_info.rs`.

use axonry_core::{AccountId, NetUid};

use super::{ApiError, Arguments};
use crate::presented::{PresentedError, Value};
use crate::storage::Storage;
use crate::subtensor::hyperparameters::{exists, subnets};
use crate::subtensor::pools::{self, Side};
use crate::subtensor::{neurons, stake};

pub(super) fn call(
    storage: &Storage<'_>,
    method: &str,
    mut arguments: Arguments<'_>,
) -> Result<Option<Value>, ApiError> {
    Ok(Some(match method {
        "get_stake_info_for_coldkey" => {
            let coldkey = AccountId::from_bytes(arguments.next()?);
            Value::List(of_coldkey(storage, coldkey)?)
        }
        "get_stake_info_for_coldkeys" => {
            let coldkeys: Vec<[u8; 32]> = arguments.next()?;
            let each = coldkeys.into_iter().map(|coldkey| {
                let coldkey = AccountId::from_bytes(coldkey);
                let stake = Value::List(of_coldkey(storage, coldkey)?);
                Ok(Value::from((coldkey, stake)))
            });
            Value::List(each.collect::<Result<_, PresentedError>>()?)
        }
        "get_stake_info_for_hotkey_coldkey_netuid" => {
            let hotkey = AccountId::from_bytes(arguments.next()?);
            let coldkey = AccountId::from_bytes(arguments.next()?);
            let netuid = arguments.netuid()?;
            if !exists(storage, netuid)? {
                return Ok(Some(Value::none()));
            }
            Value::some(info(storage, hotkey, coldkey, netuid)?)
        }
        "get_stake_fee" => fee(storage, arguments)?.into(),
        _ => return Ok(None),
    }))
}

/// All that a coldkey has staked: hotkey, subnet, alpha.
pub(crate) fn positions(
    storage: &Storage<'_>,
    coldkey: AccountId,
) -> Result<Vec<(NetUid, AccountId, u64)>, PresentedError> {
    let mut found = Vec::new();
    let hotkeys = stake::hotkeys_of(storage, "StakingHotkeys", coldkey)?;
    for netuid in subnets(storage)? {
        for hotkey in &hotkeys {
            let alpha = stake::of_coldkey(storage, *hotkey, coldkey, netuid)?;
            if alpha > 0 {
                found.push((netuid, *hotkey, alpha));
            }
        }
    }
    Ok(found)
}

fn of_coldkey(storage: &Storage<'_>, coldkey: AccountId) -> Result<Vec<Value>, PresentedError> {
    let positions = positions(storage, coldkey)?.into_iter();
    let info = positions.map(|(netuid, hotkey, _)| info(storage, hotkey, coldkey, netuid));
    info.collect()
}

/// What a coldkey has on a hotkey in one subnet, which may be nothing.
fn info(
    storage: &Storage<'_>,
    hotkey: AccountId,
    coldkey: AccountId,
    netuid: NetUid,
) -> Result<Value, PresentedError> {
    let stake = stake::of_coldkey(storage, hotkey, coldkey, netuid)?;
    let registered = neurons::uid_of(storage, netuid, hotkey)?.is_some();
    Ok(Value::Record(vec![
        ("hotkey", hotkey.into()),
        ("coldkey", coldkey.into()),
        ("netuid", netuid.0.into()),
        ("stake", stake.into()),
        ("is_registered", registered.into()),
    ]))
}

/// What of an amount would be taken as a fee: TAO that goes in, or alpha that comes out.
fn fee(storage: &Storage<'_>, mut arguments: Arguments<'_>) -> Result<u64, ApiError> {
    let origin: Option<([u8; 32], u16)> = arguments.next()?;
    let _from: [u8; 32] = arguments.next()?;
    let destination: Option<([u8; 32], u16)> = arguments.next()?;
    let _to: [u8; 32] = arguments.next()?;
    let amount: u64 = arguments.next()?;
    // Between two subnets it is taken once, where there is one to take.
    let taxed = match (origin, destination) {
        (Some((_, netuid)), _) if netuid != 0 => Some((netuid, Side::Sell)),
        (_, Some((_, netuid))) => Some((netuid, Side::Buy)),
        (Some((_, netuid)), None) => Some((netuid, Side::Sell)),
        (None, None) => None,
    };
    let Some((netuid, side)) = taxed else {
        return Ok(0);
    };
    let pool = pools::read(storage, NetUid(netuid))?;
    let fee = pool.fee(amount);
    Ok(match side {
        Side::Buy => fee,
        // Told in rao, whatever it is paid in.
        Side::Sell => pool.swap(Side::Sell, fee, true).map_or(0, |it| it.paid_out),
    })
}
