//! Text that must not be printed.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;

use zeroize::Zeroizing;

/// A token or password: printed as `…`, wiped from memory when dropped.
///
/// ```
/// let token = axonry_http::Secret::new("ghp_example");
/// assert_eq!(format!("{token:?}"), "…");
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text out of sight.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Shows the text, to send it to the one it is meant for.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Tells this text from others for as long as the process runs, without telling anything of it.
    pub(crate) fn fingerprint(&self) -> u64 {
        static KEYS: OnceLock<RandomState> = OnceLock::new();
        KEYS.get_or_init(RandomState::new).hash_one(self.expose())
    }

    /// Its last four characters after `***`, to tell it from others by; nothing of a shorter one.
    ///
    /// ```
    /// use axonry_http::Secret;
    ///
    /// assert_eq!(Secret::new("ghp_abcd1234").masked(), "***1234");
    /// assert_eq!(Secret::new("abc").masked(), "***");
    /// ```
    #[must_use]
    pub fn masked(&self) -> String {
        let text = self.expose();
        let from = text.char_indices().rev().nth(3).map(|(at, _)| at);
        match from {
            Some(at) => format!("***{}", &text[at..]),
            None => "***".to_owned(),
        }
    }

    /// Whether there is nothing to hide.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
