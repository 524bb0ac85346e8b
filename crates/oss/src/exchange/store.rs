use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axonry_core::{Hotkey, Uid};
use axonry_github::{GithubId, PatStore, PatStoreError, Secret, StoredPat, timestamp};
use jiff::Timestamp;
use serde_json::{Value, json};
use tracing::warn;

use super::file::{WriteLock, folder_of, tighten};
use crate::TokenSource;

/// Where a validator keeps its miners' tokens: a `miner_pats.json` that only its owner can read.
///
/// Every write replaces the whole file at once and reaches the disk before it counts; writers take
/// turns, in this process and among processes. A file that cannot be read is left as it is: nothing is
/// written over it, and nothing is taken for empty.
///
/// Clones share the file.
#[derive(Clone, Debug)]
pub struct TokenStore {
    path: Arc<Path>,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// Entries for uids that had none.
    pub added: usize,
    /// Entries that took the place of older ones.
    pub replaced: usize,
    /// Entries that were left out, because there is one for the uid that is not older.
    pub kept: usize,
}

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenStoreError {
    /// The file cannot be read, or is not what it should be.
    #[error(transparent)]
    Unreadable(#[from] PatStoreError),
    /// The file cannot be written.
    #[error("could not write the token file `{}`", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The hotkey has proved another account before.
    #[error("hotkey {hotkey} in slot {uid} is tied to another GitHub account")]
    Locked {
        /// The slot.
        uid: Uid,
        /// Whose.
        hotkey: Hotkey,
    },
    /// The work on the file broke down.
    #[error("the work on the token file broke down")]
    Interrupted,
}

impl TokenStoreError {
    /// Whether it is the miner's account that does not fit, rather than the store.
    pub const fn is_locked(&self) -> bool {
        matches!(self, Self::Locked { .. })
    }
}

impl TokenStore {
    /// Opens a file; makes an empty one where there is none, and its folder.
    ///
    /// # Errors
    /// When it is there and cannot be read, or anything in it is wrong; when it cannot be made.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, TokenStoreError> {
        let path = path.as_ref();
        let failed = |source| TokenStoreError::Write {
            path: path.to_owned(),
            source,
        };
        let mut folder = DirBuilder::new();
        let made = folder.recursive(true).mode(0o700).create(folder_of(path));
        made.map_err(failed)?;
        if !path.try_exists().map_err(failed)? {
            let lock = WriteLock::acquire(path).map_err(failed)?;
            // Somebody else may have made it in the meantime.
            if !path.try_exists().map_err(failed)? {
                lock.replace(path, b"[]\n").map_err(failed)?;
            }
        }
        // A link would be replaced by the next write, instead of what it leads to.
        let path = fs::canonicalize(path).map_err(failed)?;
        if tighten(&path).map_err(failed)? {
            warn!(path = %path.display(), "others could read the miners' tokens, and no longer can");
        }
        let store = Self { path: path.into() };
        store.snapshot()?;
        Ok(store)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Everything as it stands now.
    ///
    /// # Errors
    /// When the file cannot be read, is not there any more, or anything in it is wrong.
    pub fn snapshot(&self) -> Result<PatStore, PatStoreError> {
        PatStore::read(&self.path)
    }

    /// The account a hotkey in a slot has proved, if it has.
    ///
    /// # Errors
    /// As [`snapshot`](Self::snapshot).
    pub fn account(&self, uid: Uid, hotkey: &Hotkey) -> Result<Option<GithubId>, TokenStoreError> {
        let tokens = self.snapshot()?;
        Ok(of(&tokens, uid, hotkey).and_then(|entry| entry.github_id.clone()))
    }

    /// The token of a hotkey in a slot, if there is one.
    ///
    /// # Errors
    /// As [`snapshot`](Self::snapshot).
    pub fn token(&self, uid: Uid, hotkey: &Hotkey) -> Result<Option<Secret>, TokenStoreError> {
        let tokens = self.snapshot()?;
        Ok(of(&tokens, uid, hotkey).and_then(|entry| entry.pat.clone()))
    }

    /// Keeps a hotkey's token in place of whatever there is for its slot. When this returns, it is
    /// on disk.
    ///
    /// # Errors
    /// [`TokenStoreError::Locked`] when the hotkey has proved another account; otherwise when the file
    /// cannot be read or written.
    pub fn save(
        &self,
        uid: Uid,
        hotkey: &Hotkey,
        token: &Secret,
        account: &GithubId,
        at: Timestamp,
    ) -> Result<(), TokenStoreError> {
        self.change(|tokens, rows| {
            let pinned = of(tokens, uid, hotkey).and_then(|entry| entry.github_id.as_ref());
            if pinned.is_some_and(|pinned| pinned != account) {
                return Err(TokenStoreError::Locked {
                    uid,
                    hotkey: *hotkey,
                });
            }
            let row = json!({
                "uid": uid.0,
                "hotkey": hotkey.to_string(),
                "pat": token.expose(),
                "github_id": account.as_str(),
                "stored_at": timestamp::format(at),
            });
            put(rows, uid.0, row);
            Ok(())
        })
    }

    /// Takes over the entries of another such file. Of two for one uid the newer one stays; without
    /// a time an entry is older than any other.
    ///
    /// # Errors
    /// When either file cannot be read, or this one cannot be written.
    pub fn import(&self, from: impl AsRef<Path>) -> Result<Imported, TokenStoreError> {
        let others = PatStore::read(from)?;
        self.change(|tokens, rows| {
            let mut imported = Imported::default();
            for entry in others.entries() {
                let present = last(tokens, entry.uid);
                match present {
                    None => imported.added += 1,
                    Some(present) if present.stored_at >= entry.stored_at => {
                        imported.kept += 1;
                        continue;
                    }
                    Some(_) => imported.replaced += 1,
                }
                put(rows, entry.uid, row(entry));
            }
            Ok(imported)
        })
    }

    /// Reads, changes and writes while nobody else does.
    fn change<T>(
        &self,
        change: impl FnOnce(&PatStore, &mut Vec<Value>) -> Result<T, TokenStoreError>,
    ) -> Result<T, TokenStoreError> {
        let failed = |source| TokenStoreError::Write {
            path: self.path.to_path_buf(),
            source,
        };
        let lock = WriteLock::acquire(&self.path).map_err(failed)?;
        let read = fs::read_to_string(&self.path);
        let text = read.map_err(|source| PatStoreError::Read {
            path: self.path.to_path_buf(),
            source,
        })?;
        let tokens = PatStore::parse(&self.path, &text)?;
        // What others have written into their entries stays there.
        let mut rows: Vec<Value> =
            serde_json::from_str(&text).expect("what has been read as entries is an array");
        let done = change(&tokens, &mut rows)?;
        let mut text = serde_json::to_string_pretty(&rows).expect("JSON can be written as JSON");
        text.push('\n');
        lock.replace(&self.path, text.as_bytes()).map_err(failed)?;
        Ok(done)
    }
}

impl From<&TokenStore> for TokenSource {
    fn from(store: &TokenStore) -> Self {
        Self::File(store.path.to_path_buf())
    }
}

/// Of several entries for one uid the last counts, as it does in a round.
fn last(tokens: &PatStore, uid: u16) -> Option<&StoredPat> {
    tokens.entries().iter().rev().find(|entry| entry.uid == uid)
}

fn of<'a>(tokens: &'a PatStore, uid: Uid, hotkey: &Hotkey) -> Option<&'a StoredPat> {
    last(tokens, uid.0).filter(|entry| entry.hotkey == hotkey.to_string())
}

/// Puts a row in the place of all others of its uid.
fn put(rows: &mut Vec<Value>, uid: u16, row: Value) {
    let place = rows.iter().position(|row| row["uid"] == uid);
    rows.retain(|row| row["uid"] != uid);
    rows.insert(place.unwrap_or(rows.len()), row);
}

fn row(entry: &StoredPat) -> Value {
    json!({
        "uid": entry.uid,
        "hotkey": entry.hotkey,
        "pat": entry.pat.as_ref().map(Secret::expose),
        "github_id": entry.github_id.as_ref().map_or("0", GithubId::as_str),
        "stored_at": entry.stored_at.map(timestamp::format),
    })
}
