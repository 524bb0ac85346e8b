//! Keyfiles without the slow part of opening them, so that millions can be tried. Not for programs.

use crate::keyfile::KeyfileError;
use crate::{EncryptionScheme, Keyfile, Password, polkadot};

/// Reads an encrypted keyfile whose keys are `key`, over and over.
///
/// # Errors
/// As [`Keyfile::decrypt`].
pub fn decrypt(content: &[u8], key: u8) -> Result<Keyfile, KeyfileError> {
    let scheme = EncryptionScheme::of(content).ok_or(KeyfileError::NotAKeyfile)?;
    let plain = scheme.open_with(content, key)?;
    let text = std::str::from_utf8(&plain).map_err(|_| KeyfileError::NotAKeyfile)?;
    Keyfile::parse(text)
}

/// Reads an export of polkadot-js whose password became `key`, over and over.
///
/// # Errors
/// As [`Keyfile::from_polkadot_json`].
pub fn polkadot_json(json: &str, key: u8) -> Result<Keyfile, KeyfileError> {
    let stretched = |_: &[u8], _: &_| zeroize::Zeroizing::new([key; 32]);
    let keypair = polkadot::open_by(json, &Password::new([key; 32]), stretched)?;
    Ok(Keyfile::from_keypair(keypair))
}
