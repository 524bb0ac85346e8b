//! Accounts: nonce and balance, as `System.Account` has them.

use axonry_core::AccountId;
use scale_decode::DecodeAsType;

use crate::presented::{PresentedError, Value};
use crate::storage::Storage;

/// An account. One nobody has heard of is empty.
#[derive(Clone, Debug, Default, DecodeAsType)]
pub(crate) struct Account {
    pub(crate) nonce: u32,
    consumers: u32,
    providers: u32,
    sufficients: u32,
    pub(crate) data: Balance,
}

/// What an account holds, in rao.
#[derive(Clone, Debug, Default, DecodeAsType)]
pub(crate) struct Balance {
    pub(crate) free: u64,
    pub(crate) reserved: u64,
    pub(crate) frozen: u64,
    flags: u128,
}

/// Flags of an account that follows the current rules for reserves.
const NEW: u128 = 1 << 127;

impl Account {
    /// A new account with some money.
    pub(crate) fn with_free(free: u64) -> Self {
        Self::default().endowed(free)
    }

    /// The account opened with some money; its nonce stays.
    pub(crate) const fn endowed(mut self, free: u64) -> Self {
        self.providers = 1;
        self.data.free = free;
        self.data.flags = NEW;
        self
    }

    /// Whether the account is open: one that only ever signed what is free need not be.
    pub(crate) const fn is_open(&self) -> bool {
        self.providers > 0
    }
}

/// Reads an account.
pub(crate) fn read(storage: &Storage<'_>, id: AccountId) -> Result<Account, PresentedError> {
    let account = storage.read("System", "Account", &[id.into()])?;
    Ok(account.unwrap_or_default())
}

/// Writes an account back.
pub(crate) fn write(
    storage: &mut Storage<'_>,
    id: AccountId,
    account: &Account,
) -> Result<(), PresentedError> {
    let data = Value::Record(vec![
        ("free", account.data.free.into()),
        ("reserved", account.data.reserved.into()),
        ("frozen", account.data.frozen.into()),
        ("flags", account.data.flags.into()),
    ]);
    let info = Value::Record(vec![
        ("nonce", account.nonce.into()),
        ("consumers", account.consumers.into()),
        ("providers", account.providers.into()),
        ("sufficients", account.sufficients.into()),
        ("data", data),
    ]);
    storage.write("System", "Account", &[id.into()], info)
}

/// Closes an account: nothing is left of it, not even the nonce.
pub(crate) fn close(storage: &mut Storage<'_>, id: AccountId) -> Result<(), PresentedError> {
    storage.remove("System", "Account", &[id.into()])
}
