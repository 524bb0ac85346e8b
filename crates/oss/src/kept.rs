//! Scores that are known already, because the commits are the same.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axonry_github::{ContentCache, ContentKey, RepositoryName, Revision, StoredFiles};
use axonry_scoring::base_score::TokenTotals;
use serde::{Deserialize, Serialize};
use tracing::warn;

/// For so many rounds a score is remembered that nobody asked for.
const ROUNDS: u64 = 4;

/// What tells one pull request from another.
pub(crate) type Item = (RepositoryName, u64);

/// What the files of a pull request amount to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Value {
    /// None of a pull request without files.
    pub(crate) totals: Option<TokenTotals>,
    pub(crate) files: u64,
}

/// The form in which a value is kept on disk.
#[derive(Debug, Serialize, Deserialize)]
struct Written {
    files: u64,
    totals: Option<WrittenTotals>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(remote = "TokenTotals")]
struct Totals {
    source_token_score: f64,
    token_score: f64,
    total_score: f64,
    structural_count: u64,
    structural_score: f64,
    leaf_count: u64,
    leaf_score: f64,
}

#[derive(Debug, Serialize, Deserialize)]
struct WrittenTotals(#[serde(with = "Totals")] TokenTotals);

/// The commits a pull request is between, as far as they are known.
type Commits = [Option<String>; 3];

fn commits(of: &Revision) -> Commits {
    [
        of.head_sha.clone(),
        of.merge_base_sha.clone(),
        of.base_sha.clone(),
    ]
}

/// Values of earlier rounds: in memory while the process lives, on disk when there is a cache.
#[derive(Debug)]
pub(crate) struct Kept {
    memory: Mutex<Memory>,
    disk: Option<ContentCache>,
    rules: Vec<u8>,
}

#[derive(Debug, Default)]
struct Memory {
    round: u64,
    values: BTreeMap<Item, Remembered>,
}

#[derive(Debug)]
struct Remembered {
    commits: Commits,
    value: Value,
    used: u64,
}

impl Kept {
    pub(crate) fn new(disk: Option<ContentCache>, rules: Vec<u8>) -> Self {
        Self {
            memory: Mutex::default(),
            disk,
            rules,
        }
    }

    /// Begins a round, and forgets what none of the last ones asked for.
    pub(crate) fn next_round(&self) {
        let mut memory = self.memory();
        memory.round += 1;
        let round = memory.round;
        memory
            .values
            .retain(|_, remembered| remembered.used + ROUNDS > round);
    }

    /// The value of the same commits, so that nothing need be fetched. Reads the disk.
    pub(crate) fn known(&self, of: &Revision) -> Option<Value> {
        // Without all commits there is no telling whether it is the same.
        let key = ContentKey::of(of)?;
        if let Some(value) = self.last(of) {
            return Some(value);
        }
        let bytes = self.disk.as_ref()?.score(&key, &self.rules)?;
        match serde_json::from_slice::<Written>(&bytes) {
            Ok(written) => {
                let value = Value {
                    totals: written.totals.map(|totals| totals.0),
                    files: written.files,
                };
                self.remember(of, value);
                Some(value)
            }
            Err(error) => {
                warn!(repository = %of.repository, number = of.number, %error, "a kept score cannot be read, it is made again");
                None
            }
        }
    }

    /// What was last seen of a pull request that looks the same, though it may lack commits.
    pub(crate) fn last(&self, of: &Revision) -> Option<Value> {
        let mut memory = self.memory();
        let round = memory.round;
        let item = (of.repository.clone(), of.number);
        let remembered = memory.values.get_mut(&item)?;
        (remembered.commits == commits(of)).then(|| {
            remembered.used = round;
            remembered.value
        })
    }

    /// Files of the same commits, so that they need only be scored again. Reads the disk.
    pub(crate) fn files(&self, of: &Revision) -> Option<StoredFiles> {
        self.disk.as_ref()?.files(&ContentKey::of(of)?)
    }

    /// Keeps the files of a pull request. Writes the disk.
    pub(crate) fn keep_files(&self, files: &StoredFiles) {
        let (Some(disk), Some(key)) = (&self.disk, ContentKey::of_files(files)) else {
            return;
        };
        // A file that could not be read may be readable the next time.
        if files.quarantined.is_empty() {
            told(disk.keep_files(&key, &files.files));
        }
    }

    /// Keeps a value that the same commits will have again. Writes the disk.
    pub(crate) fn keep(&self, of: &Revision, value: Value) {
        self.remember(of, value);
        let (Some(disk), Some(key)) = (&self.disk, ContentKey::of(of)) else {
            return;
        };
        let written = Written {
            files: value.files,
            totals: value.totals.map(WrittenTotals),
        };
        let bytes = serde_json::to_vec(&written).expect("numbers are JSON");
        told(disk.keep_score(&key, &self.rules, &bytes));
    }

    fn remember(&self, of: &Revision, value: Value) {
        let mut memory = self.memory();
        let remembered = Remembered {
            commits: commits(of),
            value,
            used: memory.round,
        };
        let item = (of.repository.clone(), of.number);
        memory.values.insert(item, remembered);
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        // Entries are whole values: one that panicked elsewhere left none half-written.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A full disk costs requests in the next round and nothing else.
fn told(written: std::io::Result<()>) {
    if let Err(error) = written {
        warn!(%error, "could not keep what was fetched, it is fetched again next time");
    }
}
