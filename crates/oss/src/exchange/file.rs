//! A file of rows that is replaced as a whole, or not at all, by one writer at a time.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// Whoever reads these files reads tokens.
const OWNER_ONLY: u32 = 0o600;

/// How long another writer is waited for: it holds the lock for one small file.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(5);

/// The right to write a file, while it is held.
///
/// The lock is on a file beside it, since the file itself is another one after each write. It holds
/// against other processes and other threads alike.
#[derive(Debug)]
pub(super) struct WriteLock {
    /// Unlocked when it is closed.
    _file: File,
}

impl WriteLock {
    pub(super) fn acquire(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(OWNER_ONLY)
            .open(beside(path, ".lock"))?;
        let until = Instant::now() + PATIENCE;
        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(Self { _file: file }),
                Err(Errno::WOULDBLOCK) if Instant::now() < until => pause(),
                Err(Errno::WOULDBLOCK) => return Err(io::ErrorKind::ResourceBusy.into()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Puts `contents` in the place of what is at `path`. After a crash it is the one or the other.
    pub(super) fn replace(&self, path: &Path, contents: &[u8]) -> io::Result<()> {
        let folder = folder_of(path);
        let mut next = tempfile::Builder::new()
            .prefix(".tokens-")
            .suffix(".tmp")
            .permissions(Permissions::from_mode(OWNER_ONLY))
            .tempfile_in(folder)?;
        next.write_all(contents)?;
        next.as_file().sync_all()?;
        next.persist(path)?;
        // Without this the new name itself can be lost.
        File::open(folder)?.sync_all()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a lock is not waited for with a deadline in another way; nobody waits on an async thread"
)]
fn pause() {
    std::thread::sleep(PAUSE);
}

/// Takes away what others may do with a file; says whether there was anything to take.
pub(super) fn tighten(path: &Path) -> io::Result<bool> {
    let loose = fs::metadata(path)?.permissions().mode() & 0o077 != 0;
    if loose {
        fs::set_permissions(path, Permissions::from_mode(OWNER_ONLY))?;
    }
    Ok(loose)
}

pub(super) fn folder_of(path: &Path) -> &Path {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
