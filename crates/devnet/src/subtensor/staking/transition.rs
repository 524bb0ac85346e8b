//! Stake that changes its hotkey, its coldkey or its subnet: `staking/move_stake.rs`.

use axonry_core::{AccountId, NetUid};
use scale_decode::DecodeAsType;

use super::{LEAST, Limit, Position, buy, is_enabled, sell, tell};
use crate::balances::{self, Existence};
use crate::execution::Execution;
use crate::presented::CallData;
use crate::refusal::{Refusal, ensure};
use crate::storage::Storage;
use crate::subtensor::PALLET;
use crate::subtensor::hyperparameters::{exists, of_subnet};
use crate::subtensor::pools::{self, Pool, Side, UNIT};

/// What all of these calls have.
#[derive(DecodeAsType)]
struct Between {
    origin_netuid: u16,
    destination_netuid: u16,
    alpha_amount: u64,
}

#[derive(DecodeAsType)]
struct Hotkeys {
    origin_hotkey: [u8; 32],
    destination_hotkey: [u8; 32],
}

#[derive(DecodeAsType)]
struct OfHotkey {
    hotkey: [u8; 32],
}

#[derive(DecodeAsType)]
struct ToColdkey {
    destination_coldkey: [u8; 32],
}

/// Where stake comes from and where it goes.
struct Transition {
    from: Position,
    to: Position,
    amount: u64,
    limit: Option<Limit>,
    /// Whether the subnets must allow transfers.
    is_transfer: bool,
}

/// Runs one of the calls that move stake.
pub(super) fn call(execution: &mut Execution<'_, '_>, call: &CallData<'_>) -> Result<(), Refusal> {
    let between: Between = execution.arguments(call)?;
    let coldkey = execution.origin;
    let (origin, destination) = match call.name {
        "move_stake" => {
            let hotkeys: Hotkeys = execution.arguments(call)?;
            (hotkeys.origin_hotkey, hotkeys.destination_hotkey)
        }
        _ => {
            let OfHotkey { hotkey } = execution.arguments(call)?;
            (hotkey, hotkey)
        }
    };
    let receiver = match call.name {
        "transfer_stake" => {
            let to: ToColdkey = execution.arguments(call)?;
            AccountId::from_bytes(to.destination_coldkey)
        }
        _ => coldkey,
    };
    let limit = match call.name {
        "swap_stake_limit" => Some(execution.arguments(call)?),
        _ => None,
    };
    let transition = Transition {
        from: Position {
            hotkey: AccountId::from_bytes(origin),
            coldkey,
            netuid: NetUid(between.origin_netuid),
        },
        to: Position {
            hotkey: AccountId::from_bytes(destination),
            coldkey: receiver,
            netuid: NetUid(between.destination_netuid),
        },
        amount: between.alpha_amount,
        limit,
        is_transfer: call.name == "transfer_stake",
    };
    let tao = transition.run(execution)?;
    let Transition { from, to, .. } = transition;
    let netuids = [from.netuid.0.into(), to.netuid.0.into()];
    let [origin, destination] = netuids;
    let (event, fields) = match call.name {
        "move_stake" => (
            "StakeMoved",
            vec![
                coldkey.into(),
                from.hotkey.into(),
                origin,
                to.hotkey.into(),
                destination,
                tao.into(),
            ],
        ),
        "transfer_stake" => (
            "StakeTransferred",
            vec![
                coldkey.into(),
                to.coldkey.into(),
                from.hotkey.into(),
                origin,
                destination,
                tao.into(),
            ],
        ),
        _ => (
            "StakeSwapped",
            vec![
                coldkey.into(),
                from.hotkey.into(),
                origin,
                destination,
                tao.into(),
            ],
        ),
    };
    execution.deposit(PALLET, event, fields);
    Ok(())
}

impl Transition {
    /// `transition_stake_internal`; what was moved is worth so many rao.
    fn run(&self, execution: &mut Execution<'_, '_>) -> Result<u64, Refusal> {
        let (from, to) = (self.from, self.to);
        let amount = self.amount.min(from.held(execution.storage)?);
        let across = from.netuid != to.netuid;
        let most = match self.limit {
            Some(limit) if across => most(execution.storage, from, to, limit.limit_price)?,
            _ => amount,
        };
        self.check(execution.storage, amount, most)?;
        let amount = amount.min(most);
        if !across {
            return self.within(execution, amount);
        }
        // The fee is taken on one leg: there is none to take on root.
        let from_root = from.netuid.0 == 0;
        let tao = sell(execution, from, amount, from_root)?;
        if from.coldkey != to.coldkey {
            let (giver, receiver) = (from.coldkey, to.coldkey);
            balances::transfer(execution, giver, receiver, tao, Existence::AllowDeath)?;
        }
        // Too little to be staked stays as TAO.
        if tao >= LEAST {
            buy(execution, to, tao, !from_root)?;
            if self.is_transfer {
                to.note_bought(execution.storage)?;
            }
        }
        Ok(tao)
    }

