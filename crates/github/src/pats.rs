//! The file in which a validator keeps its miners' tokens.

use std::io::Read;
use std::path::{Path, PathBuf};

use axonry_http::Secret;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::names::GithubId;
use crate::timestamp;

/// A file larger than this is not read: 256 miners take some 50 kB.
const LARGEST: u64 = 16 << 20;

/// The tokens of a subnet's miners, as read from a `miner_pats.json`.
///
/// The form is upstream's (`entrius/gittensor` `validator/pat_storage.py`): an array of
/// `{"uid", "hotkey", "pat", "github_id", "stored_at"}`. Two things are more relaxed: members it
/// does not know are passed over, and an entry may have a `github_id` and no `pat`, which says
/// that somebody else has checked whose account it is.
#[derive(Clone, Debug, Default)]
pub struct PatStore {
    entries: Vec<StoredPat>,
}

/// One miner's entry.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoredPat {
    /// The miner's slot when it was stored.
    pub uid: u16,
    /// The miner's hotkey, as it is written in the file.
    pub hotkey: String,
    /// Its token; never empty.
    pub pat: Option<Secret>,
    /// The account it belonged to when it was stored; never `0`, which the file writes for "unknown".
    pub github_id: Option<GithubId>,
    /// When it was stored.
    pub stored_at: Option<Timestamp>,
}

impl StoredPat {
    /// The account, when it is to be taken as checked already: there is an id and no token.
    #[must_use]
    pub fn already_checked(&self) -> Option<&GithubId> {
        self.github_id.as_ref().filter(|_| self.pat.is_none())
    }
}

/// Why a token file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PatStoreError {
    /// It cannot be read.
    #[error("could not read the token file `{}`", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is larger than any such file would be.
    #[error("the token file `{}` is over {LARGEST} bytes", path.display())]
    TooLarge {
        /// Which file.
        path: PathBuf,
    },
    /// It is no JSON array.
    #[error("the token file `{}` is not a JSON array of entries: {why}", path.display())]
    Form {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// An entry is wrong.
    #[error("the token file `{}`, entry {entry}: `{field}` must be {expected}", path.display())]
    Field {
        /// Which file.
        path: PathBuf,
        /// Which entry, counted from 0.
        entry: usize,
        /// Which member of it.
        field: &'static str,
        /// What it must be. What it is instead is not told, as it may be a token.
        expected: &'static str,
    },
}

impl PatStoreError {
    /// Whether there is no such file, which upstream takes for an empty one.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Read { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
    }
}

impl PatStore {
    /// Reads a file. It is a small one, so this does not wait for other tasks.
    ///
    /// # Errors
    ///
    /// When it cannot be read or anything in it is wrong; the error names file, entry and field.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, PatStoreError> {
        let path = path.as_ref();
        let failed = |source| PatStoreError::Read {
            path: path.to_owned(),
            source,
        };
        let file = std::fs::File::open(path).map_err(failed)?;
        let mut text = String::new();
        let length = file
            .take(LARGEST + 1)
            .read_to_string(&mut text)
            .map_err(failed)?;
        if length as u64 > LARGEST {
            return Err(PatStoreError::TooLarge {
                path: path.to_owned(),
            });
        }
        Self::parse(path, &text)
    }

    /// Reads the text of a file; `path` is what errors call it.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn parse(path: impl AsRef<Path>, text: &str) -> Result<Self, PatStoreError> {
        let path = path.as_ref();
        let form = |why: String| PatStoreError::Form {
            path: path.to_owned(),
            why,
        };
        let rows = match serde_json::from_str(text) {
            Ok(Value::Array(rows)) => rows,
            Ok(_) => return Err(form("it is something else".to_owned())),
            Err(error) => return Err(form(error.to_string())),
        };
        let mut entries = Vec::with_capacity(rows.len());
        for (entry, row) in rows.iter().enumerate() {
            let Value::Object(row) = row else {
                return Err(form(format!("entry {entry} is no object")));
            };
            let row = Members { path, entry, row };
            entries.push(row.read()?);
        }
        Ok(Self { entries })
    }

    /// All entries, in the file's order.
    #[must_use]
    pub fn entries(&self) -> &[StoredPat] {
        &self.entries
    }

    /// The entry of a miner. One that another hotkey left on the same uid does not count.
    #[must_use]
    pub fn of(&self, uid: u16, hotkey: &str) -> Option<&StoredPat> {
        self.entries
            .iter()
            .find(|entry| entry.uid == uid && entry.hotkey == hotkey)
    }
}

/// The members of one entry.
struct Members<'a> {
    path: &'a Path,
    entry: usize,
    row: &'a Map<String, Value>,
}

