use std::fs::File;
use std::path::{Component, Path, PathBuf};

use axonry_core::{AccountId, Coldkey};

use crate::keyfile::create_folder;
use crate::{EncryptionScheme, Existing, Keyfile, KeyfileError, Keypair, Password};

/// A wallet on disk, as `btcli` lays it out: `ROOT/NAME/{coldkey, coldkeypub.txt, hotkeys/HOTKEY}`.
///
/// Opening it reads nothing secret; each key is read when it is asked for.
#[derive(Clone, Debug)]
pub struct Wallet {
    path: PathBuf,
}

/// Why there is no such wallet or key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WalletError {
    /// A name that would lead out of the wallet's directory.
    #[error("`{0}` is no name of a wallet or hotkey: a file name without `/` is expected")]
    Name(String),
    /// No directory of that name.
    #[error("there is no wallet `{name}` in `{root}`: check the name, or create it with `btcli`")]
    NoWallet {
        /// Where wallets were looked for.
        root: PathBuf,
        /// The name.
        name: String,
    },
    /// No hotkey of that name.
    #[error("the wallet `{wallet}` has no hotkey `{name}`{}", known(.present))]
    NoHotkey {
        /// The wallet's directory.
        wallet: PathBuf,
        /// The name.
        name: String,
        /// The hotkeys it has.
        present: Vec<String>,
    },
    /// The file is there and gave no key.
    #[error("could not load `{path}`")]
    Keyfile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: KeyfileError,
    },
}

fn known(present: &[String]) -> String {
    match present {
        [] => String::new(),
        names => format!(": it has {}", names.join(", ")),
    }
}

impl Wallet {
    /// Where `btcli` keeps wallets below a home directory: `.bittensor/wallets`.
    pub fn default_root(home: &Path) -> PathBuf {
        home.join(".bittensor").join("wallets")
    }

    /// Opens the wallet `name` below `root`.
    ///
    /// A `~` in `root` is taken literally: the shell or the binary expands it.
    ///
    /// # Errors
    /// [`WalletError::Name`], [`WalletError::NoWallet`].
    pub fn open(root: impl AsRef<Path>, name: &str) -> Result<Self, WalletError> {
        let path = root.as_ref().join(file_name(name)?);
        if path.is_dir() {
            Ok(Self { path })
        } else {
            Err(WalletError::NoWallet {
                root: root.as_ref().to_owned(),
                name: name.to_owned(),
            })
        }
    }

    /// Makes a wallet directory `name` below `root`, or opens the one that is there.
    ///
    /// # Errors
    /// [`WalletError::Name`], [`WalletError::Keyfile`] when the directory cannot be made.
    pub fn create(root: impl AsRef<Path>, name: &str) -> Result<Self, WalletError> {
        let path = root.as_ref().join(file_name(name)?);
        match create_folder(&path.join("hotkeys")) {
            Ok(()) => Ok(Self { path }),
            Err(source) => Err(WalletError::Keyfile {
                source: KeyfileError::Write {
                    path: path.clone(),
                    source,
                },
                path,
            }),
        }
    }

    /// Writes a hotkey, and its public part as `NAMEpub.txt` beside it. Hotkeys are customarily
    /// plain, since the machine that uses one needs it at every start.
    ///
    /// # Errors
    /// [`WalletError::Name`], and [`WalletError::Keyfile`] with [`KeyfileError::Exists`] for a file
    /// that is to be kept.
    pub fn write_hotkey(
        &self,
        name: &str,
        keyfile: &Keyfile,
        password: Option<&Password>,
        existing: Existing,
    ) -> Result<(), WalletError> {
        let path = self.hotkey_path(name)?;
        let public = self.hotkey_path(&format!("{name}pub.txt"))?;
        write_pair(&path, &public, keyfile, password, existing)
    }

    /// Writes the coldkey, and its public part as `coldkeypub.txt`.
    ///
    /// # Errors
    /// As [`Wallet::write_hotkey`].
    pub fn write_coldkey(
        &self,
        keyfile: &Keyfile,
        password: Option<&Password>,
        existing: Existing,
    ) -> Result<(), WalletError> {
        let (path, public) = (self.coldkey_path(), self.path.join("coldkeypub.txt"));
        write_pair(&path, &public, keyfile, password, existing)
    }

    /// The wallet's directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where a hotkey's file is.
    ///
    /// # Errors
    /// [`WalletError::Name`].
    pub fn hotkey_path(&self, name: &str) -> Result<PathBuf, WalletError> {
        Ok(self.path.join("hotkeys").join(file_name(name)?))
    }

