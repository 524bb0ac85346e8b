use std::fmt;

use async_trait::async_trait;

use crate::AccountId;

/// An sr25519 signature, 64 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0x")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Whoever can sign for one account: a key in memory, a file, a device, a remote signer.
///
/// Signatures are sr25519 in the context `substrate`, over exactly the bytes given.
#[async_trait]
pub trait Signer: fmt::Debug + Send + Sync {
    /// The account it signs for.
    fn account(&self) -> AccountId;

    /// Signs `message` as it is.
    async fn sign(&self, message: &[u8]) -> Result<Signature, SignerError>;
}

#[async_trait]
impl<S: Signer + ?Sized> Signer for std::sync::Arc<S> {
    fn account(&self) -> AccountId {
        (**self).account()
    }

    async fn sign(&self, message: &[u8]) -> Result<Signature, SignerError> {
        (**self).sign(message).await
    }
}

/// Why there is no signature. Never carries the message or any part of a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key of {account} did not sign: {reason}")]
pub struct SignerError {
    /// The account whose key was asked.
    pub account: AccountId,
    /// What stood in the way.
    pub reason: String,
}
