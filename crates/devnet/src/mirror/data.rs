//! What a dev mirror knows, as plain values.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Map, Value};

/// What a dev mirror serves: repositories, accounts, pull requests with their files, and issues.
#[derive(Clone, Debug)]
pub struct MirrorData {
    /// The mirror's time, which stands still.
    pub(crate) now: Timestamp,
    pub(crate) repositories: Vec<Repository>,
    /// Logins by GitHub id; those in it are also known to `GET /user`.
    pub(crate) miners: BTreeMap<String, String>,
    pub(crate) pulls: Vec<Pull>,
    pub(crate) issues: Vec<Issue>,
}

impl MirrorData {
    /// Nothing at all.
    pub(crate) const fn empty() -> Self {
        Self {
            now: Timestamp::UNIX_EPOCH,
            repositories: Vec::new(),
            miners: BTreeMap::new(),
            pulls: Vec::new(),
            issues: Vec::new(),
        }
    }

    /// The time at which the mirror stands, and to which all ages are relative.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The GitHub ids of the accounts that have pull requests here.
    pub fn miners(&self) -> impl Iterator<Item = &str> {
        self.miners.keys().map(String::as_str)
    }

    /// How many pull requests there are.
    #[must_use]
    pub fn pull_requests(&self) -> usize {
        self.pulls.len()
    }

    /// The names of the repositories.
    pub fn repositories(&self) -> impl Iterator<Item = &str> {
        self.repositories
            .iter()
            .map(|repository| repository.name.as_str())
    }

    /// The repositories and their settings, in the form of upstream's `master_repositories.json`.
    #[must_use]
    pub fn registry(&self) -> Value {
        let entries = self.repositories.iter();
        Value::Object(
            entries
                .map(|repository| {
                    (
                        repository.name.clone(),
                        Value::Object(repository.settings.clone()),
                    )
                })
                .collect(),
        )
    }

    /// The same data at another time: every moment is moved alike, so all ages stay.
    #[must_use]
    pub fn moved_to(mut self, now: Timestamp) -> Self {
        let by = now.duration_since(self.now);
        // A moment beyond what a timestamp holds stays where it was.
        let moved = |time: Timestamp| time.checked_add(by).unwrap_or(time);
        self.now = now;
        for pull in &mut self.pulls {
            pull.created_at = moved(pull.created_at);
            pull.closed_at = pull.closed_at.map(moved);
        }
        for issue in &mut self.issues {
            issue.created_at = moved(issue.created_at);
            issue.solved = issue.solved.map(|(time, by)| (moved(time), by));
        }
        self
    }

    /// These data and others beside them, which get what `share` leaves of the emission.
    ///
    /// Time stands where it stands here. Repositories and accounts known to both are those of here.
    #[must_use]
    pub fn beside(mut self, mut others: Self, share: f64) -> Self {
        scale(&mut self.repositories, share);
        scale(&mut others.repositories, 1.0 - share);
        others
            .repositories
            .retain(|other| self.repository(&other.name).is_none());
        let known: BTreeSet<&str> = others
            .repositories
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        others
            .pulls
            .retain(|pull| known.contains(pull.repository.as_str()));
        others
            .issues
            .retain(|issue| known.contains(issue.repository.as_str()));
        self.pulls.append(&mut others.pulls);
        self.issues.append(&mut others.issues);
        self.repositories.append(&mut others.repositories);
        for (id, login) in others.miners {
            self.miners.entry(id).or_insert(login);
        }
        self
    }

    /// Finds a repository, whatever the case its name is written in.
    pub(crate) fn repository(&self, name: &str) -> Option<&Repository> {
        self.repositories
            .iter()
            .find(|repository| repository.name.eq_ignore_ascii_case(name))
    }

    pub(crate) fn pull(&self, repository: &str, number: u64) -> Option<&Pull> {
        self.pulls
            .iter()
            .find(|pull| pull.number == number && pull.repository.eq_ignore_ascii_case(repository))
    }

