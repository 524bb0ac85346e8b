//! `$ANSIBLE_VAULT;1.1;AES256`: a header line, then hexadecimal digits of hexadecimal lines: salt,
//! HMAC, ciphertext.

use aes::Aes256;
use aes::cipher::{KeyIvInit, StreamCipher};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{EncryptionScheme, Opened, damaged};
use crate::{KeyfileError, Password};

pub(super) const PREFIX: &[u8] = b"$ANSIBLE_VAULT";

const HEADER: &str = "$ANSIBLE_VAULT;1.1;AES256";
const ROUNDS: u32 = 10_000;
const BLOCK: usize = 16;

/// Of the cipher, of the code, and the first counter.
type Keys = Zeroizing<[u8; 80]>;

pub(super) fn open(content: &[u8], stretch: impl FnOnce(&[u8]) -> Keys) -> Opened {
    let Envelope {
        salt,
        code,
        mut text,
    } = envelope(content).ok_or_else(|| damaged(EncryptionScheme::AnsibleVault))?;
    let keys = stretch(&salt);
    let (cipher_key, rest) = keys.split_at(32);
    let (code_key, vector) = rest.split_at(32);
    let mut mac = Hmac::<Sha256>::new_from_slice(code_key).expect("HMAC takes keys of any length");
    mac.update(&text);
    mac.verify_slice(&code)
        .map_err(|_| KeyfileError::WrongPassword)?;
    ctr::Ctr128BE::<Aes256>::new_from_slices(cipher_key, vector)
        .expect("32 and 16 bytes")
        .apply_keystream(&mut text);
    // The code has been right, so that wrong padding is a file nobody wrote in earnest.
    let length = unpadded(&text).ok_or_else(|| damaged(EncryptionScheme::AnsibleVault))?;
    text.truncate(length);
    Ok(text)
}

/// The slow part.
pub(super) fn keys(password: &Password, salt: &[u8]) -> Keys {
    let mut keys = Zeroizing::new([0; 80]);
    pbkdf2::pbkdf2::<Hmac<Sha256>>(password.bytes(), salt, ROUNDS, &mut *keys)
        .expect("HMAC takes keys of any length");
    keys
}

struct Envelope {
    salt: Vec<u8>,
    code: Vec<u8>,
    text: Zeroizing<Vec<u8>>,
}

fn envelope(content: &[u8]) -> Option<Envelope> {
    let mut lines = std::str::from_utf8(content).ok()?.lines();
    if lines.next()?.trim_end() != HEADER {
        return None;
    }
    let digits: String = lines.map(str::trim).collect();
    let inner = hex::decode(digits).ok()?;
    let mut parts = inner.split(|byte| *byte == b'\n').map(hex::decode);
    let mut part = || parts.next()?.ok();
    Some(Envelope {
        salt: part()?,
        code: part()?,
        text: Zeroizing::new(part()?),
    })
}

/// The length without PKCS#7 padding.
fn unpadded(text: &[u8]) -> Option<usize> {
    let padding = usize::from(*text.last()?);
    let length = text.len().checked_sub(padding)?;
    let whole = text.len().is_multiple_of(BLOCK) && (1..=BLOCK).contains(&padding);
    let alike = text[length..]
        .iter()
        .all(|byte| usize::from(*byte) == padding);
    (whole && alike).then_some(length)
}
