//! The three ways keyfiles have been encrypted.

mod ansible;
mod fernet;
mod nacl;

use std::fmt;

use zeroize::Zeroizing;

use crate::{KeyfileError, Password};

/// How an encrypted keyfile is encrypted, by its first bytes.
///
/// None of them is cheap, by intent: opening takes seconds of one core, and NaCl 512 MiB. Do it
/// once, off the threads of an async runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncryptionScheme {
    /// `$NACL`: secretbox under an Argon2i key; what current tools write, and this crate.
    Nacl,
    /// `$ANSIBLE_VAULT`: AES-256-CTR under a PBKDF2 key.
    AnsibleVault,
    /// `gAAAAA`: Fernet under a PBKDF2 key; what the oldest tools wrote.
    ///
    /// btwallet up to 4.0.1 answers "wrong password" to all of them; SDK 11 opens them.
    Fernet,
}

impl EncryptionScheme {
    /// Recognises an encrypted keyfile by its first bytes; `None` for a plain one.
    pub fn of(content: &[u8]) -> Option<Self> {
        [
            (nacl::PREFIX, Self::Nacl),
            (ansible::PREFIX, Self::AnsibleVault),
            (fernet::PREFIX, Self::Fernet),
        ]
        .into_iter()
        .find_map(|(prefix, scheme)| content.starts_with(prefix).then_some(scheme))
    }

    /// Opens the content of a file of this scheme.
    pub(crate) fn open(self, content: &[u8], password: &Password) -> Opened {
        match self {
            Self::Nacl => nacl::open(content, || nacl::key(password)),
            Self::AnsibleVault => ansible::open(content, |salt| ansible::keys(password, salt)),
            Self::Fernet => fernet::open(content, || fernet::keys(password)),
        }
    }

    /// Opens the content of a file of this scheme whose keys are known to be `key`, over and over:
    /// what a password becomes is the slow part, and the part that reads nothing of the file.
    pub(crate) fn open_with(self, content: &[u8], key: u8) -> Opened {
        match self {
            Self::Nacl => nacl::open(content, || Ok(Zeroizing::new([key; 32]))),
            Self::AnsibleVault => ansible::open(content, |_| Zeroizing::new([key; 80])),
            Self::Fernet => fernet::open(content, || Zeroizing::new([key; 32])),
        }
    }
}

impl fmt::Display for EncryptionScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nacl => "NaCl",
            Self::AnsibleVault => "Ansible Vault",
            Self::Fernet => "Fernet",
        })
    }
}

/// Encrypts the way current tools do.
///
/// # Errors
/// [`KeyfileError::Entropy`], [`KeyfileError::Memory`].
pub(crate) fn seal(content: &[u8], password: &Password) -> Result<Vec<u8>, KeyfileError> {
    nacl::seal(content, password)
}

/// What was inside.
pub(crate) type Opened = Result<Zeroizing<Vec<u8>>, KeyfileError>;

/// The file is not what its first bytes promise.
pub(crate) const fn damaged(scheme: EncryptionScheme) -> KeyfileError {
    KeyfileError::Damaged(scheme)
}
