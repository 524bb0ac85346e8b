//! Data from the history of a git repository.

mod blobs;
mod log;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::process::Command;
use tokio::time::timeout;

use self::blobs::Blobs;
use self::log::{Change, Commit};
use super::data::{Content, File, Maintainer, MirrorData, Pull, Repository, Reviews, State};
use super::registry;

/// The branch that everything was merged into, whatever it is called.
const BRANCH: &str = "main";

/// What data from a git repository are made from.
#[derive(Clone, Debug)]
pub struct GitHistory {
    /// The repository, or any folder in it.
    pub path: PathBuf,
    /// The GitHub ids of the miners: the author of most commits becomes the first, and so on.
    /// Authors beyond them are left out.
    pub miners: Vec<String>,
    /// The mirror's time. Commits older than 28 days or later than this are moved, all of them
    /// alike, to lie within the 28 days before.
    pub now: Timestamp,
    /// How many commits to take, the newest first.
    pub commits: usize,
    /// Files larger than this count as binary; the mirror itself keeps up to 1,000,000 bytes.
    pub largest_file: u64,
    /// How long git may take in all.
    pub deadline: Duration,
}

impl GitHistory {
    /// The newest 400 commits, with the mirror's own limit for files.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, miners: Vec<String>, now: Timestamp) -> Self {
        Self {
            path: path.into(),
            miners,
            now,
            commits: 400,
            largest_file: 1_000_000,
            deadline: Duration::from_secs(20),
        }
    }
}

impl GitHistory {
    /// The data of a history as of its newest commit: they do not change from day to day.
    ///
    /// # Errors
    ///
    /// As [`MirrorData::from_git`].
    pub async fn standing(
        path: impl Into<PathBuf>,
        miners: Vec<String>,
    ) -> Result<MirrorData, GitError> {
        let mut history = Self::new(path, miners, Timestamp::UNIX_EPOCH);
        history.now = timeout(history.deadline, log::newest(&history))
            .await
            .map_err(|_| GitError::TimedOut(history.deadline))??;
        MirrorData::from_git(&history).await
    }
}

/// Why a git repository gives no data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GitError {
    /// The program is not there.
    #[error("could not run `git`; is it installed?")]
    NoGit(#[source] io::Error),
    /// The program says no: there is no repository, or it may not be read.
    #[error("git cannot read the history of `{}`: {said}", path.display())]
    Refused {
        /// Where.
        path: PathBuf,
        /// What git said.
        said: String,
    },
    /// There is no commit that changes a file.
    #[error("`{}` has no history to make pull requests of", path.display())]
    NoHistory {
        /// Where.
        path: PathBuf,
    },
    /// There are no accounts to give the commits to.
    #[error("no miner has a GitHub id, so nobody can have written the commits")]
    NoMiners,
    /// It takes too long.
    #[error("git took longer than {0:?}")]
    TimedOut(Duration),
    /// Its output is not as expected.
    #[error("git's output could not be read: {0}")]
    Output(String),
}

impl MirrorData {
    /// Makes a merged pull request of each commit of a git repository.
    ///
    /// Merge commits are left out, as are changes to links and submodules.
    ///
    /// # Errors
    ///
    /// When there is no git, no repository or no history; the caller may then fall back on
    /// [`seeded`](Self::seeded) data, and should say so.
    pub async fn from_git(history: &GitHistory) -> Result<Self, GitError> {
        if history.miners.is_empty() {
            return Err(GitError::NoMiners);
        }
        let reading = async {
            let mut commits = log::read(history).await?;
            let authors = authors(&commits, &history.miners);
            commits.retain(|commit| {
                authors.contains_key(commit.email.as_str()) && !commit.changes.is_empty()
            });
            if commits.is_empty() {
                return Err(GitError::NoHistory {
                    path: history.path.clone(),
                });
            }
            let blobs =
                blobs::read(history, commits.iter().flat_map(|commit| &commit.changes)).await?;
            Ok(Making {
                history,
                authors: &authors,
                blobs: &blobs,
            }
            .data(&commits))
        };
        timeout(history.deadline, reading)
            .await
            .map_err(|_| GitError::TimedOut(history.deadline))?
    }
}

/// Who is who: the author with the most commits has the first id. `git` knows people by mail
/// address; two of them with as many commits go by it too.
fn authors<'a>(commits: &[Commit], miners: &'a [String]) -> BTreeMap<String, (&'a str, String)> {
    let mut counts: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for commit in commits {
        counts.entry(&commit.email).or_insert((0, &commit.author)).0 += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|&(email, (count, _))| (std::cmp::Reverse(count), email));
    counts
        .into_iter()
        .zip(miners)
        .map(|((email, (_, name)), id)| (email.to_owned(), (id.as_str(), login(name))))
        .collect()
}

