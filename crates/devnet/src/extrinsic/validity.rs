//! Whether an extrinsic may enter a block, in the runtime's own terms.
//!
//! `sp_runtime::transaction_validity` in `paritytech/polkadot-sdk`.

use axonry_core::AccountId;
use parity_scale_codec::Encode;

/// An extrinsic that may enter, now or after others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Valid {
    pub(crate) account: AccountId,
    pub(crate) nonce: u64,
    /// The account's nonce in state: the extrinsic is ready when it has come up to `nonce`.
    pub(crate) account_nonce: u64,
    pub(crate) priority: u64,
    /// The last block it can be in.
    pub(crate) valid_until: u64,
}

/// Why an extrinsic may not enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValidityError {
    Invalid(Invalid),
    Unknown(Unknown),
}

/// It is known to be invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invalid {
    Payment,
    Stale,
    BadProof,
    AncientBirthBlock,
    /// Subtensor's own number: `common/src/transaction_error.rs` in `opentensor/subtensor`.
    Custom(u8),
    BadSigner,
}

/// It is not known whether it is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    CannotLookup,
    NoUnsignedValidator,
}

impl Invalid {
    /// Its place in `InvalidTransaction`.
    const fn index(self) -> u8 {
        match self {
            Self::Payment => 1,
            Self::Stale => 3,
            Self::BadProof => 4,
            Self::AncientBirthBlock => 5,
            Self::Custom(_) => 7,
            Self::BadSigner => 10,
        }
    }

    /// The node's words, which are all a client gets to see of it.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Payment => "Inability to pay some fees (e.g. account balance too low)".to_owned(),
            Self::Stale => "Transaction is outdated".to_owned(),
            Self::BadProof => "Transaction has a bad signature".to_owned(),
            Self::AncientBirthBlock => "Transaction has an ancient birth block".to_owned(),
            Self::Custom(number) => format!("Custom error: {number}"),
            Self::BadSigner => "Invalid signing address".to_owned(),
        }
    }
}

impl Valid {
    /// The answer of `TaggedTransactionQueue_validate_transaction`, seen from block `current`.
    pub(crate) fn encode(&self, current: u64) -> Vec<u8> {
        let tag = |nonce: u64| (self.account.to_bytes(), nonce).encode();
        let requires: Vec<_> = (self.nonce > self.account_nonce)
            .then(|| tag(self.nonce - 1))
            .into_iter()
            .collect();
        let provides = vec![tag(self.nonce)];
        let longevity = self.valid_until.saturating_sub(current);
        let valid = (self.priority, requires, provides, longevity, true);
        Ok::<_, ()>(valid).encode()
    }
}

impl ValidityError {
    /// The answer of `TaggedTransactionQueue_validate_transaction`.
    pub(crate) fn encode(self) -> Vec<u8> {
        const ERROR: u8 = 1;
        match self {
            Self::Invalid(Invalid::Custom(number)) => {
                vec![ERROR, 0, Invalid::Custom(number).index(), number]
            }
            Self::Invalid(invalid) => vec![ERROR, 0, invalid.index()],
            Self::Unknown(Unknown::CannotLookup) => vec![ERROR, 1, 0],
            Self::Unknown(Unknown::NoUnsignedValidator) => vec![ERROR, 1, 1],
        }
    }
}

impl From<Invalid> for ValidityError {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}
