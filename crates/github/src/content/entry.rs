//! The form of one entry on disk.

use std::io::{self, Read as _};

use sha2::{Digest, Sha256};

use crate::file::PullRequestFile;

/// Changes whenever the form does, so that older entries count as broken.
const MAGIC: &[u8; 8] = b"AXNCTNT1";

const DIGEST: usize = 32;

/// What one entry may decompress to. Sources cap bodies below that.
const LARGEST: u64 = 256 << 20;

/// Why an entry cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("it is no entry of this version")]
    Form,
    #[error("its content is not what was written")]
    Digest,
    #[error("its content cannot be unpacked: {0}")]
    Content(String),
}

/// Puts a digest before the content.
pub(super) fn seal(content: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(MAGIC.len() + DIGEST + content.len());
    sealed.extend_from_slice(MAGIC);
    sealed.extend_from_slice(&Sha256::digest(content));
    sealed.extend_from_slice(content);
    sealed
}

/// Checks the digest and gives the content back.
pub(super) fn open(mut sealed: Vec<u8>) -> Result<Vec<u8>, Broken> {
    let rest = sealed.strip_prefix(MAGIC).ok_or(Broken::Form)?;
    let (digest, content) = rest.split_at_checked(DIGEST).ok_or(Broken::Form)?;
    if Sha256::digest(content).as_slice() != digest {
        return Err(Broken::Digest);
    }
    sealed.drain(..MAGIC.len() + DIGEST);
    Ok(sealed)
}

/// Files as compressed JSON.
pub(super) fn pack(files: &[PullRequestFile]) -> io::Result<Vec<u8>> {
    let text = serde_json::to_vec(files).map_err(io::Error::from)?;
    zstd::bulk::compress(&text, zstd::DEFAULT_COMPRESSION_LEVEL)
}

pub(super) fn unpack(packed: &[u8]) -> Result<Vec<PullRequestFile>, Broken> {
    let wrong = |error: io::Error| Broken::Content(error.to_string());
    let mut text = Vec::new();
    zstd::stream::read::Decoder::new(packed)
        .map_err(wrong)?
        .take(LARGEST)
        .read_to_end(&mut text)
        .map_err(wrong)?;
    serde_json::from_slice(&text).map_err(|error| Broken::Content(error.to_string()))
}
