use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context;
use axonry_devnet::mirror::{Faults, MirrorLimit};
use axonry_devnet::{DevnetConfig, DoorFault, FaultError};
use clap::Parser;

/// A Bittensor subnet on this machine: a chain that subtensor clients can talk to, and a mirror of
/// its miners' pull requests.
///
/// Prints one line of JSON when both are ready: `{"ws":…,"mirror":…,"netuid":…,"hotkeys":{uid:…}}`.
#[derive(Debug, Parser)]
#[command(name = "devnet", version)]
pub(crate) struct Arguments {
    /// The subnet: netuid, rules and neurons, as JSON or TOML (by the file's extension).
    ///
    /// Without it: one validator (`//Alice`, uid 0) and 64 miners (`//Miner//0` …).
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Presents the runtime of this metadata (`meta…`, or as a node answers it) instead of its own.
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
    /// The chain's port; any free one otherwise.
    #[arg(long, value_name = "N")]
    ws_port: Option<u16>,
    /// The mirror's port; any free one otherwise.
    #[arg(long, value_name = "N")]
    mirror_port: Option<u16>,
    /// What the mirror's made-up data are derived from.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// A git repository whose commits become the mirror's pull requests.
    #[arg(long, value_name = "PATH")]
    git: Option<PathBuf>,
    /// Writes what a validator elsewhere needs into this folder: `miner_pats.json` for `--tokens`
    /// and `master_repositories.json` for `--repositories`.
    #[arg(long, value_name = "DIR")]
    pub(crate) files: Option<PathBuf>,
    /// How many requests each client may make of the mirror in how many seconds, as `50/10`; with a
    /// block for whoever makes more, `50/10/60`. The mirror's `GET /__traffic` counts them.
    #[arg(long, value_name = "N/SECONDS")]
    mirror_limit: Option<MirrorLimit>,
    /// How long the mirror holds each answer back.
    #[arg(long, value_name = "MS")]
    mirror_delay_ms: Option<u64>,
    /// What share of the mirror's answers goes wrong, how, and where, as `10%`, `10%:429,hang` or
    /// `100%:500@/files`; which ones is decided by the seed.
    #[arg(long, value_name = "SPEC")]
    mirror_faults: Option<Faults>,
    /// What goes wrong between clients and the chain, as `delay=2s+500ms,reset-every=50`.
    ///
    /// `refuse`, `status=429`, `reset-every=N`, `black-hole=N`, `delay=2s`, `bandwidth=BYTES`,
    /// `reorder=N`, `duplicate=N`, `wrong-id=N`, `wrong-subscription=N`, `corrupt=N`,
    /// `oversized=N:BYTES`, `behind=BLOCKS`, `pruned=BLOCKS`, `other-chain`, `unserved=METHOD`,
    /// `unlisted=METHOD`. N counts frames of a connection: after how many, or every how many.
    #[arg(long, value_name = "LIST", value_parser = ChainFaultList::from_str)]
    chain_faults: Option<ChainFaultList>,
}

/// Faults at the chain's door, separated by commas.
#[derive(Clone, Debug)]
struct ChainFaultList(Vec<DoorFault>);

impl FromStr for ChainFaultList {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        DoorFault::list(text).map(Self)
    }
}

impl Arguments {
    /// The file's settings, or the default ones, with what the command line says on top.
    pub(crate) fn config(&self) -> anyhow::Result<DevnetConfig> {
        let mut config = match &self.config {
            Some(path) => DevnetConfig::from_file(path)
                .with_context(|| format!("configuration `{}`", path.display()))?,
            None => DevnetConfig::default(),
        };
        if let Some(path) = &self.metadata {
            let blob = std::fs::read(path);
            config.metadata = Some(blob.with_context(|| format!("metadata `{}`", path.display()))?);
        }
        config.ws_port = self.ws_port.unwrap_or(config.ws_port);
        config.mirror_port = self.mirror_port.unwrap_or(config.mirror_port);
        config.seed = self.seed.unwrap_or(config.seed);
        config.git = self.git.clone().or(config.git);
        let edge = &mut config.mirror_edge;
        edge.limit = self.mirror_limit.or(edge.limit);
        edge.delay = self
            .mirror_delay_ms
            .map_or(edge.delay, Duration::from_millis);
        let faults = self.mirror_faults.clone();
        edge.faults = faults.map(|faults| faults.seed(config.seed));
        if let Some(ChainFaultList(faults)) = &self.chain_faults {
            config.faults.clone_from(faults);
        }
        Ok(config)
    }
}
