//! Metadata kept on disk between runs.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use axonry_core::BlockHash;
use tokio::task::spawn_blocking;
use tracing::{debug, warn};

use crate::runtime::{Runtime, RuntimeVersion};

/// Files kept: a handful of chains, around an upgrade two of each.
const KEPT: usize = 16;

/// The largest file read: finney's metadata has a third of a megabyte.
const LARGEST: u64 = 16 * 1024 * 1024;

/// A folder of runtimes' metadata, by chain and version.
///
/// A file is written whole or not at all, and what a file says it is counts for nothing: it is used
/// only if the version inside is the one that the node says is in force. Nothing here ever fails a
/// call; what cannot be read or kept is downloaded.
#[derive(Clone, Debug)]
pub(crate) struct MetadataCache {
    folder: PathBuf,
}

impl MetadataCache {
    pub(crate) const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn file(&self, genesis: BlockHash, version: RuntimeVersion) -> PathBuf {
        let genesis = hex::encode(genesis.0);
        self.folder
            .join(format!("{genesis}-{}.scale", version.spec))
    }

    /// The runtime of this version, if its metadata is there and is what it should be.
    pub(crate) async fn load(
        &self,
        genesis: BlockHash,
        version: RuntimeVersion,
    ) -> Option<Runtime> {
        let file = self.file(genesis, version);
        let load = move || match read(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                warn!(file = %file.display(), %error, "cached metadata cannot be read");
                None
            }
            Ok(bytes) => match Runtime::decode(&bytes, genesis) {
                Ok(runtime) if runtime.version() == version => Some(runtime),
                other => {
                    let found = other.as_ref().map(Runtime::version);
                    warn!(file = %file.display(), ?found, ?version, "cached metadata is not used");
                    None
                }
            },
        };
        spawn_blocking(load).await.ok().flatten()
    }

    /// Keeps the metadata of a runtime, and no more than a handful of others.
    pub(crate) async fn keep(&self, genesis: BlockHash, version: RuntimeVersion, bytes: Vec<u8>) {
        let file = self.file(genesis, version);
        let folder = self.folder.clone();
        let keep = move || match write(&folder, &file, &bytes) {
            Ok(()) => debug!(file = %file.display(), "metadata kept"),
            Err(error) => warn!(file = %file.display(), %error, "metadata cannot be kept"),
        };
        // It only ends early when the process does.
        let _ = spawn_blocking(keep).await;
    }
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes beside the file and moves it there, so that readers see all of it or nothing.
fn write(folder: &Path, file: &Path, bytes: &[u8]) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    fs::create_dir_all(folder)?;
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let unfinished = folder.join(format!("{}-{count}.unfinished", std::process::id()));
    let written = File::create(&unfinished)
        .and_then(|mut out| {
            out.write_all(bytes)?;
            out.sync_all()
        })
        .and_then(|()| fs::rename(&unfinished, file));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written?;
    thin_out(folder)
}

/// Removes the oldest files of our own making beyond what is kept.
fn thin_out(folder: &Path) -> io::Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let ours = path
            .extension()
            .is_some_and(|end| end == "scale" || end == "unfinished");
        if ours {
            let age = fs::metadata(&path).and_then(|about| about.modified());
            files.push((age.unwrap_or(SystemTime::UNIX_EPOCH), path));
        }
    }
    files.sort();
    let surplus = files.len().saturating_sub(KEPT);
    for (_, path) in files.into_iter().take(surplus) {
        // Another process may have been faster.
        let _ = fs::remove_file(path);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(spec: u32) -> RuntimeVersion {
        let transaction = 1;
        RuntimeVersion { spec, transaction }
    }

    #[tokio::test]
    async fn what_is_no_metadata_is_not_used_and_no_more_than_a_handful_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let cache = MetadataCache::new(folder.path().join("not there yet"));
        let genesis = BlockHash([1; 32]);
        assert!(cache.load(genesis, version(1)).await.is_none());
        for spec in 0..40 {
            cache.keep(genesis, version(spec), b"meta".to_vec()).await;
        }
        assert!(cache.load(genesis, version(39)).await.is_none());
        let files = fs::read_dir(&cache.folder).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let names: Vec<_> = names.collect();
        assert_eq!(names.len(), KEPT);
        assert!(
            names.iter().all(|name| name.ends_with(".scale")),
            "{names:?}"
        );
    }
}
