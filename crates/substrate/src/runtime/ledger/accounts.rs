//! Balances, and what an account must hold.

use axonry_chain::{Balance, ChainError};
use axonry_core::{AccountId, Rao};
use scale_decode::DecodeAsType;

use crate::runtime::Runtime;
use crate::runtime::bare::Bare;

#[derive(DecodeAsType)]
struct AccountInfo {
    data: Bare<AccountData>,
}

#[derive(DecodeAsType)]
struct AccountData {
    free: u64,
    reserved: u64,
    frozen: u64,
}

impl Runtime {
    /// Where the balance of an account is.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when the runtime has no such item.
    pub fn balance_key(&self, account: AccountId) -> Result<Vec<u8>, ChainError> {
        self.storage_item("System", "Account")?
            .key((account.to_bytes(),))
    }

    /// Reads what lies at [`Self::balance_key`]; an account that is not stored has nothing.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`], [`ChainError::Decode`].
    pub fn balance(&self, stored: Option<&[u8]>) -> Result<Balance, ChainError> {
        let item = self.storage_item("System", "Account")?;
        let Some(info) = item.decode_or_default::<AccountInfo>(stored)? else {
            return Ok(Balance::default());
        };
        let AccountData {
            free,
            reserved,
            frozen,
        } = info.data.0;
        Ok(Balance {
            free: Rao::from_rao(free),
            reserved: Rao::from_rao(reserved),
            frozen: Rao::from_rao(frozen),
        })
    }

    /// What an account must hold to stay open.
    ///
    /// # Errors
    /// As [`Self::constant`].
    pub fn existential_deposit(&self) -> Result<Rao, ChainError> {
        self.constant("Balances", "ExistentialDeposit")
            .map(Rao::from_rao)
    }
}
