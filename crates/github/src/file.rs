//! The files of a pull request, with their contents.

use serde::{Deserialize, Serialize};

use crate::fields;
use crate::names::RepositoryName;
use crate::page::Quarantined;
use crate::revision::Revision;

/// What the mirror has of a pull request's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Files {
    /// All of them.
    Stored(StoredFiles),
    /// It has not fetched them yet: not an empty pull request, but one to ask for again later.
    NotStoredYet,
}

impl Files {
    /// The files, when they are there.
    #[must_use]
    pub fn stored(self) -> Option<StoredFiles> {
        match self {
            Self::Stored(files) => Some(files),
            Self::NotStoredYet => None,
        }
    }
}

/// The files of one pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredFiles {
    /// The repository.
    pub repository: RepositoryName,
    /// The pull request's number.
    pub number: u64,
    /// Its last commit.
    pub head_sha: Option<String>,
    /// The commit it is compared with.
    pub base_sha: Option<String>,
    /// The last commit both have in common; base contents are taken there when it is known.
    pub merge_base_sha: Option<String>,
    /// The files, in the mirror's order.
    pub files: Vec<PullRequestFile>,
    /// Files that could not be read.
    pub quarantined: Vec<Quarantined>,
}

impl StoredFiles {
    /// All files of a pull request, for a [source](crate::PullRequestSource) of one's own.
    #[must_use]
    pub fn new(of: &Revision, files: Vec<PullRequestFile>) -> Self {
        Self {
            repository: of.repository.clone(),
            number: of.number,
            head_sha: of.head_sha.clone(),
            base_sha: of.base_sha.clone(),
            merge_base_sha: of.merge_base_sha.clone(),
            files,
            quarantined: Vec::new(),
        }
    }
}

/// A file that a pull request changes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct PullRequestFile {
    /// Its path after the change.
    pub filename: String,
    /// Its path before, when it was renamed.
    #[serde(default)]
    pub previous_filename: Option<String>,
    /// In GitHub's words: `added`, `modified`, `removed`, `renamed`, …
    pub status: String,
    /// Lines added.
    #[serde(default)]
    pub additions: u64,
    /// Lines deleted.
    #[serde(default)]
    pub deletions: u64,
    /// Lines added or deleted.
    #[serde(default)]
    pub changes: u64,
    /// Whether it is no text.
    #[serde(default, deserialize_with = "fields::flag")]
    pub is_binary: bool,
    /// Its size after the change.
    #[serde(default)]
    pub byte_size: Option<u64>,
    /// Its content after; none of binaries, of files over 1,000,000 bytes, and of removed ones.
    #[serde(default)]
    pub head_content: Option<String>,
    /// Its content before; none of binaries, of files over 1,000,000 bytes, and of added ones.
    #[serde(default)]
    pub base_content: Option<String>,
}
