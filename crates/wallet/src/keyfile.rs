use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use axonry_core::{AccountId, Ss58Error};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::keypair::bytes;
use crate::{Keypair, SecretError};

/// No keyfile is near this size; a larger file is something else.
const LIMIT: usize = 64 * 1024;

/// What a keyfile holds: an account, and its secret unless the file is a public one.
///
/// Reads every plain form that btwallet and SDK 11 write or read: JSON, in which `secretPhrase`,
/// `secretSeed`, `privateKey` and `ss58Address` are tried in this order and the first one present
/// decides; a bare mnemonic; a bare hexadecimal seed.
/// Fields it does not know may be of any type: `btwallet` up to 4.0.1 fails on the number that
/// SDK 11 writes as `cryptoType`.
#[derive(Debug)]
pub struct Keyfile {
    account: AccountId,
    keypair: Option<Keypair>,
}

/// How an encrypted keyfile is encrypted, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncryptionScheme {
    /// `$NACL`: secretbox under an Argon2i key; what current tools write.
    Nacl,
    /// `$ANSIBLE_VAULT`: AES-256-CTR under a PBKDF2 key.
    AnsibleVault,
    /// `gAAAAA`: Fernet under a PBKDF2 key; what the oldest tools wrote.
    Fernet,
}

/// Why a keyfile gave no key. Never carries any part of a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyfileError {
    /// The file could not be read.
    #[error("could not read the keyfile `{path}`")]
    Read {
        /// Where it was looked for.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// Too large, or not text.
    #[error("`{0}` is no keyfile: it is not text, or larger than 64 KiB")]
    NotText(PathBuf),
    /// Others can read or change the secret.
    #[error(
        "the keyfile `{path}` has mode {mode:03o}, so others can reach its secret: run `chmod 600 \
         {path}`, and consider the key exposed if others use this machine"
    )]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Encrypted in a way this version cannot open.
    #[error(
        "the keyfile is encrypted ({0}), which is not supported yet: a validator needs its hotkey \
         only, and hotkeys are plain by default"
    )]
    Encrypted(EncryptionScheme),
    /// Neither JSON nor a mnemonic nor a seed.
    #[error("not a keyfile: expected keyfile JSON, a mnemonic phrase or a hexadecimal seed")]
    NotAKeyfile,
    /// JSON that is broken, or whose fields have the wrong types.
    #[error("the keyfile's JSON is wrong at line {line}, column {column}")]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// JSON without a key.
    #[error(
        "the keyfile holds no key: one of `secretPhrase`, `secretSeed`, `privateKey`, \
         `ss58Address` is expected"
    )]
    NoKey,
    /// The first field present does not hold what its name says; later ones are not tried.
    #[error("`{field}` in the keyfile is wrong")]
    Secret {
        /// The field.
        field: &'static str,
        /// What is wrong.
        #[source]
        source: SecretError,
    },
    /// `ss58Address` is no address of this chain.
    #[error("`ss58Address` in the keyfile is wrong")]
    Address(#[source] Ss58Error),
    /// The secret belongs to another account than the file says.
    #[error(
        "`ss58Address` in the keyfile is {written}, but its `{field}` belongs to {derived}: the \
         file was mixed up or edited"
    )]
    Mismatch {
        /// The secret field that decided.
        field: &'static str,
        /// The account the file names.
        written: AccountId,
        /// The account of the secret.
        derived: AccountId,
    },
    /// A key of another kind of cryptography.
    #[error("the keyfile's `cryptoType` is {0}: only sr25519 (1) is supported")]
    CryptoType(String),
    /// A public keyfile where a secret is needed.
    #[error("the keyfile holds only the public key of {0}: signing needs the secret one")]
    PublicOnly(AccountId),
}

/// The fields that matter; the rest is skipped, whatever it is.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Fields {
    secret_phrase: Option<Zeroizing<String>>,
    secret_seed: Option<Zeroizing<String>>,
    private_key: Option<Zeroizing<String>>,
    ss58_address: Option<String>,
    crypto_type: Option<serde_json::Value>,
}

