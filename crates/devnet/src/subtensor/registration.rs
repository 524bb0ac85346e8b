//! Neurons that come, and those that go for them: `pallets/subtensor/src/subnets/registration.rs`
//! and `uids.rs`.

mod burn;
mod slot;

use axonry_core::{AccountId, NetUid};
use scale_decode::DecodeAsType;

use super::hyperparameters::{exists, of_subnet};
use super::pools::{self, Side};
use super::{PALLET, neurons, stake};
use crate::balances::{self, Existence};
use crate::execution::Execution;
use crate::presented::CallData;
use crate::refusal::{Refusal, ensure};

pub(crate) use burn::advance;

#[derive(DecodeAsType)]
struct BurnedRegister {
    netuid: u16,
    hotkey: [u8; 32],
}

/// Runs `burned_register`: the coldkey pays the burn, the hotkey gets a slot.
pub(crate) fn call(execution: &mut Execution<'_, '_>, call: &CallData<'_>) -> Result<(), Refusal> {
    let call: BurnedRegister = execution.arguments(call)?;
    let (netuid, hotkey) = (NetUid(call.netuid), AccountId::from_bytes(call.hotkey));
    let (coldkey, number) = (execution.origin, execution.number);
    let storage = &mut *execution.storage;
    ensure(netuid.0 != 0, "RegistrationNotPermittedOnRootSubnet")?;
    if !exists(storage, netuid)? {
        return Err(Refusal::Pallet("SubnetNotExists", "MechanismDoesNotExist"));
    }
    let allowed = of_subnet(storage, "NetworkRegistrationAllowed", netuid, true)?;
    ensure(allowed, "SubNetRegistrationDisabled")?;
    burn::ensure_room_in_time(storage, netuid)?;
    let registered = neurons::uid_of(storage, netuid, hotkey)?.is_some();
    ensure(!registered, "HotKeyAlreadyRegisteredInSubNet")?;
    let burn: u64 = of_subnet(storage, "Burn", netuid, 0)?;
    let free = balances::spendable(storage, coldkey, Existence::AllowDeath)?;
    ensure(burn <= free, "NotEnoughBalanceToStake")?;
    stake::adopt(storage, hotkey, coldkey)?;
    let owned = stake::owner(storage, hotkey)? == Some(coldkey);
    ensure(owned, "NonAssociatedColdKey")?;

    let payable = balances::spendable(storage, coldkey, Existence::KeepAlive)?;
    let paid = burn.min(payable);
    let pool = pools::read(storage, netuid)?;
    let swap = pool.swap(Side::Buy, paid, false)?;
    pool.take_in(storage, Side::Buy, &swap)?;
    // The alpha that was bought is nobody's.
    let out: u64 = of_subnet(storage, "SubnetAlphaOut", netuid, 0)?;
    let key = [netuid.0.into()];
    let out = out.saturating_sub(swap.paid_out);
    storage.write(PALLET, "SubnetAlphaOut", &key, out)?;
    let uid = slot::take(storage, netuid, hotkey, number)?;
    burn::registered(storage, netuid, burn)?;
    balances::withdraw(execution, coldkey, paid)?;
    let fields = vec![netuid.0.into(), uid.into(), hotkey.into()];
    execution.deposit(PALLET, "NeuronRegistered", fields);
    Ok(())
}
