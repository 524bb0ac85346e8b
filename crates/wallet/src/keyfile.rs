mod disk;
mod error;
mod fields;

use std::fmt;
use std::path::Path;

use axonry_core::AccountId;
use zeroize::Zeroizing;

use crate::{EncryptionScheme, Keypair, Password, SecretError, encryption, phrase, polkadot};
use disk::Content;
use fields::{Fields, Written, seed};

pub use disk::Existing;
pub(crate) use disk::{create_folder, read_private};
pub use error::KeyfileError;

/// What a keyfile holds: an account, and its secret unless the file is a public one.
///
/// Reads every form that btwallet and SDK 11 write or read: JSON, in which `secretPhrase`,
/// `secretSeed`, `privateKey` and `ss58Address` are tried in this order and the first one present
/// decides; a bare mnemonic; a bare hexadecimal seed; any of them encrypted in one of three ways
/// ([`EncryptionScheme`]).
/// Fields it does not know may be of any type, and are still there when the file is written again:
/// `btwallet` up to 4.0.1 fails on the number that SDK 11 writes as `cryptoType`.
pub struct Keyfile {
    account: AccountId,
    keypair: Option<Keypair>,
    /// The plain text, as it was read or is to be written.
    text: Zeroizing<String>,
}

impl Keyfile {
    /// Reads a plain file.
    ///
    /// # Errors
    /// [`KeyfileError::Exposed`] when it holds a secret that others can read or change,
    /// [`KeyfileError::Encrypted`] when it needs a password, and all of [`Keyfile::parse`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, KeyfileError> {
        let path = path.as_ref();
        let content = disk::read(path)?;
        content.refuse_exposed(path, |content| plain(path, content))
    }

    /// Reads a file, encrypted or not.
    ///
    /// Takes seconds of one core and up to 512 MiB when it is: call it off the threads of an async
    /// runtime, and once.
    ///
    /// # Errors
    /// [`KeyfileError::WrongPassword`], and all of [`Keyfile::open`].
    pub fn unlock(path: impl AsRef<Path>, password: &Password) -> Result<Self, KeyfileError> {
        let path = path.as_ref();
        let content = disk::read(path)?;
        content.refuse_exposed(path, |content| match EncryptionScheme::of(content) {
            None => plain(path, content),
            Some(scheme) => plain(path, &scheme.open(content, password)?),
        })
    }

    /// Reads the content of a plain keyfile.
    ///
    /// # Errors
    /// [`KeyfileError`]; in particular an invalid phrase is an error even if a valid seed follows,
    /// and an address that is not the secret's is refused (SDK 11 does; btwallet 4.0.1 goes by the
    /// phrase and says nothing).
    pub fn parse(text: &str) -> Result<Self, KeyfileError> {
        if let Some(scheme) = EncryptionScheme::of(text.as_bytes()) {
            return Err(KeyfileError::Encrypted(scheme));
        }
        let text = text.trim();
        let (account, keypair) = if text.starts_with('{') {
            Fields::parse(text)?.read()?
        } else {
            let keypair = match seed(text) {
                Ok(keypair) => keypair,
                Err(_) => Keypair::from_phrase(text).map_err(|_| KeyfileError::NotAKeyfile)?,
            };
            (keypair.account(), Some(keypair))
        };
        Ok(Self {
            account,
            keypair,
            text: Zeroizing::new(text.to_owned()),
        })
    }

    /// Reads the content of an encrypted keyfile; of a plain one too, without the password.
    ///
    /// # Errors
    /// As [`Keyfile::unlock`].
    pub fn decrypt(content: &[u8], password: &Password) -> Result<Self, KeyfileError> {
        let text = |content: &[u8]| {
            let text = std::str::from_utf8(content).map_err(|_| KeyfileError::NotAKeyfile)?;
            Self::parse(text)
        };
        match EncryptionScheme::of(content) {
            None => text(content),
            Some(scheme) => text(&scheme.open(content, password)?),
        }
    }

    /// Reads an sr25519 account as polkadot-js exports it (version 3 of its JSON).
    ///
    /// # Errors
    /// [`KeyfileError::WrongPassword`], and [`KeyfileError::Polkadot`] for other versions and kinds
    /// of key.
    pub fn from_polkadot_json(json: &str, password: &Password) -> Result<Self, KeyfileError> {
        Ok(Self::from_keypair(polkadot::open(json, password)?))
    }

    /// Makes a keyfile of a new key, with the phrase it grows from.
    ///
    /// The phrase has 12 words. It is in the file; whoever should be able to restore the key
    /// without the file needs it on paper: [`Keyfile::phrase`].
    ///
    /// # Errors
    /// [`KeyfileError::Entropy`].
    pub fn generate() -> Result<Self, KeyfileError> {
        let phrase = phrase::generate()?;
        Ok(Self::from_phrase(&phrase).expect("a new phrase is a phrase"))
    }

    /// Makes a keyfile of a mnemonic phrase.
    ///
    /// # Errors
    /// [`SecretError::Phrase`].
    pub fn from_phrase(phrase: &str) -> Result<Self, SecretError> {
        let phrase = phrase.trim();
        let seed = phrase::seed(phrase, "")?;
        let keypair = Keypair::from_seed(&seed);
        let text = Written::secret(&keypair, Some(phrase), Some(&seed)).text();
        Ok(Self::with(keypair, text))
    }

    /// Makes a keyfile of the 32 bytes a key grows from.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let keypair = Keypair::from_seed(seed);
        let text = Written::secret(&keypair, None, Some(seed)).text();
        Self::with(keypair, text)
    }

    /// Makes a keyfile of a key whose seed is not known, such as one from a secret URI.
    pub fn from_keypair(keypair: Keypair) -> Self {
        let text = Written::secret(&keypair, None, None).text();
        Self::with(keypair, text)
    }

    /// Makes a public keyfile: `coldkeypub.txt` and its like.
    pub fn public(account: AccountId) -> Self {
        Self {
            account,
            keypair: None,
            text: Written::public(account).text(),
        }
    }

    fn with(keypair: Keypair, text: Zeroizing<String>) -> Self {
        Self {
            account: keypair.account(),
            keypair: Some(keypair),
            text,
        }
    }

    /// Writes the file with mode 0600, encrypted if there is a password, whole or not at all.
    ///
    /// Folders that are missing are made with mode 0700. What was read is written as it was, fields
    /// that are not known here included.
    ///
    /// # Errors
    /// [`KeyfileError::Exists`] for a file that is to be kept, [`KeyfileError::Write`]; either way
    /// what was there before is there still.
    pub fn write(
        &self,
        path: impl AsRef<Path>,
        password: Option<&Password>,
        existing: Existing,
    ) -> Result<(), KeyfileError> {
        let plain = self.text.as_bytes();
        match password {
            None => disk::write(path.as_ref(), plain, existing),
            Some(password) => {
                let sealed = encryption::seal(plain, password)?;
                disk::write(path.as_ref(), &sealed, existing)
            }
        }
    }

    /// The account.
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// Whether the file holds the secret.
    pub const fn is_secret(&self) -> bool {
        self.keypair.is_some()
    }

    /// The phrase the key grows from, if the file has it: for showing it once, to be written down.
    pub fn phrase(&self) -> Option<Zeroizing<String>> {
        Fields::parse(&self.text).ok()?.phrase()
    }

    /// Takes the key out.
    ///
    /// # Errors
    /// [`KeyfileError::PublicOnly`] when the file holds no secret.
    pub fn into_keypair(self) -> Result<Keypair, KeyfileError> {
        self.keypair.ok_or(KeyfileError::PublicOnly(self.account))
    }
}

