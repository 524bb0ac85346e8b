use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use axonry_core::Hotkey;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// The right to sign with a hotkey on this machine, for as long as it is held.
///
/// Two processes with one hotkey take each other's nonces and set each other's weights aside. The
/// lock is advisory and goes with the process, however that ends; processes on other machines are
/// noticed by the [`Setter`](crate::Setter) instead.
#[derive(Debug)]
pub struct HotkeyLock {
    _file: File,
    path: PathBuf,
}

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another process has it.
    #[error(
        "another process{} already signs with hotkey {hotkey} (lock file {}): stop it first",
        holder.map_or_else(String::new, |id| format!(" (id {id})")),
        path.display()
    )]
    Held {
        /// The hotkey.
        hotkey: Hotkey,
        /// The lock file.
        path: PathBuf,
        /// The process that has it, by its own word.
        holder: Option<u32>,
    },
    /// The file could not be made or locked.
    #[error("the lock file {} could not be made: check the folder and its rights", path.display())]
    Failed {
        /// The lock file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
}

impl HotkeyLock {
    /// Takes the lock of a hotkey, whose file is in `folder`.
    ///
    /// # Errors
    /// [`LockError::Held`] at once when another process has it.
    pub fn acquire(folder: &Path, hotkey: Hotkey) -> Result<Self, LockError> {
        let path = folder.join(format!("{hotkey}.lock"));
        let failed = |source| LockError::Failed {
            path: path.clone(),
            source,
        };
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                let mut said = String::new();
                let read = file.take(32).read_to_string(&mut said);
                let holder = read.ok().and_then(|_| said.trim().parse().ok());
                return Err(LockError::Held {
                    hotkey,
                    path,
                    holder,
                });
            }
            Err(error) => return Err(failed(error.into())),
        }
        let write = |file: &mut File| {
            file.set_len(0)?;
            file.rewind()?;
            writeln!(file, "{}", std::process::id())
        };
        write(&mut file).map_err(failed)?;
        Ok(Self { _file: file, path })
    }

    /// The lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hotkey_is_locked_once_and_free_again_when_the_lock_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let (ours, other) = (Hotkey::from_bytes([1; 32]), Hotkey::from_bytes([2; 32]));
        let lock = HotkeyLock::acquire(folder.path(), ours).expect("free");
        let held = HotkeyLock::acquire(folder.path(), ours).expect_err("held");
        assert!(
            matches!(held, LockError::Held { holder, .. } if holder == Some(std::process::id())),
            "{held}"
        );
        HotkeyLock::acquire(folder.path(), other).expect("another hotkey is free");
        drop(lock);
        HotkeyLock::acquire(folder.path(), ours).expect("free again");
    }
}
