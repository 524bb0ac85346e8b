//! What an extrinsic takes from its sender before its call runs.

use axonry_core::AccountId;

use crate::execution::{Event, Execution};
use crate::extrinsic::Parts;
use crate::presented::PresentedError;
use crate::{account, balances, fees};

/// What an extrinsic costs its sender, whatever becomes of the call.
pub(super) struct Charge {
    account: AccountId,
    pub(super) pays: bool,
    fee: u64,
    tip: u64,
    /// The events of taking it.
    pub(super) events: Vec<Event>,
}

impl Charge {
    /// Uses up the nonce, and takes fee and tip.
    pub(super) fn take(
        execution: &mut Execution<'_, '_>,
        parts: &Parts<'_>,
        bytes: usize,
    ) -> Result<Self, PresentedError> {
        let storage = &mut *execution.storage;
        let mut account = account::read(storage, parts.account)?;
        account.nonce = account.nonce.saturating_add(1);
        account::write(storage, parts.account, &account)?;
        let pays = fees::pays(storage.presented(), &parts.call);
        let fee = if pays { fees::fee(bytes as u64) } else { 0 };
        let taken = fee.saturating_add(parts.tip);
        if taken > 0 {
            balances::withdraw(execution, parts.account, taken)?;
        }
        Ok(Self {
            account: parts.account,
            pays,
            fee,
            tip: parts.tip,
            events: std::mem::take(&mut execution.events),
        })
    }

    /// The event that says what was paid.
    pub(super) fn tell(&self, execution: &mut Execution<'_, '_>) -> Vec<Event> {
        let paid = self.fee.saturating_add(self.tip);
        if paid > 0 {
            let fields = vec![self.account.into(), paid.into(), self.tip.into()];
            execution.deposit("TransactionPayment", "TransactionFeePaid", fields);
        }
        std::mem::take(&mut execution.events)
    }
}
