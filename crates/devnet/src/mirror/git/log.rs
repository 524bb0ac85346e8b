//! Commits, and which files each of them changes.

use jiff::Timestamp;
use tokio::process::Command;

use super::{GitError, GitHistory, git};

/// More changed files than this in one commit are a move of the furniture, not a contribution.
const MOST_FILES: usize = 300;

/// Begins a commit in the output.
const COMMIT: char = '\u{1e}';

/// Stands between a commit's fields.
const FIELD: char = '\u{1f}';

pub(crate) struct Commit {
    pub(crate) sha: String,
    pub(crate) parent: Option<String>,
    pub(crate) author: String,
    pub(crate) email: String,
    /// Seconds since 1970.
    pub(crate) time: i64,
    pub(crate) subject: String,
    pub(crate) changes: Vec<Change>,
}

/// A changed file; blobs are named by their SHA.
pub(crate) struct Change {
    pub(crate) path: String,
    pub(crate) previous: Option<String>,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

pub(crate) async fn read(history: &GitHistory) -> Result<Vec<Commit>, GitError> {
    let most = format!("--max-count={}", history.commits);
    let format = format!(
        "--format=%x1e{}",
        ["%H", "%P", "%an", "%ae", "%ct", "%s"].join("%x1f")
    );
    let mut log = git(history);
    log.args([
        "log",
        "--no-merges",
        "--raw",
        "--no-abbrev",
        "--find-renames",
        "--no-ext-diff",
    ])
    .args([most, format]);
    let text = said(&mut log, history).await?;
    text.split(COMMIT).skip(1).map(commit).collect()
}

/// When the newest commit was made.
pub(crate) async fn newest(history: &GitHistory) -> Result<Timestamp, GitError> {
    let text = said(
        git(history).args(["log", "--max-count=1", "--format=%ct"]),
        history,
    )
    .await?;
    let seconds = text.trim().parse().map_err(|_| GitError::NoHistory {
        path: history.path.clone(),
    })?;
    Timestamp::from_second(seconds)
        .map_err(|_| GitError::Output("a commit of an impossible time".to_owned()))
}

/// What git prints, if it does what it is told.
async fn said(git: &mut Command, history: &GitHistory) -> Result<String, GitError> {
    let output = git.output().await.map_err(GitError::NoGit)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let first = said.trim().lines().next().unwrap_or("no reason given");
        // A repository without commits is one without history.
        if said.contains("does not have any commits yet") {
            return Err(GitError::NoHistory {
                path: history.path.clone(),
            });
        }
        return Err(GitError::Refused {
            path: history.path.clone(),
            said: first.to_owned(),
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn commit(text: &str) -> Result<Commit, GitError> {
    let mut lines = text.lines();
    let fields: Vec<&str> = lines.next().unwrap_or_default().split(FIELD).collect();
    let [sha, parents, author, email, time, subject] = fields[..] else {
        return Err(GitError::Output("a commit without its fields".to_owned()));
    };
    let changes: Vec<Change> = lines.filter_map(change).collect();
    Ok(Commit {
        sha: sha.to_owned(),
        parent: parents
            .split(' ')
            .next()
            .filter(|parent| !parent.is_empty())
            .map(str::to_owned),
        author: author.to_owned(),
        email: email.to_owned(),
        time: time
            .parse()
            .map_err(|_| GitError::Output(format!("commit {sha} without a time")))?,
        subject: subject.to_owned(),
        changes: if changes.len() > MOST_FILES {
            Vec::new()
        } else {
            changes
        },
    })
}

/// Reads `:100644 100644 <sha> <sha> M<tab>path`, or with two paths for a rename.
///
/// Nothing for links and submodules, and for paths so odd that git puts them in quotes.
fn change(line: &str) -> Option<Change> {
    let (head, paths) = line.strip_prefix(':')?.split_once('\t')?;
    let head: Vec<&str> = head.split(' ').collect();
    let [mode_before, mode_after, before, after, status] = head[..] else {
        return None;
    };
    if [mode_before, mode_after]
        .iter()
        .any(|mode| !matches!(mode.get(..3), Some("100" | "000")))
    {
        return None;
    }
    let (previous, path) = match paths.split_once('\t') {
        Some((previous, path)) if status.starts_with('R') => (Some(previous.to_owned()), path),
        Some((_, copy)) => (None, copy),
        None => (None, paths),
    };
    if path.starts_with('"') {
        return None;
    }
    let blob = |sha: &str| sha.bytes().any(|byte| byte != b'0').then(|| sha.to_owned());
    Some(Change {
        path: path.to_owned(),
        previous,
        before: blob(before),
        after: blob(after),
    })
}