    /// Gives pull requests and issues of each repository their numbers, in the order of creation.
    pub(crate) fn number(&mut self) {
        enum Which {
            Pull(usize),
            Issue(usize),
        }
        let pulls = self.pulls.iter().enumerate();
        let pulls =
            pulls.map(|(at, pull)| (pull.created_at, pull.repository.clone(), Which::Pull(at)));
        let issues = self.issues.iter().enumerate();
        let issues = issues
            .map(|(at, issue)| (issue.created_at, issue.repository.clone(), Which::Issue(at)));
        let mut all: Vec<_> = pulls.chain(issues).collect();
        all.sort_by_key(|(created_at, _, _)| *created_at);
        let mut last: BTreeMap<String, u64> = BTreeMap::new();
        for (_, repository, which) in all {
            let number = last.entry(repository).or_default();
            *number += 1;
            match which {
                Which::Pull(at) => self.pulls[at].number = *number,
                Which::Issue(at) => self.issues[at].number = *number,
            }
        }
    }
}

fn scale(repositories: &mut [Repository], by: f64) {
    for repository in repositories {
        let share = repository
            .settings
            .get("emission_share")
            .and_then(Value::as_f64);
        let share = share.unwrap_or_default() * by;
        repository
            .settings
            .insert("emission_share".to_owned(), share.into());
    }
}

/// A repository that takes part.
#[derive(Clone, Debug)]
pub(crate) struct Repository {
    pub(crate) name: String,
    pub(crate) default_branch: &'static str,
    /// Its entry in the registry.
    pub(crate) settings: Map<String, Value>,
    pub(crate) maintainers: Vec<Maintainer>,
}

#[derive(Clone, Debug)]
pub(crate) struct Maintainer {
    pub(crate) id: String,
    pub(crate) login: String,
    pub(crate) association: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Closed,
    Merged,
}

impl State {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Closed => "CLOSED",
            Self::Merged => "MERGED",
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Pull {
    pub(crate) repository: String,
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) state: State,
    pub(crate) author: String,
    pub(crate) author_login: String,
    pub(crate) created_at: Timestamp,
    pub(crate) closed_at: Option<Timestamp>,
    pub(crate) merged_by: Option<String>,
    pub(crate) base_ref: String,
    pub(crate) head_ref: String,
    pub(crate) head_repository: String,
    pub(crate) head_sha: String,
    pub(crate) base_sha: String,
    pub(crate) commits: usize,
    pub(crate) reviews: Reviews,
    pub(crate) labels: Vec<Label>,
    /// Places in [`MirrorData::issues`].
    pub(crate) linked: Vec<usize>,
    pub(crate) files: Vec<File>,
}

impl Pull {
    pub(crate) fn merged_at(&self) -> Option<Timestamp> {
        self.closed_at.filter(|_| self.state == State::Merged)
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reviews {
    pub(crate) maintainer_changes_requested: usize,
    pub(crate) changes_requested: usize,
    pub(crate) approved: usize,
    pub(crate) commented: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Label {
    pub(crate) name: &'static str,
    /// The maintainer who put it there.
    pub(crate) actor: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Issue {
    pub(crate) repository: String,
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) author_login: String,
    pub(crate) created_at: Timestamp,
    /// When and by which of [`MirrorData::pulls`] it was solved, if it was.
    pub(crate) solved: Option<(Timestamp, usize)>,
}

/// A file of a pull request; absent contents mean that it was not there.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) previous: Option<String>,
    pub(crate) base: Content,
    pub(crate) head: Content,
}

/// A file on one side of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// It is not there.
    None,
    Text(String),
    /// It is there, but is no text, or is larger than the mirror keeps.
    Opaque,
}

impl Content {
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::None | Self::Opaque => None,
        }
    }
}

impl File {
    /// In GitHub's words.
    pub(crate) fn status(&self) -> &'static str {
        match (&self.base, &self.head, &self.previous) {
            (_, Content::None, _) => "removed",
            (_, _, Some(_)) => "renamed",
            (Content::None, _, _) => "added",
            _ => "modified",
        }
    }

    /// Lines added and deleted, counted between what both sides begin and end with.
    pub(crate) fn changes(&self) -> (usize, usize) {
        let lines = |content: &Content| -> Vec<String> {
            let text = content.text().unwrap_or_default();
            text.lines().map(str::to_owned).collect()
        };
        let (base, head) = (lines(&self.base), lines(&self.head));
        let same = |(one, other): &(&String, &String)| one == other;
        let start = base.iter().zip(&head).take_while(same).count();
        let (base, head) = (&base[start..], &head[start..]);
        let end = base
            .iter()
            .rev()
            .zip(head.iter().rev())
            .take_while(same)
            .count();
        (head.len() - end, base.len() - end)
    }
}
