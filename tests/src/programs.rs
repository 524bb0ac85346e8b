//! The programs themselves, built once the way the test was.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};

/// What settings in the environment begin with: a test has none but its own.
const SETTINGS: [&str; 4] = ["AXONRY_", "BT_", "GITTENSOR_", "RUST_LOG"];

/// A command line of `validator` or `miner`, in an environment without settings.
///
/// # Errors
/// When the programs do not build.
pub fn command(name: &str) -> Result<Command> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}")));
    let folder = built.clone().map_err(anyhow::Error::msg)?;
    let mut command = Command::new(folder.join(name));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if SETTINGS.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null());
    Ok(command)
}

fn build() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test.parent().and_then(Path::parent);
    let folder = folder.context("a test lies in `deps` beside the programs")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    let packages = ["-p", "axonry-validator", "-p", "axonry-miner"];
    command.args(["build", "--quiet"]).args(packages);
    if folder.ends_with("release") {
        command.arg("--release");
    }
    let built = command.current_dir(env!("CARGO_MANIFEST_DIR")).status()?;
    ensure!(built.success(), "the programs do not build");
    Ok(folder.to_owned())
}

/// Runs to the end, and reads each line of standard output as JSON.
///
/// # Errors
/// When it cannot be started, or a line is no JSON.
pub async fn finish(mut command: Command) -> Result<(Output, Vec<serde_json::Value>)> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    let text = String::from_utf8(output.stdout.clone())?;
    let lines = text.lines().map(serde_json::from_str);
    Ok((output, lines.collect::<Result<_, _>>()?))
}

/// A process that does not outlive its test.
#[derive(Debug)]
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
