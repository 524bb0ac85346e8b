//! Asking git.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

/// How long one call of git may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// A repository that git can read.
#[derive(Clone, Debug)]
pub(super) struct Git {
    path: PathBuf,
}

impl Git {
    /// Makes sure that there is a repository.
    pub(super) async fn open(path: &Path) -> Result<Self> {
        let git = Self {
            path: path.to_owned(),
        };
        git.line(&["rev-parse", "--git-dir"]).await?;
        Ok(git)
    }

    /// The one line of an answer.
    pub(super) async fn line(&self, words: &[&str]) -> Result<String> {
        let answer = self.text(words, "").await?;
        let line = answer.trim();
        ensure!(!line.is_empty(), "git {} says nothing", words.join(" "));
        Ok(line.to_owned())
    }

    /// An answer as text; what is no UTF-8 in it is replaced.
    pub(super) async fn text(&self, words: &[&str], input: &str) -> Result<String> {
        let answer = self.bytes(words, input).await?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    /// An answer as it is.
    pub(super) async fn bytes(&self, words: &[&str], input: &str) -> Result<Vec<u8>> {
        let said = || format!("git {} in `{}`", words.join(" "), self.path.display());
        let mut child = Command::new("git")
            .arg("-C")
            .arg(&self.path)
            // Neither settings nor hooks of the repository may change what is said.
            .args(["-c", "core.quotePath=false", "-c", "core.fsmonitor=false"])
            .args(words.iter().map(OsStr::new))
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(said)?;
        let mut stdin = child.stdin.take().context("git takes no input")?;
        let input = input.to_owned();
        // Written while the answer is read: git answers before it has read everything.
        let talking = async {
            let writing = async move {
                // A git that ends early says why itself.
                drop(stdin.write_all(input.as_bytes()).await);
                drop(stdin);
            };
            tokio::join!(writing, child.wait_with_output()).1
        };
        let output = timeout(DEADLINE, talking)
            .await
            .with_context(|| format!("{} took longer than {DEADLINE:?}", said()))?
            .with_context(said)?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        let complaint = complaint.lines().next().unwrap_or("it gave no reason");
        ensure!(output.status.success(), "{} failed: {complaint}", said());
        Ok(output.stdout)
    }
}
