//! The programs, built once the way this test was, with everything they write kept.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// A command line of one of the programs, in an environment without settings.
pub(crate) fn command(name: &str) -> Result<Command> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}")));
    let folder = built.clone().map_err(anyhow::Error::msg)?;
    let mut command = Command::new(folder.join(name));
    for (name, _) in std::env::vars_os() {
        let settings = ["AXONRY_", "BT_", "GITTENSOR_", "RUST_LOG"];
        let text = name.to_string_lossy();
        if settings.iter().any(|prefix| text.starts_with(prefix)) {
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
    command.args([
        "build",
        "--quiet",
        "-p",
        "axonry-validator",
        "-p",
        "axonry-miner",
    ]);
    if folder.ends_with("release") {
        command.arg("--release");
    }
    let built = command.current_dir(env!("CARGO_MANIFEST_DIR")).status()?;
    ensure!(built.success(), "the programs do not build");
    Ok(folder.to_owned())
}

/// A process whose words are kept; it does not outlive its test.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
    /// Lines that were waited for and those before them.
    seen: Vec<String>,
    stderr: Option<JoinHandle<Vec<u8>>>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Result<Self> {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let (sender, lines) = mpsc::channel();
        let stdout = BufReader::new(child.stdout.take().context("a pipe")?);
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                // Nobody waits for a line after the end.
                let _ = sender.send(line);
            }
        });
        let mut stderr = child.stderr.take().context("a pipe")?;
        let stderr = std::thread::spawn(move || {
            let mut said = Vec::new();
            let _ = stderr.read_to_end(&mut said);
            said
        });
        Ok(Self {
            child,
            lines,
            seen: Vec::new(),
            stderr: Some(stderr),
        })
    }

    /// Waits for a line of standard output that this is true of.
    pub(crate) fn line(&mut self, wanted: impl Fn(&str) -> bool) -> Result<()> {
        let until = Instant::now() + Duration::from_secs(120);
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                bail!("the line did not come; the last was {:?}", self.seen.last());
            };
            let found = wanted(&line);
            self.seen.push(line);
            if found {
                return Ok(());
            }
        }
    }

    /// Tells it to stop, and gives everything it has said.
    pub(crate) fn stop(mut self) -> Result<Vec<u8>> {
        let id = self.child.id().to_string();
        ensure!(
            Command::new("kill").arg(id).status()?.success(),
            "it was gone"
        );
        self.child.wait()?;
        let said = self.stderr.take().map(JoinHandle::join);
        let mut said = said.context("read once")?.ok().context("it was read")?;
        self.seen.extend(self.lines.try_iter());
        said.extend(self.seen.join("\n").into_bytes());
        Ok(said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
