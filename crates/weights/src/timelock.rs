//! What only time can open: encryption to a future round of drand.
//!
//! Boneh–Franklin identity-based encryption (FullIdent) over BLS12-381, where the identity is the
//! number of a round and the key that opens it is the beacon's signature over that number. The bytes
//! are those of `ideal-lab5/timelock` as `opentensor/subtensor` pins it and of PyPI
//! `bittensor-drand`: `U` (96 bytes, a point of G2), `V` and `W` (a `u64` length and 32 bytes each),
//! then the body: AES-256-GCM ciphertext, nonce and the cipher's name, each after its length.
//!
//! ```
//! use axonry_weights::DrandNetwork;
//! use axonry_weights::timelock::{BeaconKey, open, seal};
//!
//! let beacon = BeaconKey::from_seed(b"a beacon of one's own");
//! let sealed = seal(b"weights", 1000, &beacon.public_key())?;
//! assert_eq!(open(&sealed, &beacon.sign(1000))?, b"weights");
//! assert!(open(&sealed, &beacon.sign(999)).is_err(), "another round's key does not open it");
//! # Ok::<(), axonry_weights::timelock::TimelockError>(())
//! ```

use aes_gcm::aead::Aead;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use ark_bls12_381::{Bls12_381, Fr, G1Affine};
use ark_ec::CurveGroup;
use ark_ec::pairing::Pairing;
use ark_ff::PrimeField;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize, Validate};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

mod beacon;
mod bytes;
mod fixed;

pub use beacon::BeaconKey;
use beacon::identity;
use bytes::Sealed;
use fixed::{Beacon, generator, times};

/// A point of G2 made ready for pairings.
type G2Prepared = <Bls12_381 as Pairing>::G2Prepared;

/// How many bytes longer a sealed message is.
pub const OVERHEAD: usize = 244;

/// Why something could not be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimelockError {
    /// The beacon's key is no point of G2.
    #[error("the beacon's public key is no point of G2: check the network's key")]
    PublicKey,
    /// The signature is no point of G1.
    #[error("the beacon's signature is no point of G1: it cannot be one of this beacon")]
    Signature,
    /// The bytes are no sealed message.
    #[error("the sealed message is malformed at its {0}")]
    Malformed(&'static str),
    /// The signature is of another round or beacon, or the message was changed.
    #[error("the signature does not open this message: it is of another round, or was changed")]
    WrongKey,
    /// What was sealed does not open again as what it was.
    #[error("the message that was just sealed does not open as itself, so it must not be sent")]
    Unsound,
    /// The system gave no randomness.
    #[error("the system gave no randomness")]
    NoRandomness,
}

/// Seals a message until the beacon signs `round`.
///
/// The result is opened again before it is given out, by the other side of the pairing, so that
/// arithmetic gone wrong is an error here and not a commit that no chain can open.
///
/// # Errors
/// [`TimelockError::PublicKey`], [`TimelockError::NoRandomness`], [`TimelockError::Unsound`].
pub fn seal(message: &[u8], round: u64, public_key: &[u8; 96]) -> Result<Vec<u8>, TimelockError> {
    let beacon = Beacon::of(public_key)?;
    let (mut key, mut sigma) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
    let mut nonce = [0; 12];
    for random in [&mut key[..], &mut sigma[..], &mut nonce[..]] {
        getrandom::fill(random).map_err(|_| TimelockError::NoRandomness)?;
    }
    let secret = scalar(&sigma, &key);
    let identity = identity(round);
    let shared = mask(identity, times(&beacon.multiples, secret));
    let body = cipher(&key)
        .encrypt(Nonce::from_slice(&nonce), message)
        .map_err(|_| TimelockError::Unsound)?;
    let sealed = Sealed {
        u: times(generator(), secret),
        v: xor(&sigma, &shared),
        w: xor(&key, &digest(&sigma[..])),
        body,
        nonce,
    };
    let bytes = sealed.encode();
    let other_side = mask((identity * secret).into_affine(), beacon.prepared.clone());
    match unmask(&Sealed::decode(&bytes, Validate::No)?, &other_side) {
        Ok(opened) if opened == message => Ok(bytes),
        _ => Err(TimelockError::Unsound),
    }
}

