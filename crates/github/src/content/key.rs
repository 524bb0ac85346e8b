//! What identifies the content of a pull request for ever.

use sha2::{Digest, Sha256};

use crate::file::{PullRequestFile, StoredFiles};
use crate::names::RepositoryName;
use crate::revision::Revision;

/// A pull request between two commits: what it contains is the same on every day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentKey {
    repository: RepositoryName,
    number: u64,
    head: String,
    merge_base: Option<String>,
    base: Option<String>,
}

impl ContentKey {
    /// That of a pull request at certain commits; none while they are not known.
    #[must_use]
    pub fn of(revision: &Revision) -> Option<Self> {
        Self::new(
            &revision.repository,
            revision.number,
            [
                &revision.head_sha,
                &revision.merge_base_sha,
                &revision.base_sha,
            ],
        )
    }

    /// That of fetched files, which may be of a later commit than the list they were found by.
    #[must_use]
    pub fn of_files(files: &StoredFiles) -> Option<Self> {
        Self::new(
            &files.repository,
            files.number,
            [&files.head_sha, &files.merge_base_sha, &files.base_sha],
        )
    }

    fn new(
        repository: &RepositoryName,
        number: u64,
        [head, merge_base, base]: [&Option<String>; 3],
    ) -> Option<Self> {
        // Without a base there is nothing that the content is a difference to.
        merge_base.as_ref().or(base.as_ref())?;
        Some(Self {
            repository: repository.clone(),
            number,
            head: head.clone()?,
            merge_base: merge_base.clone(),
            base: base.clone(),
        })
    }

    pub(super) fn stored(&self, files: Vec<PullRequestFile>) -> StoredFiles {
        StoredFiles {
            repository: self.repository.clone(),
            number: self.number,
            head_sha: Some(self.head.clone()),
            base_sha: self.base.clone(),
            merge_base_sha: self.merge_base.clone(),
            files,
            quarantined: Vec::new(),
        }
    }

    pub(super) fn files_name(&self) -> String {
        self.name(b"files")
    }

    pub(super) fn score_name(&self, rules: &[u8]) -> String {
        self.name(rules)
    }

    /// A name for a file: a digest, because the parts may be long and hold anything.
    fn name(&self, what: &[u8]) -> String {
        let number = self.number.to_string();
        let mut digest = Sha256::new();
        for part in [
            self.repository.as_str().as_bytes(),
            number.as_bytes(),
            self.head.as_bytes(),
            self.merge_base.as_deref().unwrap_or_default().as_bytes(),
            self.base.as_deref().unwrap_or_default().as_bytes(),
            what,
        ] {
            // Lengths first, so that no two rows of parts run together to the same bytes.
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        digest
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}
