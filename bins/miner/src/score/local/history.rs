//! Which changes an author made.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use anyhow::{Context, Result};
use axonry_github::{GithubId, RepositoryName};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::git::Git;

/// The commits that are looked at, at most: the newest ones.
const MOST_COMMITS: usize = 5_000;
/// What a first commit is compared with: git's tree without a file.
const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
/// Between fields; no name, address or subject holds it.
const FIELD: char = '\u{1f}';

/// The changes of one author in a repository.
#[derive(Debug)]
pub(super) struct History {
    /// Their e-mail.
    pub(super) author: String,
    /// The branch that things are merged into.
    pub(super) branch: String,
    /// Merged ones, oldest first, and then open ones.
    pub(super) changes: Vec<Change>,
}

/// One change, as a pull request would have brought it.
#[derive(Debug)]
pub(super) struct Change {
    /// Its number: the one its commit names, or the next that is free.
    pub(super) number: u64,
    title: String,
    base: String,
    head: String,
    created_at: Timestamp,
    /// `None` while it is on a branch of its own.
    merged_at: Option<Timestamp>,
}

impl Change {
    /// The change as the mirror would list it.
    pub(super) fn row(
        &self,
        repository: &RepositoryName,
        account: &GithubId,
        branch: &str,
    ) -> Value {
        json!({
            "repo_full_name": repository.as_str(),
            "pr_number": self.number,
            "title": self.title,
            "state": if self.merged_at.is_some() { "MERGED" } else { "OPEN" },
            "author_github_id": account.as_str(),
            "created_at": self.created_at.to_string(),
            "merged_at": self.merged_at.map(|at| at.to_string()),
            "base_ref": branch,
            "default_branch": branch,
            "head_sha": self.head,
            "base_sha": self.base,
            "merge_base_sha": self.base,
            "scoring_data_stored": true,
            "review_summary": {"maintainer_changes_requested_count": 0, "approved_count": 1},
        })
    }
}

impl History {
    /// Reads what the author had merged in a time, and what is open at its end.
    pub(super) async fn read(
        git: &Git,
        author: String,
        time: RangeInclusive<Timestamp>,
    ) -> Result<Self> {
        let branch = git.line(&["symbolic-ref", "--short", "HEAD"]).await;
        // A repository that stands on a commit of no branch has a line all the same.
        let branch = branch.unwrap_or_else(|_| "main".to_owned());
        let mut found = merged(git, &author, &time).await?;
        found.extend(open(git, &author).await?);
        Ok(Self {
            author,
            branch,
            changes: numbered(found),
        })
    }
}

/// A change and the number its commit names.
type Found = (Change, Option<u64>);

/// What was merged into the current branch.
async fn merged(git: &Git, author: &str, time: &RangeInclusive<Timestamp>) -> Result<Vec<Found>> {
    let (most, since) = (
        format!("--max-count={MOST_COMMITS}"),
        format!("--since=@{}", time.start().as_second()),
    );
    let format = "--format=%H%x1f%P%x1f%ae%x1f%at%x1f%ct%x1f%s";
    let log = ["log", "--first-parent", &most, &since, format, "HEAD"];
    let log = git.text(&log, "").await?;
    let commits: Vec<Commit<'_>> = log.lines().map(Commit::parse).collect::<Result<_>>()?;
    let sides = authors(git, commits.iter().filter_map(|commit| commit.side)).await?;
    let mut found = Vec::new();
    for commit in commits.iter().rev() {
        let (writer, written_at) = match commit.side.and_then(|side| sides.get(side)) {
            Some((email, written_at)) => (email.as_str(), *written_at),
            None => (commit.email, commit.written_at),
        };
        if writer != author || !time.contains(&commit.committed_at) {
            continue;
        }
        let change = Change {
            number: 0,
            title: commit.subject.to_owned(),
            base: commit.parent.unwrap_or(EMPTY_TREE).to_owned(),
            head: commit.id.to_owned(),
            created_at: written_at,
            merged_at: Some(commit.committed_at),
        };
        found.push((change, number_in(commit.subject)));
    }
    Ok(found)
}

