//! Buying and selling stake: `opentensor/subtensor` `pallets/subtensor/src/staking`.

mod transition;

use axonry_core::{AccountId, NetUid};
use scale_decode::DecodeAsType;

use super::hyperparameters::{exists, of_subnet, subnets};
use super::pools::{self, Side};
use super::{PALLET, stake};
use crate::balances::{self, Existence};
use crate::execution::{Execution, unknown};
use crate::presented::{CallData, PresentedError, Value};
use crate::refusal::{Refusal, ensure};
use crate::storage::Storage;

/// What must be staked at least at a time, in rao (`DefaultMinStake`).
const LEAST: u64 = 2_000_000;

/// What was bought in the block that is being made.
const LIMITER: &str = "StakingOperationRateLimiter";

/// Forgets what was bought in the block: `on_finalize` in `macros/hooks.rs`.
pub(crate) fn finalize(storage: &mut Storage<'_>) {
    storage.clear(PALLET, LIMITER);
}

#[derive(DecodeAsType)]
struct Add {
    hotkey: [u8; 32],
    netuid: u16,
    amount_staked: u64,
}

#[derive(DecodeAsType)]
struct Remove {
    hotkey: [u8; 32],
    netuid: u16,
    amount_unstaked: u64,
}

#[derive(DecodeAsType)]
struct RemoveFull {
    hotkey: [u8; 32],
    netuid: u16,
    limit_price: Option<u64>,
}

#[derive(DecodeAsType)]
struct OfHotkey {
    hotkey: [u8; 32],
}

/// How far a price may move.
#[derive(Clone, Copy, Debug, DecodeAsType)]
struct Limit {
    limit_price: u64,
    allow_partial: bool,
}

/// What is staked on whom, by whom and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Position {
    hotkey: AccountId,
    coldkey: AccountId,
    netuid: NetUid,
}

/// Runs one of the calls about stake.
pub(crate) fn call(execution: &mut Execution<'_, '_>, call: &CallData<'_>) -> Result<(), Refusal> {
    let position = |hotkey, netuid| Position {
        hotkey: AccountId::from_bytes(hotkey),
        coldkey: execution.origin,
        netuid: NetUid(netuid),
    };
    match call.name {
        "add_stake" | "add_stake_limit" => {
            let args: Add = execution.arguments(call)?;
            let limit = match call.name {
                "add_stake" => None,
                _ => Some(execution.arguments(call)?),
            };
            let position = position(args.hotkey, args.netuid);
            add(execution, position, args.amount_staked, limit)
        }
        "remove_stake" | "remove_stake_limit" => {
            let args: Remove = execution.arguments(call)?;
            let limit = match call.name {
                "remove_stake" => None,
                _ => Some(execution.arguments(call)?),
            };
            let position = position(args.hotkey, args.netuid);
            remove(execution, position, args.amount_unstaked, limit)
        }
        "remove_stake_full_limit" => {
            let args: RemoveFull = execution.arguments(call)?;
            let limit = args.limit_price.map(|limit_price| Limit {
                limit_price,
                allow_partial: false,
            });
            let position = position(args.hotkey, args.netuid);
            let all = position.held(execution.storage)?;
            remove(execution, position, all, limit)
        }
        "unstake_all" | "unstake_all_alpha" => {
            let args: OfHotkey = execution.arguments(call)?;
            let hotkey = AccountId::from_bytes(args.hotkey);
            remove_all(execution, hotkey, call.name == "unstake_all_alpha")
        }
        "move_stake" | "swap_stake" | "swap_stake_limit" | "transfer_stake" => {
            transition::call(execution, call)
        }
        _ => Err(unknown()),
    }
}

impl Position {
    /// The alpha that is there.
    fn held(&self, storage: &Storage<'_>) -> Result<u64, PresentedError> {
        stake::of_coldkey(storage, self.hotkey, self.coldkey, self.netuid)
    }

    /// Nothing is taken in the block in which something was bought.
    fn ensure_rested(&self, storage: &Storage<'_>) -> Result<(), Refusal> {
        let bought: Option<bool> = storage.read(PALLET, LIMITER, &self.keys())?;
        ensure(bought != Some(true), "StakingOperationRateLimitExceeded")
    }

