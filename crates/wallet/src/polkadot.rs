//! Accounts as polkadot-js exports them: `pkcs8` of sr25519 in a secretbox, version 3.
//!
//! `polkadot-js/common`: `packages/keyring/src/pair/decode.ts`, `packages/util-crypto/src/json`.

use axonry_core::AccountId;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use crypto_secretbox::aead::Aead;
use crypto_secretbox::{KeyInit, Nonce, XSalsa20Poly1305};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{KeyfileError, Keypair, Password};

/// How a PKCS#8 document of a 64-byte secret starts, and what stands between it and the public key.
const HEADER: [u8; 16] = [
    0x30, 0x53, 0x02, 0x01, 0x01, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
const DIVIDER: [u8; 5] = [0xa1, 0x23, 0x03, 0x21, 0x00];

const SALT: usize = 32;
const NONCE: usize = 24;

type Key = Zeroizing<[u8; 32]>;

/// polkadot-js itself goes no further than N = 2^15 (or, lately, 2^17), r = 8, p = 1: a file that
/// asks for more wants the machine, not the key.
const MOST_COST: u32 = 1 << 18;

#[derive(Deserialize)]
struct Export {
    encoded: String,
    encoding: Encoding,
    address: Option<String>,
}

#[derive(Deserialize)]
struct Encoding {
    content: Vec<String>,
    #[serde(rename = "type")]
    kind: Vec<String>,
    version: String,
}

pub(crate) fn open(json: &str, password: &Password) -> Result<Keypair, KeyfileError> {
    open_by(json, password, |salt, params| {
        let mut key = Zeroizing::new([0; 32]);
        scrypt::scrypt(password.bytes(), salt, params, &mut *key).expect("32 bytes are a length");
        key
    })
}

/// Opens an export, with the slow part as it is given: a salt and costs become a key.
pub(crate) fn open_by(
    json: &str,
    password: &Password,
    stretch: impl FnOnce(&[u8], &scrypt::Params) -> Key,
) -> Result<Keypair, KeyfileError> {
    let export: Export = serde_json::from_str(json).map_err(|error| KeyfileError::Json {
        line: error.line(),
        column: error.column(),
    })?;
    let Encoding {
        content,
        kind,
        version,
    } = &export.encoding;
    let has = |words: &[String], word: &str| words.iter().any(|one| one == word);
    if version != "3" {
        return Err(KeyfileError::Polkadot("its version is not 3"));
    }
    if !has(content, "pkcs8") || !has(content, "sr25519") {
        return Err(KeyfileError::Polkadot(
            "its content is not `pkcs8`, `sr25519`",
        ));
    }
    if !has(kind, "xsalsa20-poly1305") {
        return Err(KeyfileError::Polkadot(
            "it is not encrypted by `xsalsa20-poly1305`",
        ));
    }
    let encoded = BASE64_STANDARD
        .decode(&export.encoded)
        .map_err(|_| KeyfileError::Polkadot("`encoded` is no base64"))?;
    let (key, sealed) = if has(kind, "scrypt") {
        stretched(&encoded, stretch)?
    } else {
        (padded(password), encoded.as_slice())
    };
    let (nonce, boxed) = sealed
        .split_at_checked(NONCE)
        .ok_or(KeyfileError::Polkadot("`encoded` is too short"))?;
    let text = XSalsa20Poly1305::new((&*key).into())
        .decrypt(Nonce::from_slice(nonce), boxed)
        .map(Zeroizing::new)
        .map_err(|_| KeyfileError::WrongPassword)?;
    let keypair = keypair(&text)?;
    let written = export.address.map(|address| address.parse::<AccountId>());
    match written {
        Some(Ok(written)) if written != keypair.account() => Err(KeyfileError::Mismatch {
            field: "encoded",
            written,
            derived: keypair.account(),
        }),
        // The address of another network says nothing here.
        _ => Ok(keypair),
    }
}

/// The key by scrypt, whose salt and costs stand before the box.
fn stretched(
    encoded: &[u8],
    stretch: impl FnOnce(&[u8], &scrypt::Params) -> Key,
) -> Result<(Key, &[u8]), KeyfileError> {
    let short = KeyfileError::Polkadot("`encoded` is too short");
    let (salt, rest) = encoded.split_at_checked(SALT).ok_or(short)?;
    let mut costs = rest.chunks_exact(4).map(|four| {
        let four = four.try_into().expect("chunks of four");
        u32::from_le_bytes(four)
    });
    let (Some(n), Some(p), Some(r)) = (costs.next(), costs.next(), costs.next()) else {
        return Err(KeyfileError::Polkadot("`encoded` is too short"));
    };
    let refused = KeyfileError::Polkadot("its scrypt costs are not those of polkadot-js");
    if !n.is_power_of_two() || n > MOST_COST || (r, p) != (8, 1) {
        return Err(refused);
    }
    let log_n = u8::try_from(n.ilog2()).expect("at most 18");
    let params = scrypt::Params::new(log_n, r, p, 32).map_err(|_| refused)?;
    Ok((stretch(salt, &params), &rest[12..]))
}

/// Without scrypt the password is the key: cut or filled with zeros to 32 bytes.
fn padded(password: &Password) -> Key {
    let mut key = Zeroizing::new([0; 32]);
    key.iter_mut()
        .zip(password.bytes())
        .for_each(|(place, byte)| *place = *byte);
    key
}

fn keypair(text: &[u8]) -> Result<Keypair, KeyfileError> {
    let wrong = || KeyfileError::Polkadot("what is inside is no sr25519 key");
    let rest = text.strip_prefix(&HEADER).ok_or_else(wrong)?;
    let (secret, rest) = rest.split_first_chunk::<64>().ok_or_else(wrong)?;
    let public = rest.strip_prefix(&DIVIDER).ok_or_else(wrong)?;
    let keypair = Keypair::from_ed25519_bytes(secret).map_err(|_| wrong())?;
    if keypair.account().as_bytes().as_slice() != public {
        return Err(wrong());
    }
    Ok(keypair)
}