/// What the author's other branches hold that is not merged.
async fn open(git: &Git, author: &str) -> Result<Vec<Found>> {
    let format =
        "--format=%(refname:short)%1f%(objectname)%1f%(authoremail:trim)%1f%(authordate:unix)";
    let branches = ["for-each-ref", "--no-merged=HEAD", format, "refs/heads"];
    let branches = git.text(&branches, "").await?;
    let mut found = Vec::new();
    for line in branches.lines() {
        let mut fields = line.split(FIELD);
        let mut next = || fields.next().context("git lists a branch in another form");
        let (name, tip, email, at) = (next()?, next()?, next()?, next()?);
        if email != author {
            continue;
        }
        let base = git.line(&["merge-base", "HEAD", tip]).await;
        let change = Change {
            number: 0,
            title: name.to_owned(),
            // A branch that has nothing in common is all new.
            base: base.unwrap_or_else(|_| EMPTY_TREE.to_owned()),
            head: tip.to_owned(),
            created_at: moment(at)?,
            merged_at: None,
        };
        found.push((change, None));
    }
    Ok(found)
}

/// One line of the log.
struct Commit<'a> {
    id: &'a str,
    parent: Option<&'a str>,
    /// What a merge brought in.
    side: Option<&'a str>,
    email: &'a str,
    written_at: Timestamp,
    committed_at: Timestamp,
    subject: &'a str,
}

impl<'a> Commit<'a> {
    fn parse(line: &'a str) -> Result<Self> {
        let mut fields = line.splitn(6, FIELD);
        let mut next = || fields.next().context("git lists a commit in another form");
        let id = next()?;
        let mut parents = next()?.split_ascii_whitespace();
        Ok(Self {
            id,
            parent: parents.next(),
            side: parents.next(),
            email: next()?,
            written_at: moment(next()?)?,
            committed_at: moment(next()?)?,
            subject: next()?,
        })
    }
}

/// Who wrote these commits, and when.
async fn authors(
    git: &Git,
    commits: impl Iterator<Item = &str>,
) -> Result<BTreeMap<String, (String, Timestamp)>> {
    let asked: String = commits.map(|id| format!("{id}\n")).collect();
    if asked.is_empty() {
        return Ok(BTreeMap::new());
    }
    let log = [
        "log",
        "--no-walk=unsorted",
        "--stdin",
        "--format=%H%x1f%ae%x1f%at",
    ];
    let log = git.text(&log, &asked).await?;
    log.lines()
        .map(|line| {
            let mut fields = line.split(FIELD);
            let mut next = || fields.next().context("git lists a commit in another form");
            let (id, email, at) = (next()?, next()?, next()?);
            Ok((id.to_owned(), (email.to_owned(), moment(at)?)))
        })
        .collect()
}

/// The number in `Add a widget (#12)` or `Merge pull request #12 from …`.
fn number_in(subject: &str) -> Option<u64> {
    let squashed = subject
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once("(#"));
    let merged = subject.strip_prefix("Merge pull request #");
    let digits = squashed
        .map(|(_, digits)| digits)
        .or_else(|| merged?.split(' ').next())?;
    digits.parse().ok().filter(|&number| number > 0)
}

/// Gives every change a number of its own: the first that claims one has it.
fn numbered(found: Vec<Found>) -> Vec<Change> {
    let claimed: BTreeSet<u64> = found.iter().filter_map(|(_, number)| *number).collect();
    let mut free = (1..).filter(|number| !claimed.contains(number));
    let mut taken = BTreeSet::new();
    let given = found.into_iter().map(|(change, number)| {
        let number = number.filter(|&number| taken.insert(number));
        Change {
            number: number.unwrap_or_else(|| free.next().expect("numbers do not end")),
            ..change
        }
    });
    given.collect()
}

fn moment(seconds: &str) -> Result<Timestamp> {
    let seconds = seconds.parse().ok();
    let moment = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    moment.context("git gives a time in another form")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_tells_the_number_of_its_pull_request() {
        for (subject, number) in [
            ("Add a widget (#12)", Some(12)),
            ("Merge pull request #7 from alice/fix", Some(7)),
            ("Revert \"Add a widget (#12)\"", None),
            ("Fix #3", None),
            ("Nothing (#0)", None),
        ] {
            assert_eq!(number_in(subject), number, "{subject}");
        }
    }
}
