//! A validator as a process, on a subnet that outlives it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axonry_devnet::{Devnet, DevnetConfig, Sealing};
use tempfile::TempDir;

/// A subnet of three miners whose epochs last a second, and what a validator needs to know of it.
pub(crate) struct Subnet {
    pub(crate) devnet: Devnet,
    files: TempDir,
}

impl Subnet {
    pub(crate) async fn start() -> Result<Self> {
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
    pub(crate) fn validator(&self, state: &Path, arguments: &[&str]) -> Result<Command> {
        let mut command = Command::new(program()?);
        for (name, _) in std::env::vars_os() {
            let settings = ["AXONRY_", "BT_", "RUST_LOG"];
            if settings
                .iter()
                .any(|it| name.to_string_lossy().starts_with(it))
            {
                command.env_remove(name);
            }
        }
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
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Ok(command)
    }
}

/// The program, built once the way this test was.
fn program() -> Result<PathBuf> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}")));
    built.clone().map_err(anyhow::Error::msg)
}

fn build() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test.parent().and_then(Path::parent);
    let folder = folder.context("a test lies in `deps` beside the programs")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--package", "axonry-validator"]);
    if folder.ends_with("release") {
        command.arg("--release");
    }
    let built = command.current_dir(env!("CARGO_MANIFEST_DIR")).status()?;
    ensure!(built.success(), "the validator does not build");
    Ok(folder.join("validator"))
}

/// Runs to the end, and gives each round's report.
pub(crate) async fn finish(mut command: Command) -> Result<(Output, Vec<serde_json::Value>)> {
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    let text = String::from_utf8(output.stdout.clone())?;
    let rounds = text.lines().map(serde_json::from_str);
    Ok((output, rounds.collect::<Result<_, _>>()?))
}

/// A process that does not outlive its test.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