/// A name as a login: `Ada Lovelace` is `ada-lovelace`.
fn login(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let login = words.collect::<Vec<_>>().join("-");
    if login.is_empty() {
        "author".to_owned()
    } else {
        login
    }
}

/// The repository's name here: that of its folder.
fn repository_name(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = path.file_name().map(|name| login(&name.to_string_lossy()));
    format!("axonry-demo/{}", folder.as_deref().unwrap_or("repository"))
}

struct Making<'a> {
    history: &'a GitHistory,
    authors: &'a BTreeMap<String, (&'a str, String)>,
    blobs: &'a Blobs,
}

impl Making<'_> {
    fn data(&self, commits: &[Commit]) -> MirrorData {
        let name = repository_name(&self.history.path);
        let shift = Shift::of(commits, self.history.now);
        let miners = self.authors.values();
        let mut data = MirrorData {
            now: self.history.now,
            repositories: vec![Repository {
                name: name.clone(),
                default_branch: BRANCH,
                settings: registry::settings(1.0, &[]),
                maintainers: vec![Maintainer {
                    id: "900000001".to_owned(),
                    login: "maintainer".to_owned(),
                    association: "OWNER",
                }],
            }],
            miners: miners
                .map(|(id, login)| ((*id).to_owned(), login.clone()))
                .collect(),
            pulls: commits
                .iter()
                .map(|commit| self.pull(&name, commit, &shift))
                .collect(),
            issues: Vec::new(),
        };
        data.number();
        data
    }

    fn pull(&self, repository: &str, commit: &Commit, shift: &Shift) -> Pull {
        let (id, login) = &self.authors[&commit.email];
        let merged_at = shift.apply(commit.time);
        let (_, name) = repository.split_once('/').expect("made of two parts");
        Pull {
            repository: repository.to_owned(),
            number: 0,
            title: commit.subject.clone(),
            body: String::new(),
            state: State::Merged,
            author: (*id).to_owned(),
            author_login: login.clone(),
            created_at: merged_at - SignedDuration::from_hours(1),
            closed_at: Some(merged_at),
            merged_by: Some("maintainer".to_owned()),
            base_ref: BRANCH.to_owned(),
            head_ref: format!("change-{}", commit.sha.get(..8).unwrap_or(&commit.sha)),
            head_repository: format!("{login}/{name}"),
            head_sha: commit.sha.clone(),
            base_sha: commit.parent.clone().unwrap_or_else(|| "0".repeat(40)),
            commits: 1,
            reviews: Reviews {
                approved: 1,
                ..Reviews::default()
            },
            labels: Vec::new(),
            linked: Vec::new(),
            files: commit
                .changes
                .iter()
                .map(|change| self.file(change))
                .collect(),
        }
    }

    fn file(&self, change: &Change) -> File {
        let content = |blob: &Option<String>| match blob {
            None => Content::None,
            Some(sha) => match self.blobs.get(sha) {
                Some(text) => Content::Text(text.to_owned()),
                None => Content::Opaque,
            },
        };
        File {
            path: change.path.clone(),
            previous: change.previous.clone(),
            base: content(&change.before),
            head: content(&change.after),
        }
    }
}

/// How commits are moved to lie within the mirror's window.
struct Shift {
    newest: i64,
    /// Where the newest one goes.
    to: i64,
    /// Seconds of history, and of the window they go into.
    span: (i64, i64),
}

impl Shift {
    const WINDOW: i64 = 28 * 24 * 3600;

    fn of(commits: &[Commit], now: Timestamp) -> Self {
        let times = || commits.iter().map(|commit| commit.time);
        let (oldest, newest) = (times().min().unwrap_or(0), times().max().unwrap_or(0));
        let now = now.as_second();
        let fits = newest <= now && oldest >= now - Self::WINDOW;
        let span = (newest - oldest).max(1);
        Self {
            newest,
            to: if fits { newest } else { now - 3600 },
            span: (span, span.min(Self::WINDOW - 3600)),
        }
    }

    fn apply(&self, time: i64) -> Timestamp {
        let (span, window) = (i128::from(self.span.0), i128::from(self.span.1));
        let before = i128::from(self.newest - time) * window / span;
        let before = i64::try_from(before).expect("no more than the window");
        Timestamp::from_second(self.to - before).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// `git` in the repository, in plain English, waiting for nobody, and gone when dropped.
fn git(history: &GitHistory) -> Command {
    let mut git = Command::new("git");
    git.arg("-C")
        .arg(&history.path)
        .args(["-c", "core.quotePath=false", "--no-pager"])
        .env("LC_ALL", "C")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    git
}
