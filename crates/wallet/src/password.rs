use std::fmt;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use crate::KeyfileError;
use crate::keyfile::read_private;

/// The password of a keyfile; wiped from memory on drop and never printed.
///
/// Where it comes from is the program's affair. There are three customary places: a prompt
/// (`Password::from_prompt`, with the feature `prompt`), a file ([`Password::from_file`]), and the
/// environment variable that btwallet uses ([`Password::variable_of`] names it,
/// [`Password::from_variable`] reads its value).
pub struct Password(Zeroizing<Vec<u8>>);

/// The value of a password variable is not what btwallet writes there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the value of `{variable}` is no password as `btcli` saves it: base64 is expected, of the \
     password's bytes combined with those of the variable's name"
)]
pub struct PasswordVariableError {
    variable: String,
}

impl Password {
    /// Takes a password as it is. What was typed at a prompt is trimmed by btwallet before it gets
    /// this far; other passwords are not.
    pub fn new(password: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(password.into()))
    }

    /// Reads the first line of a file that only its owner can read.
    ///
    /// # Errors
    /// [`KeyfileError::Read`], [`KeyfileError::NotText`], [`KeyfileError::Exposed`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, KeyfileError> {
        let content = read_private(path.as_ref())?;
        let line = content
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        Ok(Self::new(line.strip_suffix(b"\r").unwrap_or(line)))
    }

    /// The environment variable that btwallet takes the password of a keyfile from.
    ///
    /// `BT_PW_`, then the path *as it was given*, in upper case and with `_` for `/` and `.`: the
    /// same file under another spelling has another variable.
    pub fn variable_of(path: &Path) -> String {
        let path = path.to_string_lossy().replace(['/', '.'], "_");
        format!("BT_PW_{}", path.to_uppercase())
    }

    /// Reads the value of a password variable: base64 of the password's bytes, combined with the
    /// bytes of the variable's name, over and over, by exclusive or. It hides the password from a
    /// glance and protects nothing.
    ///
    /// # Errors
    /// [`PasswordVariableError`] when the value is no base64.
    pub fn from_variable(variable: &str, value: &str) -> Result<Self, PasswordVariableError> {
        let hidden = BASE64_STANDARD
            .decode(value.trim())
            .map_err(|_| PasswordVariableError {
                variable: variable.to_owned(),
            })?;
        Ok(Self(combined(&hidden, variable)))
    }

    /// The value that a password variable would have for this password.
    pub fn to_variable(&self, variable: &str) -> Zeroizing<String> {
        Zeroizing::new(BASE64_STANDARD.encode(&*combined(&self.0, variable)))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

fn combined(bytes: &[u8], variable: &str) -> Zeroizing<Vec<u8>> {
    // Without a name there is nothing to combine with.
    let name = if variable.is_empty() { "\0" } else { variable };
    let bytes = bytes.iter().zip(name.bytes().cycle());
    Zeroizing::new(bytes.map(|(one, other)| one ^ other).collect())
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}
