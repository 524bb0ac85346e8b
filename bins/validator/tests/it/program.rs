//! The validator as a process.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};
use tempfile::NamedTempFile;

/// A command line, in an environment without settings.
pub(crate) struct Program(Command);

/// What a process left behind.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The code of a process that a signal ended.
pub(crate) const KILLED: i32 = -1;

/// A process that is killed when its test ends before it does.
pub(crate) struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Program {
    pub(crate) fn new<const N: usize>(arguments: [&str; N]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_validator"));
        for (name, _) in std::env::vars_os() {
            let settings = ["AXONRY_", "BT_", "RUST_LOG"];
            if settings
                .iter()
                .any(|prefix| name.to_string_lossy().starts_with(prefix))
            {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self(command)
    }

    pub(crate) fn and<const N: usize>(mut self, arguments: [&str; N]) -> Self {
        self.0.args(arguments);
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    pub(crate) fn without_variable(mut self, name: &str) -> Self {
        self.0.env_remove(name);
        self
    }

    pub(crate) fn run(mut self) -> Result<Done> {
        let output = self.0.output()?;
        Ok(Done {
            code: output.status.code().context("the program was killed")?,
            stdout: String::from_utf8(output.stdout)?,
            stderr: String::from_utf8(output.stderr)?,
        })
    }

    /// Runs with a standard output that nobody reads, not even at the start.
    pub(crate) fn without_a_reader(mut self) -> Result<Done> {
        let (reader, writer) = std::io::pipe()?;
        drop(reader);
        let output = self.0.stdout(writer).output()?;
        Ok(Done {
            code: output.status.code().context("the program was killed")?,
            stdout: String::new(),
            stderr: String::from_utf8(output.stderr)?,
        })
    }

    pub(crate) fn start(mut self) -> Result<Running> {
        let mut child = self.0.spawn()?;
        let stdout = BufReader::new(child.stdout.take().context("a pipe")?);
        Ok(Running { child, stdout })
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .get_args()
            .try_for_each(|argument| write!(f, "{} ", argument.to_string_lossy()))
    }
}

impl Running {
    /// Waits for the next line of the result.
    pub(crate) fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        ensure!(
            self.stdout.read_line(&mut line)? > 0,
            "the program ended without a line"
        );
        Ok(line)
    }

    pub(crate) fn signal(&self, signal: &str) -> Result<()> {
        let sent = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status()?;
        ensure!(sent.success(), "kill {signal}: {sent}");
        Ok(())
    }

    /// The processes it has started.
    pub(crate) fn children(&self) -> Result<Vec<u32>> {
        let id = self.child.id();
        let mut children = Vec::new();
        // Any thread may have started one.
        for task in std::fs::read_dir(format!("/proc/{id}/task"))? {
            // A thread that has just ended has none any more.
            let list = std::fs::read_to_string(task?.path().join("children")).unwrap_or_default();
            children.extend(
                list.split_whitespace()
                    .filter_map(|id| id.parse::<u32>().ok()),
            );
        }
        Ok(children)
    }

    pub(crate) fn end(mut self) -> Result<Done> {
        let status = self.child.wait()?;
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout)?;
        self.child
            .stderr
            .take()
            .context("a pipe")?
            .read_to_string(&mut stderr)?;
        Ok(Done {
            code: status.code().unwrap_or(KILLED),
            stdout,
            stderr,
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // An error says that it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A subnet of three miners whose pull requests are made up.
pub(crate) fn small_subnet() -> Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().suffix(".json").tempfile()?;
    file.write_all(
        br#"{"netuid": 74, "tempo": 4, "block_time_ms": 100, "git": "/does/not/exist", "neurons": [
            {"uid": 0, "hotkey": "//Alice", "coldkey": "//Alice", "stake_tao": 100000,
             "validator_permit": true},
            {"uid": 1, "hotkey": "//Miner//0", "coldkey": "//Miner//0", "github_id": "10000000"},
            {"uid": 2, "hotkey": "//Miner//1", "coldkey": "//Miner//1", "github_id": "10000001"},
            {"uid": 3, "hotkey": "//Miner//2", "coldkey": "//Miner//2", "github_id": "10000002"}]}"#,
    )?;
    Ok(file)
}