fn plain(path: &Path, content: &[u8]) -> Result<Keyfile, KeyfileError> {
    // The scheme counts before the text: a sealed file is no text.
    if let Some(scheme) = EncryptionScheme::of(content) {
        return Err(KeyfileError::Encrypted(scheme));
    }
    let text = std::str::from_utf8(content);
    Keyfile::parse(text.map_err(|_| KeyfileError::NotText(path.to_owned()))?)
}

impl Content {
    /// Reads the content; a secret that others can reach is refused, encrypted or not.
    fn refuse_exposed(
        self,
        path: &Path,
        read: impl FnOnce(&[u8]) -> Result<Keyfile, KeyfileError>,
    ) -> Result<Keyfile, KeyfileError> {
        let exposed = |mode| KeyfileError::Exposed {
            path: path.to_owned(),
            mode,
        };
        if let (Some(mode), Some(_)) = (self.exposed, EncryptionScheme::of(&self.bytes)) {
            // Before the work of opening it.
            return Err(exposed(mode));
        }
        let keyfile = read(&self.bytes)?;
        match self.exposed {
            Some(mode) if keyfile.is_secret() => Err(exposed(mode)),
            _ => Ok(keyfile),
        }
    }
}

impl fmt::Debug for Keyfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyfile")
            .field("account", &self.account)
            .field("is_secret", &self.is_secret())
            .finish_non_exhaustive()
    }
}
