use ark_bls12_381::G2Affine;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize, Compress, Validate};

use super::TimelockError;

/// The cipher of the body, as the format names it.
const CIPHER: &[u8; 8] = b"AES_GCM_";
const POINT: usize = 96;
const NONCE: usize = 12;

/// A sealed message in its parts.
pub(super) struct Sealed {
    pub(super) u: G2Affine,
    pub(super) v: [u8; 32],
    pub(super) w: [u8; 32],
    pub(super) body: Vec<u8>,
    pub(super) nonce: [u8; NONCE],
}

impl Sealed {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(super::OVERHEAD + self.body.len());
        self.u
            .serialize_compressed(&mut bytes)
            .expect("a vector takes whatever is written");
        put(&mut bytes, &self.v);
        put(&mut bytes, &self.w);
        bytes.extend(length(8 + self.body.len() + 8 + NONCE));
        put(&mut bytes, &self.body);
        put(&mut bytes, &self.nonce);
        put(&mut bytes, CIPHER);
        bytes
    }

    /// Reads a sealed message; that its point lies in its group need not be checked of our own.
    pub(super) fn decode(bytes: &[u8], validate: Validate) -> Result<Self, TimelockError> {
        let malformed = TimelockError::Malformed;
        let (point, rest) = bytes.split_at_checked(POINT).ok_or(malformed("point"))?;
        let u = G2Affine::deserialize_with_mode(point, Compress::Yes, validate)
            .map_err(|_| malformed("point"))?;
        let (v, rest) = take(rest).ok_or(malformed("mask"))?;
        let (w, rest) = take(rest).ok_or(malformed("key"))?;
        let (body, rest) = take(rest).ok_or(malformed("body"))?;
        let (name, rest) = take(rest).ok_or(malformed("cipher"))?;
        if name != CIPHER || !rest.is_empty() {
            return Err(malformed("cipher"));
        }
        let (body, after) = take(body).ok_or(malformed("body"))?;
        let (nonce, after) = take(after).ok_or(malformed("nonce"))?;
        if !after.is_empty() {
            return Err(malformed("body"));
        }
        Ok(Self {
            u,
            v: v.try_into().map_err(|_| malformed("mask"))?,
            w: w.try_into().map_err(|_| malformed("key"))?,
            body: body.to_vec(),
            nonce: nonce.try_into().map_err(|_| malformed("nonce"))?,
        })
    }
}

fn length(bytes: usize) -> [u8; 8] {
    u64::try_from(bytes)
        .expect("memory is smaller")
        .to_le_bytes()
}

fn put(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend(length(part.len()));
    bytes.extend(part);
}

/// A part after its length, and what follows it.
fn take(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
}