    fn note_bought(&self, storage: &mut Storage<'_>) -> Result<(), PresentedError> {
        storage.write(PALLET, LIMITER, &self.keys(), true)
    }

    fn keys(&self) -> [Value; 3] {
        [
            self.hotkey.into(),
            self.coldkey.into(),
            self.netuid.0.into(),
        ]
    }

    /// Sets the alpha that is there.
    fn hold(&self, storage: &mut Storage<'_>, alpha: u64) -> Result<(), PresentedError> {
        stake::set(storage, self.hotkey, self.coldkey, self.netuid, alpha)
    }

    fn has_hotkey(&self, storage: &Storage<'_>) -> Result<bool, PresentedError> {
        Ok(stake::owner(storage, self.hotkey)?.is_some())
    }
}

/// Whether alpha of the subnet can be traded. Old runtimes have no such switch.
fn is_enabled(storage: &Storage<'_>, netuid: NetUid) -> Result<bool, PresentedError> {
    of_subnet(storage, "SubtokenEnabled", netuid, true)
}

/// `do_add_stake` and `do_add_stake_limit` with `validate_add_stake`.
fn add(
    execution: &mut Execution<'_, '_>,
    position: Position,
    amount: u64,
    limit: Option<Limit>,
) -> Result<(), Refusal> {
    let storage = &*execution.storage;
    ensure(exists(storage, position.netuid)?, "SubnetNotExists")?;
    ensure(is_enabled(storage, position.netuid)?, "SubtokenDisabled")?;
    let pool = pools::read(storage, position.netuid)?;
    let most = match limit {
        None => amount,
        Some(limit) => pool.most_until(Side::Buy, limit.limit_price)?,
    };
    let least = LEAST + pool.fee(LEAST);
    ensure(amount >= least, "AmountTooLow")?;
    let partial = limit.is_some_and(|limit| limit.allow_partial);
    ensure(partial || amount <= most, "SlippageTooHigh")?;
    let amount = amount.min(most);
    let free = balances::spendable(storage, position.coldkey, Existence::AllowDeath)?;
    ensure(amount <= free, "NotEnoughBalanceToStake")?;
    ensure(position.has_hotkey(storage)?, "HotKeyAccountNotExists")?;
    let swap = pool.swap(Side::Buy, amount, false);
    let swap =
        swap.map_err(|_| Refusal::Pallet("InsufficientLiquidity", "InsufficientLiquidity"))?;
    ensure(swap.paid_in >= LEAST, "AmountTooLow")?;
    ensure(swap.paid_out > 0, "InsufficientLiquidity")?;
    buy(execution, position, amount, false)?;
    Ok(position.note_bought(execution.storage)?)
}

/// `stake_into_subnet`: what would close the account stays on it.
fn buy(
    execution: &mut Execution<'_, '_>,
    position: Position,
    amount: u64,
    free: bool,
) -> Result<(), Refusal> {
    let storage = &mut *execution.storage;
    let payable = balances::spendable(storage, position.coldkey, Existence::KeepAlive)?;
    let amount = amount.min(payable);
    ensure(amount > 0, "InsufficientBalance")?;
    let pool = pools::read(storage, position.netuid)?;
    let swap = pool.swap(Side::Buy, amount, free)?;
    ensure(swap.paid_out > 0, "AmountTooLow")?;
    balances::withdraw(execution, position.coldkey, amount)?;
    let storage = &mut *execution.storage;
    pool.take_in(storage, Side::Buy, &swap)?;
    let held = position.held(storage)?;
    position.hold(storage, held + swap.paid_out)?;
    tell(
        execution,
        "StakeAdded",
        position,
        amount,
        swap.paid_out,
        swap.fee,
    );
    Ok(())
}

