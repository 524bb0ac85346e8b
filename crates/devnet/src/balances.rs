//! TAO on accounts: `substrate/frame/balances` in `paritytech/polkadot-sdk`.

use axonry_core::AccountId;
use scale_decode::DecodeAsType;

use crate::account;
use crate::execution::{Execution, unknown};
use crate::presented::{CallData, PresentedError, Value};
use crate::refusal::Refusal;
use crate::storage::Storage;

const PALLET: &str = "Balances";

/// What keeps an account open where the runtime does not say, in rao.
const DEPOSIT: u64 = 500;

/// Whether an account may be closed by what is taken from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existence {
    KeepAlive,
    AllowDeath,
}

#[derive(DecodeAsType)]
enum Address {
    Id([u8; 32]),
}

#[derive(DecodeAsType)]
struct Transfer {
    dest: Address,
    value: u64,
}

#[derive(DecodeAsType)]
struct TransferAll {
    dest: Address,
    keep_alive: bool,
}

/// What keeps an account open, in rao.
pub(crate) fn existential_deposit(storage: &Storage<'_>) -> Result<u64, PresentedError> {
    let deposit = storage.presented().constant(PALLET, "ExistentialDeposit")?;
    Ok(deposit.unwrap_or(DEPOSIT))
}

/// Runs one of the pallet's calls.
pub(crate) fn call(execution: &mut Execution<'_, '_>, call: &CallData<'_>) -> Result<(), Refusal> {
    let from = execution.origin;
    match call.name {
        "transfer_keep_alive" | "transfer_allow_death" => {
            let Transfer { dest, value } = execution.arguments(call)?;
            let existence = match call.name {
                "transfer_keep_alive" => Existence::KeepAlive,
                _ => Existence::AllowDeath,
            };
            transfer(execution, from, dest.account(), value, existence)
        }
        "transfer_all" => {
            let TransferAll { dest, keep_alive } = execution.arguments(call)?;
            let existence = match keep_alive {
                true => Existence::KeepAlive,
                false => Existence::AllowDeath,
            };
            let value = spendable(execution.storage, from, existence)?;
            transfer(execution, from, dest.account(), value, existence)
        }
        _ => Err(unknown()),
    }
}

impl Address {
    const fn account(&self) -> AccountId {
        let Self::Id(id) = self;
        AccountId::from_bytes(*id)
    }
}

/// How much can leave an account.
pub(crate) fn spendable(
    storage: &Storage<'_>,
    id: AccountId,
    existence: Existence,
) -> Result<u64, PresentedError> {
    let data = account::read(storage, id)?.data;
    let kept = match existence {
        Existence::KeepAlive => data.frozen.max(existential_deposit(storage)?),
        Existence::AllowDeath => data.frozen,
    };
    Ok(data.free.saturating_sub(kept))
}

/// Moves money, all of it or none.
pub(crate) fn transfer(
    execution: &mut Execution<'_, '_>,
    from: AccountId,
    to: AccountId,
    amount: u64,
    existence: Existence,
) -> Result<(), Refusal> {
    let storage = &*execution.storage;
    let deposit = existential_deposit(storage)?;
    let left = account::read(storage, from)?.data.free.checked_sub(amount);
    let left = left.ok_or(Refusal::Token("FundsUnavailable"))?;
    if left < deposit && existence == Existence::KeepAlive && amount > 0 {
        return Err(Refusal::Token("NotExpendable"));
    }
    let opens = !account::read(storage, to)?.is_open();
    if opens && amount < deposit && amount > 0 {
        return Err(Refusal::Token("BelowMinimum"));
    }
    if from == to || amount == 0 {
        return Ok(());
    }
    let dust = take(execution, from, amount)?;
    give(execution, to, amount)?;
    let fields = vec![from.into(), to.into(), amount.into()];
    execution.deposit(PALLET, "Transfer", fields);
    if let Some(dust) = dust {
        tell_closed(execution, from, dust);
    }
    Ok(())
}

/// Takes money that is known to be there; the dust if the account was closed by it.
fn take(
    execution: &mut Execution<'_, '_>,
    id: AccountId,
    amount: u64,
) -> Result<Option<u64>, PresentedError> {
    let mut account = account::read(execution.storage, id)?;
    account.data.free = account.data.free.saturating_sub(amount);
    let (free, reserved) = (account.data.free, account.data.reserved);
    if free < existential_deposit(execution.storage)? && reserved == 0 {
        account::close(execution.storage, id)?;
        return Ok(Some(free));
    }
    account::write(execution.storage, id, &account)?;
    Ok(None)
}

fn tell_closed(execution: &mut Execution<'_, '_>, id: AccountId, dust: u64) {
    execution.deposit("System", "KilledAccount", vec![id.into()]);
    if dust > 0 {
        execution.deposit(PALLET, "DustLost", vec![id.into(), dust.into()]);
    }
}

/// Takes money out of circulation, or into a subnet's pool; the account stays open.
pub(crate) fn withdraw(
    execution: &mut Execution<'_, '_>,
    id: AccountId,
    amount: u64,
) -> Result<(), PresentedError> {
    take(execution, id, amount)?;
    let fields = vec![id.into(), amount.into()];
    execution.deposit(PALLET, "Withdraw", fields);
    Ok(())
}

/// Gives money; opens the account if it was not, unless it is too little for that and lost.
pub(crate) fn give(
    execution: &mut Execution<'_, '_>,
    id: AccountId,
    amount: u64,
) -> Result<(), PresentedError> {
    let mut account = account::read(execution.storage, id)?;
    if account.is_open() {
        account.data.free = account.data.free.saturating_add(amount);
        return account::write(execution.storage, id, &account);
    }
    if amount < existential_deposit(execution.storage)? {
        return Ok(());
    }
    account::write(execution.storage, id, &account.endowed(amount))?;
    execution.deposit("System", "NewAccount", vec![id.into()]);
    execution.deposit(PALLET, "Endowed", vec![id.into(), amount.into()]);
    Ok(())
}

/// The event of money that comes from a subnet's pool.
pub(crate) fn receive(
    execution: &mut Execution<'_, '_>,
    id: AccountId,
    amount: u64,
) -> Result<(), PresentedError> {
    give(execution, id, amount)?;
    let fields: Vec<Value> = vec![id.into(), amount.into()];
    execution.deposit(PALLET, "Deposit", fields);
    Ok(())
}
