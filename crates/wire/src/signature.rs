use axonry_core::AccountId;

/// The signing context of every Substrate chain; it is part of what is signed.
const CONTEXT: &[u8] = b"substrate";

/// The cryptography of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// What neurons use.
    Sr25519,
    /// What `btauth/1` allows besides.
    Ed25519,
}

/// A text that is no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a signature: `0x` and 128 hexadecimal digits are expected")]
pub struct SignatureError;

impl Scheme {
    /// Whether `signature` is one of `account` over exactly `message`.
    ///
    /// Keys that are no point of the curve and signatures that are malformed verify nothing.
    pub fn verify(self, account: &AccountId, message: &[u8], signature: &[u8; 64]) -> bool {
        match self {
            Self::Sr25519 => sr25519(account, message, signature).is_some(),
            Self::Ed25519 => ed25519(account, message, signature).is_some(),
        }
    }
}

fn sr25519(account: &AccountId, message: &[u8], signature: &[u8; 64]) -> Option<()> {
    let key = schnorrkel::PublicKey::from_bytes(account.as_bytes()).ok()?;
    let signature = schnorrkel::Signature::from_bytes(signature).ok()?;
    key.verify_simple(CONTEXT, message, &signature).ok()
}

fn ed25519(account: &AccountId, message: &[u8], signature: &[u8; 64]) -> Option<()> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(account.as_bytes()).ok()?;
    let signature = ed25519_dalek::Signature::from_bytes(signature);
    key.verify_strict(message, &signature).ok()
}

/// Reads `0x` and 128 digits.
pub(crate) fn prefixed(text: &str) -> Result<[u8; 64], SignatureError> {
    digits(text.strip_prefix("0x").ok_or(SignatureError)?)
}

/// Reads 128 digits.
pub(crate) fn digits(text: &str) -> Result<[u8; 64], SignatureError> {
    let mut bytes = [0; 64];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| SignatureError)?;
    Ok(bytes)
}
