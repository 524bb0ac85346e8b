//! What pull requests contain, kept on disk: commits never change, so it is fetched once.

mod entry;
mod index;
mod key;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tracing::warn;

use self::entry::Broken;
use self::index::Index;
pub use self::key::ContentKey;
use crate::file::{PullRequestFile, StoredFiles};

/// Unfinished files of another process may be younger than this; older ones are of a crash.
const UNFINISHED: Duration = Duration::from_secs(3600);

/// A folder of files and scores of pull requests, bounded in size.
///
/// Entries are written whole or not at all, checked when they are read, and gone when they are
/// broken; the least recently used ones make room for new ones. Nothing in it is needed: whoever
/// deletes the folder only has to fetch again.
///
/// Clones share it. All calls read or write the disk, so async code makes them where blocking does
/// no harm.
#[derive(Clone, Debug)]
pub struct ContentCache {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    bound: u64,
    index: Mutex<Index>,
    unfinished: AtomicU64,
}

impl ContentCache {
    /// Opens a folder, or makes it, to hold at most `bound` bytes.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(folder: impl Into<PathBuf>, bound: u64) -> io::Result<Self> {
        let folder = folder.into();
        fs::create_dir_all(folder.join("unfinished"))?;
        clean(&folder.join("unfinished"))?;
        let index = Index::read(&folder)?;
        let cache = Self {
            inner: Arc::new(Inner {
                folder,
                bound,
                index: Mutex::new(index),
                unfinished: AtomicU64::new(0),
            }),
        };
        cache.make_room();
        Ok(cache)
    }

    /// The files of a pull request at these commits.
    #[must_use]
    pub fn files(&self, key: &ContentKey) -> Option<StoredFiles> {
        let name = key.files_name();
        let packed = self.read(&name)?;
        match entry::unpack(&packed) {
            Ok(files) => Some(key.stored(files)),
            Err(broken) => {
                self.discard(&name, &broken);
                None
            }
        }
    }

    /// Keeps the files of a pull request.
    ///
    /// # Errors
    /// When they cannot be written; what was kept before still is.
    pub fn keep_files(&self, key: &ContentKey, files: &[PullRequestFile]) -> io::Result<()> {
        self.write(&key.files_name(), &entry::pack(files)?)
    }

    /// What was made of a pull request at these commits by rules with this digest.
    #[must_use]
    pub fn score(&self, key: &ContentKey, rules: &[u8]) -> Option<Vec<u8>> {
        self.read(&key.score_name(rules))
    }

    /// Keeps what was made of a pull request by rules with this digest; the bytes are the caller's.
    ///
    /// # Errors
    /// When it cannot be written; what was kept before still is.
    pub fn keep_score(&self, key: &ContentKey, rules: &[u8], score: &[u8]) -> io::Result<()> {
        self.write(&key.score_name(rules), score)
    }

    /// How many bytes it holds.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.index().size()
    }

    fn read(&self, name: &str) -> Option<Vec<u8>> {
        if !self.index().contains(name) {
            return None;
        }
        match fs::read(self.path(name)) {
            Ok(sealed) => match entry::open(sealed) {
                Ok(content) => {
                    self.index().touch(name);
                    Some(content)
                }
                Err(broken) => {
                    self.discard(name, &broken);
                    None
                }
            },
            Err(error) => {
                // Gone: somebody emptied the folder, which everybody may.
                if error.kind() != io::ErrorKind::NotFound {
                    warn!(name, %error, "a cached entry cannot be read, it is fetched again");
                }
                self.index().remove(name);
                None
            }
        }
    }

    fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let sealed = entry::seal(content);
        let number = self.inner.unfinished.fetch_add(1, Relaxed);
        let unfinished = self
            .inner
            .folder
            .join("unfinished")
            .join(format!("{}-{number}", process::id()));
        let path = self.path(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        // Not flushed to the disk: a power cut may leave a broken entry, and the check finds it.
        let written = fs::write(&unfinished, &sealed).and_then(|()| fs::rename(&unfinished, path));
        if let Err(error) = written {
            // What cannot be removed now is removed at the next start.
            let _ = fs::remove_file(&unfinished);
            return Err(error);
        }
        self.index().insert(name, sealed.len() as u64);
        self.make_room();
        Ok(())
    }

    fn discard(&self, name: &str, broken: &Broken) {
        warn!(name, %broken, "a cached entry is broken, it is fetched again");
        self.remove(name);
    }

    fn make_room(&self) {
        // Bound first, so that the lock is free while files are removed.
        let surplus = self.index().surplus(self.inner.bound);
        for name in surplus {
            self.remove(&name);
        }
    }

    fn remove(&self, name: &str) {
        self.index().remove(name);
        // What is gone already need not be removed, and the rest is found at the next start.
        let _ = fs::remove_file(self.path(name));
    }

    /// Names are hexadecimal digits; the first two are the folder, so that none grows too large.
    fn path(&self, name: &str) -> PathBuf {
        self.inner.folder.join(&name[..2]).join(name)
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.inner
            .index
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn clean(unfinished: &Path) -> io::Result<()> {
    let now = SystemTime::now();
    for entry in fs::read_dir(unfinished)? {
        let entry = entry?;
        let age = entry
            .metadata()?
            .modified()
            .ok()
            .and_then(|then| now.duration_since(then).ok());
        if age.is_none_or(|age| age > UNFINISHED) {
            // Another process may have removed it in the same moment.
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
