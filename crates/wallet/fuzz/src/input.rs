//! What fuzz inputs mean, and what must hold of them; the crate's tests run the corpus through it.

use std::error::Error;

use axonry_wallet::{Keyfile, KeyfileError, fuzzing};

/// What every password becomes here; the corpus is sealed under it.
pub const KEY: u8 = 7;

/// Digits in a row that are more than any message needs.
const DIGITS: usize = 24;

/// Reads a plain keyfile.
///
/// # Errors
///
/// A law of keyfiles that does not hold.
pub fn check_keyfile(bytes: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(bytes);
    let read = Keyfile::parse(&text);
    if let (Ok(one), Ok(other)) = (&read, Keyfile::parse(&text))
        && one.account() != other.account()
    {
        return Err("the same file is of two accounts".to_owned());
    }
    check(read, &text)
}

/// Opens an encrypted keyfile.
///
/// # Errors
///
/// A law of keyfiles that does not hold.
pub fn check_sealed(bytes: &[u8]) -> Result<(), String> {
    check(fuzzing::decrypt(bytes, KEY), "")
}

/// Opens an export of polkadot-js.
///
/// # Errors
///
/// A law of keyfiles that does not hold.
pub fn check_polkadot(bytes: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(bytes);
    check(fuzzing::polkadot_json(&text, KEY), &text)
}

/// A file that is read is of one key, and one that is not is quoted nowhere.
fn check(read: Result<Keyfile, KeyfileError>, text: &str) -> Result<(), String> {
    let keyfile = match read {
        Ok(keyfile) => keyfile,
        Err(error) => return quotes_nothing(&error, text),
    };
    let (account, is_secret) = (keyfile.account(), keyfile.is_secret());
    let told = format!("{keyfile:?}");
    if let Some(phrase) = keyfile.phrase()
        && !phrase.trim().is_empty()
        && told.contains(phrase.trim())
    {
        return Err("a keyfile shows its phrase".to_owned());
    }
    match keyfile.into_keypair() {
        Ok(keypair) if !is_secret => Err(format!("{:?} came of a public file", keypair.account())),
        Ok(keypair) if keypair.account() != account => {
            Err("its key is another account's".to_owned())
        }
        Err(error) if is_secret => Err(format!("its key is not there: {error}")),
        _ => Ok(()),
    }
}

fn quotes_nothing(error: &KeyfileError, text: &str) -> Result<(), String> {
    let mut told = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(cause) = source {
        told.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    let mut runs = text.split(|one: char| !one.is_ascii_hexdigit());
    match runs.find(|run| run.len() >= DIGITS && told.contains(run)) {
        None => Ok(()),
        Some(run) => Err(format!("`{run}` of the file is in its error: {told}")),
    }
}
