//! A validator as a process, on a subnet that outlives it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Result;
use axonry_devnet::{Devnet, DevnetConfig, Sealing};
use tempfile::TempDir;

use crate::programs::command;

/// A subnet of three miners whose epochs last a second, and what a validator needs to know of it.
#[derive(Debug)]
pub struct Subnet {
    /// The subnet.
    pub devnet: Devnet,
    files: TempDir,
}

impl Subnet {
    /// Starts it.
    ///
    /// # Errors
    /// When there is no port or no room for it.
    pub async fn start() -> Result<Self> {
        let mut config = DevnetConfig {
            sealing: Sealing::Interval(Duration::from_millis(50)),
            tempo: 20,
            ..DevnetConfig::default_subnet(3)
        };
        config.hyperparameters.weights_rate_limit = 0;
        let devnet = Devnet::spawn(config).await?;
        let files = tempfile::tempdir()?;
        fs::write(files.path().join("tokens"), devnet.tokens().to_string())?;
        fs::write(
            files.path().join("repositories"),
            devnet.registry().to_string(),
        )?;
        Ok(Self { devnet, files })
    }

    /// A validator of the subnet with its state in `state`.
    ///
    /// # Errors
    /// When it does not build.
    pub fn validator(&self, state: &Path, arguments: &[&str]) -> Result<Command> {
        let mut command = command("validator")?;
        let file = |name: &str| self.files.path().join(name);
        command
            .args(["run", "--json", "--hotkey-uri", "//Alice"])
            .args(["--network", &self.devnet.ws_url])
            .args(["--netuid", &self.devnet.netuid.0.to_string()])
            .args(["--mirror", &self.devnet.mirror_url])
            .args(["--github", &self.devnet.mirror_url])
            .arg("--tokens")
            .arg(file("tokens"))
            .arg("--repositories")
            .arg(file("repositories"))
            .arg("--state")
            .arg(state)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Ok(command)
    }
}
