use std::fmt;

use async_trait::async_trait;
use axonry_core::{AccountId, Hotkey, Signature, Signer, SignerError};
use schnorrkel::derive::{ChainCode, Derivation};
use schnorrkel::{ExpansionMode, MiniSecretKey, PublicKey, SecretKey};
use zeroize::Zeroizing;

use crate::phrase;
use crate::uri::{Junction, SecretUri};

/// The signing context of every Substrate chain; it is part of what is signed.
const CONTEXT: &[u8] = b"substrate";

/// An sr25519 key that can sign.
///
/// The secret is wiped from memory on drop and never printed. It cannot be cloned: share it in an
/// `Arc`, which is a [`Signer`] as well.
pub struct Keypair(schnorrkel::Keypair);

/// Why a text or a number is no secret key. Never carries any part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// Not a mnemonic phrase.
    #[error(
        "not a mnemonic phrase: 12, 15, 18, 21 or 24 lower-case English BIP-39 words with a valid \
         checksum are expected"
    )]
    Phrase,
    /// Not a seed.
    #[error("not a seed: 64 hexadecimal digits are expected, with or without `0x`")]
    Seed,
    /// Not an expanded secret key.
    #[error(
        "not a private key: 128 hexadecimal digits, a scalar below the group order and a nonce, \
         are expected"
    )]
    PrivateKey,
    /// Not a secret URI.
    #[error(
        "not a secret URI: a phrase or a `0x` seed (or neither, for the development phrase), then \
         `//hard` and `/soft` steps, then `///password` are expected"
    )]
    Uri,
}

impl Keypair {
    /// Reads a secret URI: `//Alice`, `phrase//hard/soft///password`, `0xseed…`.
    ///
    /// Without phrase or seed it grows from the development phrase, whose keys everybody knows:
    /// for test chains only. A password concerns the phrase; with a seed it has no meaning and is
    /// ignored, as substrate does.
    ///
    /// # Errors
    /// [`SecretError`] naming which part is wrong.
    pub fn from_uri(uri: &str) -> Result<Self, SecretError> {
        let uri = SecretUri::parse(uri)?;
        let root = match uri.base.strip_prefix("0x") {
            Some(digits) if digits.len() == 128 => {
                Self::from_secret_key(&*bytes(digits).ok_or(SecretError::PrivateKey)?)?
            }
            Some(digits) => Self::from_seed(&*bytes(digits).ok_or(SecretError::Seed)?),
            None => Self::from_seed(&*phrase::seed(uri.base, uri.password)?),
        };
        let secret = uri
            .junctions
            .iter()
            .fold(root.0.secret.clone(), |secret, junction| match *junction {
                Junction::Hard(code) => secret
                    .hard_derive_mini_secret_key(Some(ChainCode(code)), b"")
                    .0
                    .expand(ExpansionMode::Ed25519),
                Junction::Soft(code) => secret.derived_key_simple(ChainCode(code), b"").0,
            });
        Ok(Self(secret.to_keypair()))
    }

    /// Takes a mnemonic phrase of 12, 15, 18, 21 or 24 English words, without a password.
    ///
    /// # Errors
    /// [`SecretError::Phrase`] for unknown words, upper case, another number of words, or a
    /// checksum that does not match.
    pub fn from_phrase(phrase: &str) -> Result<Self, SecretError> {
        Ok(Self::from_seed(&*phrase::seed(phrase, "")?))
    }

