use std::path::PathBuf;

use axonry_core::AccountId;

use crate::{EncryptionScheme, SecretError};

/// Why a keyfile gave no key, or was not written. Never carries any part of a secret.
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
    /// The file could not be written; what was there before is there still.
    #[error("could not write the keyfile `{path}`")]
    Write {
        /// Where it was to be.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// There is a file already, and nobody said that it may go.
    #[error("`{0}` exists already: choose another name, or remove it if its key is not needed")]
    Exists(PathBuf),
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
    /// Encrypted, and no password given.
    #[error("the keyfile is encrypted ({0}): give its password")]
    Encrypted(EncryptionScheme),
    /// The password does not open the file.
    #[error("the password is wrong, or the keyfile has been changed since it was encrypted")]
    WrongPassword,
    /// The file starts like an encrypted one and goes on otherwise.
    #[error("the keyfile starts as {0} and is damaged after that: restore it from a backup")]
    Damaged(EncryptionScheme),
    /// There is not the memory the encryption asks for.
    #[error("the keyfile's encryption needs 512 MiB of memory, which this process cannot have")]
    Memory,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes to make a key or a nonce of")]
    Entropy,
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
    /// `ss58Address` is no address of this chain. What stands there instead is not told: it may be
    /// the secret of somebody who mixed up the fields.
    #[error("`ss58Address` in the keyfile is not an SS58 address of this chain")]
    Address,
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
    /// A key of another kind of cryptography, by its number if it has one.
    #[error(
        "the keyfile's `cryptoType` is {}: only sr25519 (1) is supported",
        .0.map_or_else(|| "no number".to_owned(), |kind| kind.to_string())
    )]
    CryptoType(Option<u8>),
    /// An export of polkadot-js in a form that is not read here.
    #[error("not an export of polkadot-js that is read here: {0}")]
    Polkadot(&'static str),
    /// A public keyfile where a secret is needed.
    #[error("the keyfile holds only the public key of {0}: signing needs the secret one")]
    PublicOnly(AccountId),
}
