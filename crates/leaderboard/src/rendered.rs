//! Answers made once and given many times.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// What an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Page,
    Json,
    Style,
    Script,
    Icon,
}

impl Kind {
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Page => "text/html; charset=utf-8",
            Self::Json => "application/json",
            Self::Style => "text/css; charset=utf-8",
            Self::Script => "text/javascript; charset=utf-8",
            Self::Icon => "image/svg+xml",
        }
    }
}

/// An answer in both forms in which it is sent, and what tells it from others.
#[derive(Clone, Debug)]
pub(crate) struct Rendered {
    pub(crate) kind: Kind,
    pub(crate) plain: Bytes,
    /// Compressed.
    pub(crate) packed: Bytes,
    /// A digest of the plain form, without the quotes of an `ETag`.
    pub(crate) tag: String,
}

impl Rendered {
    pub(crate) fn new(kind: Kind, plain: impl Into<Bytes>) -> Self {
        let plain = plain.into();
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        let packed = packer.write_all(&plain).and_then(|()| packer.finish());
        Self {
            kind,
            packed: packed.expect("a vector takes whatever is written").into(),
            tag: short(&Sha256::digest(&plain)),
            plain,
        }
    }

    pub(crate) fn json(value: &impl serde::Serialize) -> Self {
        let text = serde_json::to_vec(value).expect("standings are plain data");
        Self::new(Kind::Json, text)
    }
}

/// The digest of a value, as far as it takes to tell versions apart.
pub(crate) fn version(value: &impl serde::Serialize) -> String {
    let mut hasher = Sha256::new();
    serde_json::to_writer(&mut hasher, value).expect("standings are plain data");
    short(&hasher.finalize())
}

fn short(digest: &[u8]) -> String {
    let mut text = String::with_capacity(24);
    for byte in &digest[..12] {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}