impl Members<'_> {
    fn read(&self) -> Result<StoredPat, PatStoreError> {
        let uid = self.row.get("uid").and_then(Value::as_u64);
        let uid = uid
            .and_then(|uid| u16::try_from(uid).ok())
            .ok_or_else(|| self.wrong("uid", "a whole number from 0 to 65535"))?;
        let hotkey = self
            .text("hotkey")?
            .ok_or_else(|| self.wrong("hotkey", "a text that is not empty"))?;
        Ok(StoredPat {
            uid,
            hotkey: hotkey.to_owned(),
            pat: self.text("pat")?.map(Secret::new),
            github_id: self.github_id()?,
            stored_at: self
                .text("stored_at")?
                .map(timestamp::parse)
                .transpose()
                .map_err(|_| self.wrong("stored_at", "an ISO 8601 time"))?,
        })
    }

    fn github_id(&self) -> Result<Option<GithubId>, PatStoreError> {
        let wrong = |_| self.wrong("github_id", "the number of a GitHub account, or null");
        let id = match self.row.get("github_id") {
            Some(Value::Number(number)) => Some(number.to_string().parse().map_err(wrong)?),
            _ => self
                .text("github_id")?
                .map(str::parse)
                .transpose()
                .map_err(wrong)?,
        };
        Ok(id.filter(|id: &GithubId| id.as_str() != "0"))
    }

    /// A text; missing, null and empty are all nothing.
    fn text(&self, field: &'static str) -> Result<Option<&str>, PatStoreError> {
        match self.row.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(self.wrong(field, "a text")),
        }
    }

    fn wrong(&self, field: &'static str, expected: &'static str) -> PatStoreError {
        PatStoreError::Field {
            path: self.path.to_owned(),
            entry: self.entry,
            field,
            expected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<PatStore, PatStoreError> {
        PatStore::parse("pats.json", text)
    }

    #[test]
    fn upstreams_form_is_read_and_more() {
        let store = parse(
            r#"[
              {"uid": 12, "hotkey": "5FHneW46", "pat": "ghp_hidden", "github_id": "218712309",
               "stored_at": "2026-08-01T09:15:30.123456+00:00"},
              {"uid": 13, "hotkey": "5Grwva", "github_id": 77, "note": "checked by hand"},
              {"uid": 14, "hotkey": "5DAAnr", "pat": "ghp_other", "github_id": "0"}
            ]"#,
        )
        .unwrap();
        assert!(!format!("{store:?}").contains("hidden"));
        let [first, second, third] = store.entries() else {
            panic!("three entries")
        };
        assert_eq!(first.pat.as_ref().map(Secret::expose), Some("ghp_hidden"));
        assert_eq!(
            first.already_checked(),
            None,
            "a token is there to be checked"
        );
        assert!(first.stored_at.is_some());
        assert_eq!(second.already_checked().map(GithubId::as_str), Some("77"));
        assert_eq!(third.github_id, None, "0 is nobody");
        assert!(store.of(12, "5FHneW46").is_some());
        assert!(store.of(12, "5Grwva").is_none(), "another hotkey's entry");
    }

    #[test]
    fn what_is_wrong_is_named_and_never_shown() {
        for (text, told) in [
            ("{}", "not a JSON array"),
            ("[1]", "entry 0 is no object"),
            ("[", "line 1"),
            (
                r#"[{"uid": 1, "hotkey": "5F"}, {"uid": 70000, "hotkey": "5F"}]"#,
                "entry 1: `uid`",
            ),
            (r#"[{"uid": 1}]"#, "`hotkey`"),
            (
                r#"[{"uid": 1, "hotkey": "5F", "pat": ["ghp_hidden"]}]"#,
                "`pat` must be a text",
            ),
            (
                r#"[{"uid": 1, "hotkey": "5F", "github_id": "ghp_hidden"}]"#,
                "`github_id`",
            ),
            (
                r#"[{"uid": 1, "hotkey": "5F", "stored_at": "ghp_hidden"}]"#,
                "`stored_at`",
            ),
        ] {
            let error = parse(text).unwrap_err();
            let shown = error.to_string();
            assert!(
                shown.contains(told) && shown.contains("pats.json"),
                "{shown}"
            );
            assert!(!format!("{shown} {error:?}").contains("hidden"), "{shown}");
        }
    }

    #[test]
    fn a_missing_file_can_be_told_from_a_bad_one() {
        assert!(PatStore::read("/nowhere/at/all").unwrap_err().is_missing());
        assert!(!parse("[").unwrap_err().is_missing());
    }
}
