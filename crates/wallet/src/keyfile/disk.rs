//! Keyfiles on disk: read whole or not at all, written whole or not at all.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::KeyfileError;

/// No keyfile is near this size; a larger file is something else.
const LIMIT: usize = 64 * 1024;

/// Whether an existing file may be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and writing fails.
    Keep,
    /// It is replaced; its key is gone unless it is kept elsewhere.
    Replace,
}

/// A file's content and, when others can reach it, its permission bits.
pub(super) struct Content {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    pub(super) exposed: Option<u32>,
}

pub(super) fn read(path: &Path) -> Result<Content, KeyfileError> {
    let failed = |source| KeyfileError::Read {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    // Asked of the open file, so that it cannot be another one than the one read.
    let exposed = exposed(&file).map_err(failed)?;
    // Reserved at once: growing would leave copies of the secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LIMIT + 1));
    file.take(LIMIT as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() > LIMIT {
        return Err(KeyfileError::NotText(path.to_owned()));
    }
    Ok(Content { bytes, exposed })
}

/// Reads a small file that nobody else may reach.
pub(crate) fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyfileError> {
    let Content { bytes, exposed } = read(path)?;
    match exposed {
        None => Ok(bytes),
        Some(mode) => Err(KeyfileError::Exposed {
            path: path.to_owned(),
            mode,
        }),
    }
}

/// Writes a file of mode 0600: beside its place first, then moved there. At no moment can others
/// read it, and a crash leaves the old file or the new one.
pub(super) fn write(path: &Path, content: &[u8], existing: Existing) -> Result<(), KeyfileError> {
    place(path, content, existing).map_err(|source| {
        if existing == Existing::Keep && source.kind() == io::ErrorKind::AlreadyExists {
            return KeyfileError::Exists(path.to_owned());
        }
        KeyfileError::Write {
            path: path.to_owned(),
            source,
        }
    })
}

fn place(path: &Path, content: &[u8], existing: Existing) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    create_folder(folder)?;
    let beside = Beside::create(path)?;
    let mut file = &beside.file;
    file.write_all(content)?;
    file.sync_all()?;
    match existing {
        // A link is made only where nothing is; a rename would replace without asking.
        Existing::Keep => std::fs::hard_link(&beside.path, path)?,
        Existing::Replace => std::fs::rename(&beside.path, path)?,
    }
    File::open(folder)?.sync_all()
}

/// The file beside the place; gone when this is dropped, unless it was moved there.
struct Beside {
    path: PathBuf,
    file: File,
}

impl Beside {
    fn create(target: &Path) -> io::Result<Self> {
        let name = target
            .file_name()
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.tmp", std::process::id()));
        let path = target.with_file_name(hidden);
        let file = private(OpenOptions::new().write(true).create_new(true)).open(&path)?;
        Ok(Self { path, file })
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // It is not there any more after a rename.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;

    options.mode(0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Makes a folder, and those above it, that only its owner can enter.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The permission bits, when somebody but the owner can read or write.
#[cfg(unix)]
fn exposed(file: &File) -> io::Result<Option<u32>> {
    use std::os::unix::fs::PermissionsExt;

    let mode = file.metadata()?.permissions().mode() & 0o777;
    Ok((mode & 0o066 != 0).then_some(mode))
}

/// Where files have no such bits there is nothing to refuse.
#[cfg(not(unix))]
fn exposed(_: &File) -> io::Result<Option<u32>> {
    Ok(None)
}
