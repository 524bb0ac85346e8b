//! Real runtimes' metadata and what was recorded of real chains.

use std::path::{Path, PathBuf};
use std::{env, fs};

use axonry_core::BlockHash;
use axonry_substrate::offline::Runtime;
use serde_json::Value;

pub(crate) const GENESIS: BlockHash = BlockHash([7; 32]);

/// The files of a folder of real metadata, by the spec version they are of.
const RUNTIMES: [(u32, &str); 4] = [
    (218, "subtensor-218.scale"),
    (343, "finney-343.scale"),
    (365, "finney-2025-12.scale"),
    (393, "finney.scale"),
];

/// Real metadata of one spec version; says so where there is none.
pub(crate) fn metadata(spec: u32) -> Option<Vec<u8>> {
    let folder = env::var_os("AXONRY_METADATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/metadata"),
        PathBuf::from,
    );
    let (_, file) = RUNTIMES.iter().find(|(found, _)| *found == spec)?;
    let bytes = fs::read(folder.join(file)).ok();
    if bytes.is_none() {
        #[expect(clippy::print_stderr, reason = "a test that is not run must say so")]
        {
            eprintln!("not run under spec {spec}: AXONRY_METADATA names no folder with {file}");
        }
    }
    bytes
}

/// The runtimes of these specs, as far as there is metadata.
pub(crate) fn runtimes<const N: usize>(specs: [u32; N]) -> Vec<(u32, Runtime)> {
    let runtime = |spec| Some((spec, Runtime::decode(&metadata(spec)?, GENESIS).unwrap()));
    specs.into_iter().filter_map(runtime).collect()
}

/// A file of the vectors shared by the whole workspace.
pub(crate) fn vectors(file: &str) -> Value {
    let root = env::var_os("AXONRY_VECTORS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors"),
        PathBuf::from,
    );
    let text = fs::read_to_string(root.join("chain").join(file)).unwrap();
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    hex::decode(text.strip_prefix("0x").unwrap()).unwrap()
}

/// The bytes with every `old` in them replaced.
pub(crate) fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    let mut found = false;
    while let Some(place) = rest.windows(old.len()).position(|window| window == old) {
        out.extend_from_slice(&rest[..place]);
        out.extend_from_slice(new);
        rest = &rest[place + old.len()..];
        found = true;
    }
    assert!(found, "the metadata has no such name");
    out.extend_from_slice(rest);
    out
}