impl Keyfile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`KeyfileError::Exposed`] when it holds a secret that others can read or change, and all of
    /// [`Keyfile::parse`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, KeyfileError> {
        let path = path.as_ref();
        let failed = |source| KeyfileError::Read {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(failed)?;
        // Asked of the open file, so that it cannot be another one than the one read.
        let exposed = exposed(&file).map_err(failed)?;
        // Reserved at once: growing would leave copies of the secret behind.
        let mut text = Zeroizing::new(Vec::with_capacity(LIMIT + 1));
        file.take(LIMIT as u64 + 1)
            .read_to_end(&mut text)
            .map_err(failed)?;
        let not_text = || KeyfileError::NotText(path.to_owned());
        if text.len() > LIMIT {
            return Err(not_text());
        }
        let keyfile = Self::parse(std::str::from_utf8(&text).map_err(|_| not_text())?)?;
        match exposed {
            Some(mode) if keyfile.keypair.is_some() => Err(KeyfileError::Exposed {
                path: path.to_owned(),
                mode,
            }),
            _ => Ok(keyfile),
        }
    }

    /// Reads the content of a keyfile.
    ///
    /// # Errors
    /// [`KeyfileError`]; in particular an invalid phrase is an error even if a valid seed follows,
    /// and an address that is not the secret's is refused (SDK 11 does; btwallet 4.0.1 goes by the
    /// phrase and says nothing).
    pub fn parse(text: &str) -> Result<Self, KeyfileError> {
        if let Some(scheme) = EncryptionScheme::of(text.as_bytes()) {
            return Err(KeyfileError::Encrypted(scheme));
        }
        let text = text.trim();
        if text.starts_with('{') {
            let fields: Fields = serde_json::from_str(text)
                // Its message may quote the file, so only the place is kept.
                .map_err(|error| KeyfileError::Json {
                    line: error.line(),
                    column: error.column(),
                })?;
            return fields.read();
        }
        let keypair = match seed(text) {
            Ok(keypair) => keypair,
            Err(_) => Keypair::from_phrase(text).map_err(|_| KeyfileError::NotAKeyfile)?,
        };
        Ok(Self {
            account: keypair.account(),
            keypair: Some(keypair),
        })
    }

    /// The account.
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// Whether the file holds the secret.
    pub const fn is_secret(&self) -> bool {
        self.keypair.is_some()
    }

    /// Takes the key out.
    ///
    /// # Errors
    /// [`KeyfileError::PublicOnly`] when the file holds no secret.
    pub fn into_keypair(self) -> Result<Keypair, KeyfileError> {
        self.keypair.ok_or(KeyfileError::PublicOnly(self.account))
    }
}

impl Fields {
    fn read(&self) -> Result<Keyfile, KeyfileError> {
        match &self.crypto_type {
            None => {}
            Some(number) if number.as_u64() == Some(1) => {}
            Some(other) => {
                let named: String = other.to_string().chars().take(40).collect();
                return Err(KeyfileError::CryptoType(named));
            }
        }
        let written = match &self.ss58_address {
            Some(address) => Some(address.parse().map_err(KeyfileError::Address)?),
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
            return Ok(Keyfile {
                account: written.ok_or(KeyfileError::NoKey)?,
                keypair: None,
            });
        };
        let keypair = keypair.map_err(|source| KeyfileError::Secret { field, source })?;
        let derived = keypair.account();
        match written {
            Some(written) if written != derived => Err(KeyfileError::Mismatch {
                field,
                written,
                derived,
            }),
            _ => Ok(Keyfile {
                account: derived,
                keypair: Some(keypair),
            }),
        }
    }
}

fn seed(digits: &str) -> Result<Keypair, SecretError> {
    let seed = bytes(digits.strip_prefix("0x").unwrap_or(digits)).ok_or(SecretError::Seed)?;
    Ok(Keypair::from_seed(&seed))
}

impl EncryptionScheme {
    /// Recognises an encrypted keyfile by its first bytes; `None` for a plain one.
    pub fn of(content: &[u8]) -> Option<Self> {
        [
            (&b"$NACL"[..], Self::Nacl),
            (b"$ANSIBLE_VAULT", Self::AnsibleVault),
            (b"gAAAAA", Self::Fernet),
        ]
        .into_iter()
        .find_map(|(prefix, scheme)| content.starts_with(prefix).then_some(scheme))
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

/// The permission bits, when somebody but the owner can read or write.
#[cfg(unix)]
fn exposed(file: &File) -> std::io::Result<Option<u32>> {
    use std::os::unix::fs::PermissionsExt;

    let mode = file.metadata()?.permissions().mode() & 0o777;
    Ok((mode & 0o066 != 0).then_some(mode))
}

/// Where files have no such bits there is nothing to refuse.
#[cfg(not(unix))]
fn exposed(_: &File) -> std::io::Result<Option<u32>> {
    Ok(None)
}
