//! `$NACL`: 24 bytes of nonce and a secretbox, as libsodium lays it out: the tag, then the text.
//!
//! `opentensor/btwallet`, `src/keyfile.rs`: `derive_key` and `encrypt_keyfile_data`.

use argon2::{Algorithm, Argon2, Params, Version};
use crypto_secretbox::aead::Aead;
use crypto_secretbox::{KeyInit, Nonce, XSalsa20Poly1305};
use zeroize::Zeroizing;

use super::{EncryptionScheme, Opened, damaged};
use crate::{KeyfileError, Password};

pub(super) const PREFIX: &[u8] = b"$NACL";

const NONCE: usize = 24;

type Key = Zeroizing<[u8; 32]>;

/// One salt for everybody: whoever computes a table of keys computes it for all wallets. It is
/// part of the format and must stay.
const SALT: [u8; 16] = [
    0x13, 0x71, 0x83, 0xdf, 0xf1, 0x5a, 0x09, 0xbc, 0x9c, 0x90, 0xb5, 0x51, 0x87, 0x39, 0xe9, 0xb1,
];

/// libsodium's `OPSLIMIT_SENSITIVE` and `MEMLIMIT_SENSITIVE` for Argon2i.
const PASSES: u32 = 8;
const MEMORY_KIB: u32 = 512 * 1024;

pub(super) fn open(content: &[u8], stretch: impl FnOnce() -> Result<Key, KeyfileError>) -> Opened {
    let sealed = content.strip_prefix(PREFIX).unwrap_or_default();
    let (nonce, boxed) = sealed
        .split_at_checked(NONCE)
        .ok_or_else(|| damaged(EncryptionScheme::Nacl))?;
    let cipher = XSalsa20Poly1305::new((&*stretch()?).into());
    let opened = cipher.decrypt(Nonce::from_slice(nonce), boxed);
    // The box cannot tell a wrong password from a changed file.
    opened
        .map(Zeroizing::new)
        .map_err(|_| KeyfileError::WrongPassword)
}

pub(super) fn seal(content: &[u8], password: &Password) -> Result<Vec<u8>, KeyfileError> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).map_err(|_| KeyfileError::Entropy)?;
    let boxed = XSalsa20Poly1305::new((&*key(password)?).into())
        .encrypt(Nonce::from_slice(&nonce), content)
        .expect("a keyfile is far below the length limit of the cipher");
    Ok([PREFIX, &nonce, &boxed].concat())
}

/// The slow part.
pub(super) fn key(password: &Password) -> Result<Key, KeyfileError> {
    let params =
        Params::new(MEMORY_KIB, PASSES, 1, Some(32)).expect("libsodium's limits are within range");
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2i, Version::V0x13, params)
        .hash_password_into(password.bytes(), &SALT, &mut *key)
        .map_err(|_| KeyfileError::Memory)?;
    Ok(key)
}