    /// Takes the 32 bytes a key grows from (`secretSeed` in keyfiles).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let mini = MiniSecretKey::from_bytes(seed).expect("any 32 bytes are a seed");
        Self(mini.expand_to_keypair(ExpansionMode::Ed25519))
    }

    /// Takes the 64 bytes of an expanded key: scalar and nonce (`privateKey` in keyfiles).
    ///
    /// # Errors
    /// [`SecretError::PrivateKey`] when the scalar is not below the group order.
    pub fn from_secret_key(secret: &[u8; 64]) -> Result<Self, SecretError> {
        let secret = SecretKey::from_bytes(secret).map_err(|_| SecretError::PrivateKey)?;
        Ok(Self(secret.to_keypair()))
    }

    /// Takes an expanded key in the form of ed25519, whose scalar is multiplied by the cofactor.
    pub(crate) fn from_ed25519_bytes(secret: &[u8; 64]) -> Result<Self, SecretError> {
        let secret = SecretKey::from_ed25519_bytes(secret).map_err(|_| SecretError::PrivateKey)?;
        Ok(Self(secret.to_keypair()))
    }

    /// The 64 bytes of the expanded key, for writing them to a keyfile.
    pub(crate) fn secret_key(&self) -> Zeroizing<[u8; 64]> {
        Zeroizing::new(self.0.secret.to_bytes())
    }

    /// The account it signs for.
    pub fn account(&self) -> AccountId {
        AccountId::from_bytes(self.0.public.to_bytes())
    }

    /// The account in its role as a neuron's hotkey.
    pub fn hotkey(&self) -> Hotkey {
        self.account().into()
    }

    /// Signs `message` as it is, without a detour through [`Signer`].
    ///
    /// Signatures are randomised: two of the same message differ.
    pub fn signature(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign_simple(CONTEXT, message).to_bytes())
    }
}

#[async_trait]
impl Signer for Keypair {
    fn account(&self) -> AccountId {
        self.account()
    }

    async fn sign(&self, message: &[u8]) -> Result<Signature, SignerError> {
        Ok(self.signature(message))
    }
}

impl fmt::Debug for Keypair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keypair")
            .field("account", &self.account())
            .field("secret", &format_args!("…"))
            .finish()
    }
}

/// Whether `signature` is one of `account` over exactly `message`.
///
/// Keys that are no point of the curve and signatures that are malformed verify nothing.
pub fn verify(account: &AccountId, message: &[u8], signature: &Signature) -> bool {
    let Ok(key) = PublicKey::from_bytes(account.as_bytes()) else {
        return false;
    };
    let Ok(signature) = schnorrkel::Signature::from_bytes(&signature.0) else {
        return false;
    };
    key.verify_simple(CONTEXT, message, &signature).is_ok()
}

/// Whether `signature` is one of `account` over `<Bytes>message</Bytes>`.
///
/// Browser wallets wrap what they sign so that it can be no extrinsic. `btwallet` accepts both forms
/// everywhere; here a caller who wants both asks for both.
pub fn verify_wrapped(account: &AccountId, message: &[u8], signature: &Signature) -> bool {
    let wrapped = [b"<Bytes>", message, b"</Bytes>"].concat();
    verify(account, &wrapped, signature)
}

/// Exactly `N` bytes from hexadecimal digits, without leaving a copy behind.
pub(crate) fn bytes<const N: usize>(digits: &str) -> Option<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0; N]);
    hex::decode_to_slice(digits, &mut *bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keypair_prints_its_account_and_nothing_else() {
        let seed = [0xa5; 32];
        let text = format!("{:?}", Keypair::from_seed(&seed));
        assert_eq!(
            text,
            "Keypair { account: 5DyAzicxQdv3N7yeNYm3NLFmFrqMRRYUVA2gUaLSA4LAgRUb, secret: … }"
        );
    }

    #[test]
    fn errors_never_repeat_the_secret() {
        let secret = "hunter2 is my password";
        for error in [
            Keypair::from_uri(secret).expect_err("no phrase"),
            Keypair::from_uri(&format!("0x{secret}")).expect_err("no seed"),
            Keypair::from_phrase(secret).expect_err("no phrase"),
        ] {
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn a_scalar_beyond_the_group_order_is_refused() {
        assert_eq!(
            Keypair::from_secret_key(&[0xff; 64]).expect_err("no scalar"),
            SecretError::PrivateKey
        );
    }
}
