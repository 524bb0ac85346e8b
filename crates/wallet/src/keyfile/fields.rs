//! The JSON of a keyfile.

use axonry_core::AccountId;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::KeyfileError;
use crate::keypair::bytes;
use crate::{Keypair, SecretError};

/// The fields that matter; the rest is skipped, whatever it is.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Fields {
    secret_phrase: Option<Zeroizing<String>>,
    secret_seed: Option<Zeroizing<String>>,
    private_key: Option<Zeroizing<String>>,
    ss58_address: Option<String>,
    crypto_type: Option<serde_json::Value>,
}

/// What is written: text fields only, since btwallet up to 4.0.1 fails on any other.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Written<'a> {
    account_id: String,
    public_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key: Option<Zeroizing<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_phrase: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_seed: Option<Zeroizing<String>>,
    ss58_address: String,
}

impl<'a> Written<'a> {
    pub(super) fn public(account: AccountId) -> Self {
        let key = format!("0x{}", hex::encode(account.as_bytes()));
        Self {
            account_id: key.clone(),
            public_key: key,
            private_key: None,
            secret_phrase: None,
            secret_seed: None,
            ss58_address: account.to_string(),
        }
    }

    pub(super) fn secret(
        keypair: &Keypair,
        phrase: Option<&'a str>,
        seed: Option<&[u8; 32]>,
    ) -> Self {
        let digits = |bytes: &[u8]| {
            let digits = Zeroizing::new(hex::encode(bytes));
            Zeroizing::new(format!("0x{}", *digits))
        };
        Self {
            private_key: Some(digits(&*keypair.secret_key())),
            secret_phrase: phrase,
            secret_seed: seed.map(|seed| digits(seed)),
            ..Self::public(keypair.account())
        }
    }

    pub(super) fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(serde_json::to_string(self).expect("texts are JSON"))
    }
}

impl Fields {
    pub(super) fn parse(text: &str) -> Result<Self, KeyfileError> {
        // Its message may quote the file, so only the place is kept.
        serde_json::from_str(text).map_err(|error| KeyfileError::Json {
            line: error.line(),
            column: error.column(),
        })
    }

    pub(super) fn phrase(self) -> Option<Zeroizing<String>> {
        self.secret_phrase
    }

    /// The account, and the key unless the file is a public one.
    pub(super) fn read(&self) -> Result<(AccountId, Option<Keypair>), KeyfileError> {
        match &self.crypto_type {
            None => {}
            Some(number) if number.as_u64() == Some(1) => {}
            Some(other) => {
                let kind = other.as_u64().and_then(|kind| kind.try_into().ok());
                return Err(KeyfileError::CryptoType(kind));
            }
        }
        let written = match &self.ss58_address {
            Some(address) => Some(address.parse().map_err(|_| KeyfileError::Address)?),
            None => None,
        };
        let (field, keypair) = if let Some(phrase) = &self.secret_phrase {
            ("secretPhrase", Keypair::from_phrase(phrase))
        } else if let Some(digits) = &self.secret_seed {
            ("secretSeed", seed(digits))
        } else if let Some(digits) = &self.private_key {
            let secret = bytes(digits.strip_prefix("0x").unwrap_or(digits));
            let secret = secret.ok_or(SecretError::PrivateKey);
            let keypair = secret.and_then(|secret| Keypair::from_secret_key(&secret));
            ("privateKey", keypair)
        } else {
            return Ok((written.ok_or(KeyfileError::NoKey)?, None));
        };
        let keypair = keypair.map_err(|source| KeyfileError::Secret { field, source })?;
        let derived = keypair.account();
        match written {
            Some(written) if written != derived => Err(KeyfileError::Mismatch {
                field,
                written,
                derived,
            }),
            _ => Ok((derived, Some(keypair))),
        }
    }
}

pub(super) fn seed(digits: &str) -> Result<Keypair, SecretError> {
    let seed = bytes(digits.strip_prefix("0x").unwrap_or(digits)).ok_or(SecretError::Seed)?;
    Ok(Keypair::from_seed(&seed))
}
