//! What the tests of the whole system share: a devnet, and a validator put together on it.

pub mod outside;
pub mod programs;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axonry_chain::Chain;
use axonry_core::UnixMillis;
use axonry_devnet::{Devnet, DevnetConfig};
use axonry_github::{GitHub, Mirror, PatStore};
use axonry_http::Client;
use axonry_neuron::{Clock, Validator, ValidatorSettings};
use axonry_oss::{OpenSource, Registry, TokenSource};
use axonry_store::Store;
use axonry_substrate::Substrate;
use axonry_wallet::Keypair;

/// A validator on a devnet, wired as the binary wires it.
#[derive(Debug)]
pub struct Bench {
    /// The subnet.
    pub devnet: Devnet,
    /// The client that the validator reads and submits with, over the real websocket.
    pub substrate: Substrate,
    /// The validator.
    pub validator: Validator,
    /// Where it keeps its state.
    pub store: Store,
    _folder: tempfile::TempDir,
}

/// What differs from the usual bench.
#[derive(Clone, Debug, Default)]
pub struct Variant {
    /// Another mirror than the devnet's own.
    pub mirror: Option<String>,
    /// Another signer than `//Alice`.
    pub signer: Option<&'static str>,
    /// Another subnet than the devnet's.
    pub netuid: Option<u16>,
    /// Other tokens than the devnet's own.
    pub tokens: Option<TokenSource>,
}

impl Bench {
    /// Starts the devnet, connects, and puts a validator together.
    ///
    /// # Errors
    /// When any part of it does not start.
    pub async fn start(config: DevnetConfig, variant: Variant) -> Result<Self> {
        let devnet = Devnet::spawn(config).await?;
        let substrate = Substrate::connect(&devnet.ws_url).await?;
        let folder = tempfile::tempdir()?;
        let store = Store::open_or_create(&folder.path().join("state.sqlite")).await?;
        let validator = validator(&devnet, &substrate, &store, &variant)?;
        Ok(Self {
            devnet,
            substrate,
            validator,
            store,
            _folder: folder,
        })
    }
}

fn validator(
    devnet: &Devnet,
    substrate: &Substrate,
    store: &Store,
    variant: &Variant,
) -> Result<Validator> {
    let http = Client::builder().concurrency(32).build()?;
    let base = variant.mirror.as_deref().unwrap_or(&devnet.mirror_url);
    let mirror = Mirror::builder().base(base).http(http.clone()).build()?;
    let github = GitHub::builder()
        .base(&devnet.mirror_url)
        .http(http)
        .build()?;
    let tokens = match &variant.tokens {
        Some(tokens) => tokens.clone(),
        None => PatStore::parse("the devnet's tokens", &devnet.tokens().to_string())?.into(),
    };
    let mechanism = OpenSource::builder(mirror, github)
        .registry(Registry::from_json(&devnet.registry().to_string())?)
        .tokens(tokens)
        .build()?;
    let netuid = variant.netuid.map_or(devnet.netuid, Into::into);
    let mut settings = ValidatorSettings::new(netuid);
    settings.clock = Clock::Fixed(UnixMillis(u64::try_from(devnet.now().as_millisecond())?));
    settings.setter.drand = devnet.chain().drand();
    settings.setter.block_time = devnet.block_time();
    settings.reveal_patience = Duration::from_secs(60);
    let signer = Keypair::from_uri(variant.signer.unwrap_or("//Alice"))?;
    let chain: Arc<dyn Chain> = Arc::new(substrate.clone());
    let mechanism = Arc::new(mechanism);
    Ok(Validator::new(
        chain,
        mechanism,
        store.clone(),
        Arc::new(signer),
        settings,
    ))
}

/// The folder with real runtimes' metadata, or nothing after saying that a test was not run.
#[expect(clippy::print_stderr, reason = "a test that is not run must be seen")]
pub fn metadata_folder(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("AXONRY_METADATA").map_or_else(
        || {
            PathBuf::from(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../shared/metadata"
            ))
        },
        PathBuf::from,
    );
    if folder.join("finney.scale").is_file() {
        return Some(folder);
    }
    eprintln!(
        "NOT RUN: {test}: no finney.scale in {} (AXONRY_METADATA)",
        folder.display()
    );
    None
}

/// Finney's metadata as of spec 393, or nothing after saying that a test was not run.
///
/// # Errors
/// When it is there and cannot be read.
pub fn finney_metadata(test: &str) -> Result<Option<Vec<u8>>> {
    let Some(folder) = metadata_folder(test) else {
        return Ok(None);
    };
    let path = folder.join("finney.scale");
    std::fs::read(&path)
        .map(Some)
        .with_context(|| path.display().to_string())
}

/// The code in the workspace's README runs as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
