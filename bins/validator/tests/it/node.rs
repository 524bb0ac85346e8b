//! A chain in the test's process, and programs that are pointed at it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use axonry_chain::Chain;
use axonry_core::{MechId, Uid};
use axonry_devnet::{Devnet, DevnetConfig, Sealing};
use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Done, Program};

/// A subnet of a validator and three miners, with a block ten times a second.
pub(crate) struct Node {
    pub(crate) devnet: Devnet,
    /// What a program leaves behind, its home folder included.
    pub(crate) folder: TempDir,
}

impl Node {
    pub(crate) async fn new(change: impl FnOnce(&mut DevnetConfig)) -> Result<Self> {
        let mut config = DevnetConfig::default_subnet(3);
        config.tempo = 4;
        config.sealing = Sealing::Interval(Duration::from_millis(100));
        config.git = Some("/does/not/exist".into());
        change(&mut config);
        Ok(Self {
            devnet: Devnet::spawn(config).await?,
            folder: tempfile::tempdir()?,
        })
    }

    /// A command for this chain, with the state in the folder and //Alice's key unless another is
    /// given.
    pub(crate) fn program<const N: usize>(&self, command: [&str; N]) -> Program {
        let key = ["--hotkey-uri", "//Alice"];
        let own = command.iter().any(|word| word.starts_with("--hotkey"));
        let program = Program::new(command)
            .variable("HOME", &self.path("home"))
            .variable("AXONRY_NETWORK", &self.devnet.ws_url)
            .variable("AXONRY_STATE", &self.path("state"));
        let program = match command.contains(&"--netuid") {
            true => program,
            false => program.and(["--netuid", "74"]),
        };
        match own {
            true => program,
            false => program.and(key),
        }
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> String {
        let path: PathBuf = self.folder.path().join(name);
        path.to_str().expect("a plain path").to_owned()
    }

    /// A file in the folder.
    pub(crate) fn file(&self, name: &str, text: &str) -> Result<String> {
        let path = self.path(name);
        fs::write(&path, text)?;
        Ok(path)
    }

    /// The validator's weights in the chain's state.
    pub(crate) async fn weights(&self) -> Result<Vec<(u16, u16)>> {
        let chain = self.devnet.chain();
        let head = chain.head().await?;
        let weights = chain.weights(self.devnet.netuid, MechId(0), Uid(0), head.hash);
        let weights = weights.await?.into_iter();
        Ok(weights.map(|(uid, value)| (uid.0, value)).collect())
    }
}

impl Program {
    /// Runs beside the chain that this process makes.
    pub(crate) async fn finish(self) -> Result<Done> {
        tokio::task::spawn_blocking(move || self.run()).await?
    }
}

impl Done {
    /// The one JSON object that was printed.
    pub(crate) fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.stdout).with_context(|| format!("{self:?}"))
    }
}
