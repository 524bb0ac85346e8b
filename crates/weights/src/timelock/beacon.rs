use std::fmt;

use ark_bls12_381::{Fr, G1Affine, G1Projective, G2Affine, g1};
use ark_ec::hashing::HashToCurve;
use ark_ec::hashing::curve_maps::wb::WBMap;
use ark_ec::hashing::map_to_curve_hasher::MapToCurveBasedHasher;
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::PrimeField;
use ark_ff::field_hashers::DefaultFieldHasher;
use ark_serialize::CanonicalSerialize;
use sha2::{Digest, Sha256};

/// What keeps these hashes apart from those of other uses (RFC 9380), as drand's scheme says.
const DOMAIN: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

type Hasher =
    MapToCurveBasedHasher<G1Projective, DefaultFieldHasher<Sha256, 128>, WBMap<g1::Config>>;

/// The point a round is known by, which the beacon signs.
pub(super) fn identity(round: u64) -> G1Affine {
    let message = Sha256::digest(round.to_be_bytes());
    Hasher::new(DOMAIN)
        .and_then(|hasher| hasher.hash(&message))
        .expect("the curve's own parameters, and a hash of 32 bytes")
}

/// The secret of a beacon of one's own, for chains that no real beacon serves: tests, dev chains.
///
/// Whoever has it can open everything at once, so it protects nothing.
#[derive(Clone)]
pub struct BeaconKey(Fr);

impl fmt::Debug for BeaconKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BeaconKey(…)")
    }
}

impl BeaconKey {
    /// The key that follows from a seed.
    pub fn from_seed(seed: &[u8]) -> Self {
        Self(Fr::from_be_bytes_mod_order(&Sha256::digest(seed)))
    }

    /// What messages are sealed to.
    pub fn public_key(&self) -> [u8; 96] {
        let mut bytes = [0; 96];
        (G2Affine::generator() * self.0)
            .into_affine()
            .serialize_compressed(&mut bytes[..])
            .expect("a compressed point of G2 has 96 bytes");
        bytes
    }

    /// The pulse of a round: the signature that opens what was sealed to it.
    pub fn sign(&self, round: u64) -> [u8; 48] {
        let mut bytes = [0; 48];
        (identity(round) * self.0)
            .into_affine()
            .serialize_compressed(&mut bytes[..])
            .expect("a compressed point of G1 has 48 bytes");
        bytes
    }
}