/// Opens a message with the beacon's signature over its round.
///
/// # Errors
/// [`TimelockError::Malformed`], [`TimelockError::Signature`], [`TimelockError::WrongKey`].
pub fn open(sealed: &[u8], signature: &[u8; 48]) -> Result<Vec<u8>, TimelockError> {
    let sealed = Sealed::decode(sealed, Validate::Yes)?;
    let signature =
        G1Affine::deserialize_compressed(&signature[..]).map_err(|_| TimelockError::Signature)?;
    unmask(&sealed, &mask(signature, sealed.u))
}

fn unmask(sealed: &Sealed, shared: &[u8; 32]) -> Result<Vec<u8>, TimelockError> {
    let sigma = Zeroizing::new(xor(&sealed.v, shared));
    let key = Zeroizing::new(xor(&sealed.w, &digest(&sigma[..])));
    // Whoever changed the message does not know the scalar that its point was made with.
    if times(generator(), scalar(&sigma, &key)) != sealed.u {
        return Err(TimelockError::WrongKey);
    }
    cipher(&key)
        .decrypt(Nonce::from_slice(&sealed.nonce), &sealed.body[..])
        .map_err(|_| TimelockError::WrongKey)
}

fn cipher(key: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(key.into())
}

/// The scalar that ties a message's point to its secrets.
fn scalar(sigma: &[u8; 32], key: &[u8; 32]) -> Fr {
    let hash = Sha256::new().chain_update(sigma).chain_update(key);
    Fr::from_be_bytes_mod_order(&hash.finalize())
}

/// What both who seals and who opens know: the hash of a pairing.
fn mask(one: G1Affine, other: impl Into<G2Prepared>) -> [u8; 32] {
    let shared = Bls12_381::pairing(one, other).0;
    let mut bytes = Vec::with_capacity(576);
    shared
        .serialize_compressed(&mut bytes)
        .expect("a vector takes whatever is written");
    digest(&bytes)
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn xor(one: &[u8; 32], other: &[u8; 32]) -> [u8; 32] {
    std::array::from_fn(|place| one[place] ^ other[place])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_opens_with_its_rounds_signature_and_with_no_other() {
        let beacon = BeaconKey::from_seed(b"test");
        let sealed = seal(b"a vector", 7, &beacon.public_key()).expect("sealed");
        assert_eq!(sealed.len(), b"a vector".len() + OVERHEAD);
        assert_eq!(open(&sealed, &beacon.sign(7)), Ok(b"a vector".to_vec()));
        let others = [beacon.sign(8), BeaconKey::from_seed(b"other").sign(7)];
        for signature in others {
            assert_eq!(open(&sealed, &signature), Err(TimelockError::WrongKey));
        }
        assert_eq!(open(&sealed, &[0xff; 48]), Err(TimelockError::Signature));
    }

    #[test]
    fn no_changed_or_cut_message_opens() {
        let beacon = BeaconKey::from_seed(b"test");
        let sealed = seal(b"weights", 7, &beacon.public_key()).expect("sealed");
        let signature = beacon.sign(7);
        // Every byte: of U, V and its length, W, the body, its tag, the nonce, the cipher's name.
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1 << (place % 8);
            assert!(open(&changed, &signature).is_err(), "byte {place}");
        }
        for length in [0, 95, 96, 140, 180, sealed.len() - 1] {
            let cut = open(&sealed[..length], &signature);
            assert!(matches!(cut, Err(TimelockError::Malformed(_))), "{length}");
        }
        assert!(open(&[&sealed[..], &[0]].concat(), &signature).is_err());
    }

    #[test]
    fn a_key_that_is_no_point_is_refused() {
        let refused = seal(b"weights", 7, &[0xab; 96]);
        assert_eq!(refused, Err(TimelockError::PublicKey));
    }
}
