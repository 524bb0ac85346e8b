use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use tracing::{error, info};

/// How much space is kept for the journal: hundreds of vectors.
const SIZE: usize = 2 << 20;

/// Space on the disk that nothing else may have: a file next to the state, deleted when the disk is
/// full, so that intents can still be written down and weights land while history waits.
#[derive(Debug)]
pub(crate) struct Reserve {
    /// None where the space is not ours to keep, as in a database server.
    path: Option<PathBuf>,
    short: AtomicBool,
}

impl Reserve {
    pub(crate) fn beside(state: Option<&Path>) -> Self {
        let path = state.map(|state| {
            let mut path = state.as_os_str().to_owned();
            path.push(".reserve");
            PathBuf::from(path)
        });
        let reserve = Self {
            path,
            short: AtomicBool::new(false),
        };
        if !reserve.is_there() {
            reserve.restore();
        }
        reserve
    }

    pub(crate) fn is_short(&self) -> bool {
        self.short.load(Ordering::Relaxed)
    }

    pub(crate) fn is_there(&self) -> bool {
        let size = |path: &PathBuf| fs::metadata(path).map(|file| file.len());
        match &self.path {
            None => true,
            Some(path) => size(path).is_ok_and(|size| size >= SIZE as u64),
        }
    }

    /// Gives the space up, and says whether there was any.
    pub(crate) fn release(&self) -> bool {
        self.fall_short();
        let path = self.path.as_ref();
        path.is_some_and(|path| fs::remove_file(path).is_ok())
    }

    /// Takes the space back if the disk has it to spare.
    pub(crate) fn restore(&self) -> bool {
        let Some(path) = &self.path else {
            return true;
        };
        if let Err(cause) = take(path) {
            // Half a reserve is space that the journal could use.
            let _ = fs::remove_file(path);
            self.alarm(Some(&cause));
            return false;
        }
        true
    }

    /// History does not fit any more.
    pub(crate) fn fall_short(&self) {
        self.alarm(None);
    }

    /// History fits again.
    pub(crate) fn suffice(&self) {
        if self.short.swap(false, Ordering::Relaxed) {
            info!("there is space again: history is kept");
        }
    }

    fn alarm(&self, cause: Option<&io::Error>) {
        if !self.short.swap(true, Ordering::Relaxed) {
            let cause = cause.map(tracing::field::display);
            error!(
                cause,
                "no space for the state: weights still land, and history is paused until there is"
            );
        }
    }
}

fn take(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file: File = options.open(path)?;
    // Written, not only counted: a hole takes no space.
    file.write_all(&vec![0; SIZE])?;
    file.sync_data()
}