    /// `validate_stake_transition`.
    fn check(&self, storage: &Storage<'_>, amount: u64, most: u64) -> Result<(), Refusal> {
        let (from, to) = (self.from, self.to);
        ensure(from != to, "SameNetuid")?;
        ensure(exists(storage, from.netuid)?, "SubnetNotExists")?;
        ensure(exists(storage, to.netuid)?, "SubnetNotExists")?;
        from.ensure_rested(storage)?;
        ensure(is_enabled(storage, from.netuid)?, "SubtokenDisabled")?;
        ensure(is_enabled(storage, to.netuid)?, "SubtokenDisabled")?;
        ensure(from.has_hotkey(storage)?, "HotKeyAccountNotExists")?;
        ensure(to.has_hotkey(storage)?, "HotKeyAccountNotExists")?;
        if from.netuid != to.netuid {
            let swap = pools::read(storage, from.netuid)?.swap(Side::Sell, amount, false);
            let none = "InsufficientLiquidity";
            let swap = swap.map_err(|_| Refusal::Pallet(none, none))?;
            ensure(swap.paid_out > LEAST, "AmountTooLow")?;
            let whole = self.limit.is_some_and(|limit| !limit.allow_partial);
            ensure(!whole || amount <= most, "SlippageTooHigh")?;
        }
        if self.is_transfer {
            for netuid in [from.netuid, to.netuid] {
                let allowed = of_subnet(storage, "TransferToggle", netuid, true)?;
                ensure(allowed, "TransferDisallowed")?;
            }
        }
        Ok(())
    }

    /// `transfer_stake_within_subnet`: nothing is bought or sold.
    fn within(&self, execution: &mut Execution<'_, '_>, amount: u64) -> Result<u64, Refusal> {
        let (from, to) = (self.from, self.to);
        let storage = &mut *execution.storage;
        let held = from.held(storage)?;
        from.hold(storage, held - amount)?;
        let held = to.held(storage)?;
        to.hold(storage, held + amount)?;
        let price = pools::read(storage, from.netuid)?.price();
        let tao = u128::from(price) * u128::from(amount) / u128::from(UNIT);
        let tao = u64::try_from(tao).unwrap_or(u64::MAX);
        ensure(tao >= LEAST, "AmountTooLow")?;
        tell(execution, "StakeRemoved", from, tao, amount, 0);
        tell(execution, "StakeAdded", to, tao, amount, 0);
        Ok(tao)
    }
}

/// The most alpha that can be moved before the rate between two subnets has fallen to a limit, in
/// 10⁻⁹ (`get_max_amount_move`).
fn most(storage: &Storage<'_>, from: Position, to: Position, limit: u64) -> Result<u64, Refusal> {
    let (origin, destination) = (
        pools::read(storage, from.netuid)?,
        pools::read(storage, to.netuid)?,
    );
    match (origin.stable, destination.stable) {
        (true, true) => Ok(if limit > UNIT { 0 } else { u64::MAX }),
        (_, true) => origin.most_until(Side::Sell, limit),
        (true, _) => {
            // The rate is that of a TAO to an alpha: its inverse is the price of the alpha.
            let price = (u128::from(UNIT) * u128::from(UNIT)).checked_div(u128::from(limit));
            let price = price.map_or(u64::MAX, |price| u64::try_from(price).unwrap_or(u64::MAX));
            destination.most_until(Side::Buy, price)
        }
        _ => Ok(between(&origin, &destination, limit)),
    }
}

/// Two pools as one: alpha in at the one end until alpha out at the other costs as much as the limit
/// says.
fn between(origin: &Pool, destination: &Pool, limit: u64) -> u64 {
    let (first, second) = (u128::from(origin.tao), u128::from(destination.tao));
    let price = u128::from(destination.price());
    let rate = (u128::from(origin.price()) * u128::from(UNIT)).checked_div(price);
    if first == 0 || second == 0 || rate.is_none_or(|rate| u128::from(limit) > rate) {
        return 0;
    }
    if limit == 0 {
        return u64::MAX;
    }
    let sum = first + second;
    let out = u128::from(destination.alpha) * first / sum * u128::from(UNIT) / u128::from(limit);
    let inside = u128::from(origin.alpha) * second / sum;
    u64::try_from(out.saturating_sub(inside)).unwrap_or(u64::MAX)
}