/// `do_remove_stake` and `do_remove_stake_limit` with `validate_remove_stake`.
fn remove(
    execution: &mut Execution<'_, '_>,
    position: Position,
    amount: u64,
    limit: Option<Limit>,
) -> Result<(), Refusal> {
    let storage = &*execution.storage;
    ensure(exists(storage, position.netuid)?, "SubnetNotExists")?;
    ensure(is_enabled(storage, position.netuid)?, "SubtokenDisabled")?;
    // A fee may have been paid in alpha in the meantime: what is asked for is at most what is there.
    let amount = amount.min(position.held(storage)?);
    let most = match limit {
        None => amount,
        Some(limit) => {
            pools::read(storage, position.netuid)?.most_until(Side::Sell, limit.limit_price)?
        }
    };
    let partial = limit.is_some_and(|limit| limit.allow_partial);
    may_remove(storage, position, amount)?;
    ensure(partial || amount <= most, "SlippageTooHigh")?;
    sell(execution, position, amount.min(most), false)?;
    Ok(())
}

fn may_remove(storage: &Storage<'_>, position: Position, amount: u64) -> Result<(), Refusal> {
    position.ensure_rested(storage)?;
    ensure(amount > 0, "AmountTooLow")?;
    let left = position.held(storage)?.checked_sub(amount);
    let unknown = "NotEnoughStakeToWithdraw";
    let left = left.ok_or(Refusal::Pallet(unknown, unknown))?;
    let swap = pools::read(storage, position.netuid)?.swap(Side::Sell, amount, false);
    let swap =
        swap.map_err(|_| Refusal::Pallet("InsufficientLiquidity", "InsufficientLiquidity"))?;
    ensure(left == 0 || swap.paid_out >= LEAST, "AmountTooLow")?;
    ensure(position.has_hotkey(storage)?, "HotKeyAccountNotExists")
}

/// `unstake_from_subnet`; the TAO that came out of it.
fn sell(
    execution: &mut Execution<'_, '_>,
    position: Position,
    amount: u64,
    free: bool,
) -> Result<u64, Refusal> {
    let storage = &mut *execution.storage;
    let pool = pools::read(storage, position.netuid)?;
    let swap = pool.swap(Side::Sell, amount, free)?;
    let held = position.held(storage)?;
    position.hold(storage, held.saturating_sub(amount))?;
    pool.take_in(storage, Side::Sell, &swap)?;
    balances::receive(execution, position.coldkey, swap.paid_out)?;
    tell(
        execution,
        "StakeRemoved",
        position,
        swap.paid_out,
        swap.paid_in,
        swap.fee,
    );
    Ok(swap.paid_out)
}

/// `do_unstake_all` and `do_unstake_all_alpha`: what cannot be sold is passed over.
fn remove_all(
    execution: &mut Execution<'_, '_>,
    hotkey: AccountId,
    to_root: bool,
) -> Result<(), Refusal> {
    let position = |netuid| Position {
        hotkey,
        coldkey: execution.origin,
        netuid,
    };
    let root = position(NetUid(0));
    ensure(
        root.has_hotkey(execution.storage)?,
        "HotKeyAccountNotExists",
    )?;
    let mut positions = Vec::new();
    for netuid in subnets(execution.storage)? {
        let skipped = to_root && netuid.0 == 0;
        if !skipped && is_enabled(execution.storage, netuid)? {
            positions.push(position(netuid));
        }
    }
    let mut sold = 0;
    for position in positions {
        let held = position.held(execution.storage)?;
        match may_remove(execution.storage, position, held) {
            Ok(()) => sold += sell(execution, position, held, false)?,
            Err(Refusal::Broken(error)) => return Err(error.into()),
            Err(_) => {}
        }
    }
    if to_root {
        buy(execution, root, sold, false)?;
    }
    Ok(())
}

fn tell(
    execution: &mut Execution<'_, '_>,
    event: &str,
    position: Position,
    tao: u64,
    alpha: u64,
    fee: u64,
) {
    let fields = vec![
        position.coldkey.into(),
        position.hotkey.into(),
        tao.into(),
        alpha.into(),
        position.netuid.0.into(),
        fee.into(),
    ];
    execution.deposit(PALLET, event, fields);
}