    /// Where the coldkey's secret file is.
    pub fn coldkey_path(&self) -> PathBuf {
        self.path.join("coldkey")
    }

    /// The names of the hotkeys it has, sorted; empty when their directory cannot be read.
    pub fn hotkeys(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path.join("hotkeys"));
        let mut names: Vec<String> = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| !name.ends_with("pub.txt") && !name.starts_with('.'))
            .collect();
        names.sort();
        names
    }

    /// Loads a hotkey.
    ///
    /// # Errors
    /// [`WalletError::NoHotkey`], which lists those there are, and [`WalletError::Keyfile`].
    pub fn hotkey(&self, name: &str) -> Result<Keypair, WalletError> {
        self.existing_hotkey(name, |path| Keyfile::open(path))
    }

    /// Loads a hotkey that is encrypted (a plain one as well); see [`Keyfile::unlock`] for what it
    /// costs.
    ///
    /// # Errors
    /// As [`Wallet::hotkey`].
    pub fn unlock_hotkey(&self, name: &str, password: &Password) -> Result<Keypair, WalletError> {
        self.existing_hotkey(name, |path| Keyfile::unlock(path, password))
    }

    fn existing_hotkey(
        &self,
        name: &str,
        read: impl FnOnce(&Path) -> Result<Keyfile, KeyfileError>,
    ) -> Result<Keypair, WalletError> {
        let path = self.hotkey_path(name)?;
        if !path.exists() {
            return Err(WalletError::NoHotkey {
                wallet: self.path.clone(),
                name: name.to_owned(),
                present: self.hotkeys(),
            });
        }
        read(&path)
            .and_then(Keyfile::into_keypair)
            .map_err(|source| WalletError::Keyfile { path, source })
    }

    /// Loads the coldkey's secret; see [`Keyfile::unlock`] for what it costs. For commands that
    /// move money, and nothing else.
    ///
    /// # Errors
    /// [`WalletError::Keyfile`].
    pub fn unlock_coldkey(&self, password: &Password) -> Result<Keypair, WalletError> {
        let path = self.coldkey_path();
        Keyfile::unlock(&path, password)
            .and_then(Keyfile::into_keypair)
            .map_err(|source| WalletError::Keyfile { path, source })
    }

    /// The coldkey's account, from `coldkeypub.txt`; the secret is left alone.
    ///
    /// # Errors
    /// [`WalletError::Keyfile`].
    pub fn coldkey(&self) -> Result<Coldkey, WalletError> {
        let path = self.path.join("coldkeypub.txt");
        Keyfile::open(&path)
            .map(|keyfile| AccountId::into(keyfile.account()))
            .map_err(|source| WalletError::Keyfile { path, source })
    }

    /// The coldkey's *secret* file, if this process can read it, and how it is encrypted.
    ///
    /// A validator needs its hotkey only: whoever takes over its machine should not find the key
    /// to all its money there. Worth a warning whenever it is not `None`.
    pub fn readable_coldkey_secret(&self) -> Option<(PathBuf, Option<EncryptionScheme>)> {
        use std::io::Read;

        let path = self.coldkey_path();
        let mut file = File::open(&path).ok()?;
        // Only what tells the scheme is read, so that no secret comes into memory.
        let mut start = [0; 1];
        file.read_exact(&mut start).ok()?;
        let scheme = match start[0] {
            b'{' => None,
            _ => {
                let mut rest = Vec::with_capacity(16);
                rest.push(start[0]);
                file.take(15).read_to_end(&mut rest).ok()?;
                EncryptionScheme::of(&rest)
            }
        };
        Some((path, scheme))
    }
}

/// The public part is written last: who finds it finds the secret there as well.
fn write_pair(
    path: &Path,
    public: &Path,
    keyfile: &Keyfile,
    password: Option<&Password>,
    existing: Existing,
) -> Result<(), WalletError> {
    let failed = |path: &Path, source| WalletError::Keyfile {
        path: path.to_owned(),
        source,
    };
    keyfile
        .write(path, password, existing)
        .map_err(|source| failed(path, source))?;
    // Made from the secret, so that it may take the place of whatever is there.
    Keyfile::public(keyfile.account())
        .write(public, None, Existing::Replace)
        .map_err(|source| failed(public, source))
}

fn file_name(name: &str) -> Result<&str, WalletError> {
    let mut components = Path::new(name).components();
    match (components.next(), components.next()) {
        (Some(Component::Normal(only)), None) if only == name => Ok(name),
        _ => Err(WalletError::Name(name.to_owned())),
    }
}
