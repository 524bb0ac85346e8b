//! From a mnemonic to the 32 bytes an sr25519 key grows from, the way substrate does it.

use bip39::{Language, Mnemonic};
use hmac::Hmac;
use sha2::Sha512;
use zeroize::Zeroizing;

use crate::{KeyfileError, SecretError};

/// The phrase substrate's development keys grow from; `//Alice` is a path on it.
pub(crate) const DEVELOPMENT: &str =
    "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

const ROUNDS: u32 = 2048;

/// PBKDF2-HMAC-SHA512 over the *entropy* of the phrase with the salt `mnemonic` + password; the
/// first half is the seed (`paritytech/substrate-bip39`). BIP-39 itself hashes the sentence, so
/// keys of other tools differ.
pub(crate) fn seed(phrase: &str, password: &str) -> Result<Zeroizing<[u8; 32]>, SecretError> {
    let mnemonic = Mnemonic::parse_in_normalized(Language::English, phrase)
        .map_err(|_| SecretError::Phrase)?;
    let (entropy, length) = mnemonic.to_entropy_array();
    let entropy = Zeroizing::new(entropy);
    let salt = Zeroizing::new(format!("mnemonic{password}"));
    let mut long = Zeroizing::new([0; 64]);
    pbkdf2::pbkdf2::<Hmac<Sha512>>(&entropy[..length], salt.as_bytes(), ROUNDS, &mut *long)
        .expect("HMAC takes keys of any length");
    let mut seed = Zeroizing::new([0; 32]);
    seed.copy_from_slice(&long[..32]);
    Ok(seed)
}

/// Twelve new words.
pub(crate) fn generate() -> Result<Zeroizing<String>, KeyfileError> {
    let mut entropy = Zeroizing::new([0; 16]);
    getrandom::fill(&mut *entropy).map_err(|_| KeyfileError::Entropy)?;
    let mnemonic = Mnemonic::from_entropy_in(Language::English, &*entropy)
        .expect("16 bytes are entropy for 12 words");
    Ok(Zeroizing::new(mnemonic.to_string()))
}
