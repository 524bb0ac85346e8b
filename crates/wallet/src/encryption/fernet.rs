//! `gAAAAA`: a Fernet token, which is base64 of version, time, vector, AES-128-CBC text and HMAC.

use aes::Aes128;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockDecryptMut, KeyIvInit};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{EncryptionScheme, Opened, damaged};
use crate::{KeyfileError, Password};

pub(super) const PREFIX: &[u8] = b"gAAAAA";

const SALT: &[u8] = b"Iguesscyborgslikemyselfhaveatendencytobeparanoidaboutourorigins";
const ROUNDS: u32 = 10_000_000;

/// One byte of version, eight of time.
const VECTOR_AT: usize = 9;
const TEXT_AT: usize = 25;
const CODE: usize = 32;

/// Of the code, then of the cipher.
type Keys = Zeroizing<[u8; 32]>;

pub(super) fn open(content: &[u8], stretch: impl FnOnce() -> Keys) -> Opened {
    let damaged = || damaged(EncryptionScheme::Fernet);
    let token = BASE64_URL_SAFE
        .decode(content.trim_ascii())
        .map_err(|_| damaged())?;
    let signed_length = token.len().checked_sub(CODE).ok_or_else(damaged)?;
    if signed_length < TEXT_AT {
        return Err(damaged());
    }
    let (signed, code) = token.split_at(signed_length);
    let keys = stretch();
    let (code_key, cipher_key) = keys.split_at(16);
    let mut mac = Hmac::<Sha256>::new_from_slice(code_key).expect("HMAC takes keys of any length");
    mac.update(signed);
    mac.verify_slice(code)
        .map_err(|_| KeyfileError::WrongPassword)?;
    let vector = &signed[VECTOR_AT..TEXT_AT];
    cbc::Decryptor::<Aes128>::new_from_slices(cipher_key, vector)
        .expect("16 and 16 bytes")
        .decrypt_padded_vec_mut::<Pkcs7>(&signed[TEXT_AT..])
        .map(Zeroizing::new)
        .map_err(|_| damaged())
}

/// The slow part.
pub(super) fn keys(password: &Password) -> Keys {
    let mut keys = Zeroizing::new([0; 32]);
    pbkdf2::pbkdf2::<Hmac<Sha256>>(password.bytes(), SALT, ROUNDS, &mut *keys)
        .expect("HMAC takes keys of any length");
    keys
}
