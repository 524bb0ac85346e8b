//! What GitHub calls people and repositories.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};

/// A text that is no name of this kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct InvalidName {
    text: String,
    expected: &'static str,
}

impl InvalidName {
    fn new(text: &str, expected: &'static str) -> Self {
        Self {
            text: text.chars().take(120).collect(),
            expected,
        }
    }
}

/// The number of a GitHub account, as decimal text.
///
/// Unlike the login it never changes, so it is what identifies a miner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct GithubId(String);

impl GithubId {
    /// The number as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<u64> for GithubId {
    fn from(id: u64) -> Self {
        Self(id.to_string())
    }
}

impl FromStr for GithubId {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let digits = (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        digits
            .then(|| Self(text.to_owned()))
            .ok_or_else(|| InvalidName::new(text, "the number of a GitHub account"))
    }
}

impl fmt::Display for GithubId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Accepts a number as well as text: the mirror has sent both.
impl<'de> Deserialize<'de> for GithubId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Id;
        impl Visitor<'_> for Id {
            type Value = GithubId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the number of a GitHub account")
            }

            fn visit_u64<E: de::Error>(self, id: u64) -> Result<GithubId, E> {
                Ok(id.into())
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<GithubId, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Id)
    }
}

/// A repository as `owner/name`, in lower case, as GitHub takes no notice of case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct RepositoryName(String);

impl RepositoryName {
    /// The whole name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the slash.
    #[must_use]
    pub fn owner(&self) -> &str {
        self.parts().0
    }

    /// What stands after it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.parts().1
    }

    fn parts(&self) -> (&str, &str) {
        self.0.split_once('/').expect("checked when it was made")
    }
}

/// The mirror's own rule: `^[\w.-]{1,100}/[\w.-]{1,100}$`.
impl FromStr for RepositoryName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let plain = |part: &str| {
            (1..=100).contains(&part.len())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
        };
        match text.split_once('/') {
            Some((owner, name)) if plain(owner) && plain(name) => {
                Ok(Self(text.to_ascii_lowercase()))
            }
            _ => Err(InvalidName::new(text, "a repository as `owner/name`")),
        }
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for RepositoryName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for RepositoryName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_owner_and_name_whatever_its_case() {
        let name: RepositoryName = "Acme/Wid.get_-1".parse().unwrap();
        assert_eq!((name.owner(), name.name()), ("acme", "wid.get_-1"));
        for bad in [
            "", "acme", "acme/", "/widget", "a/b/c", "a b/c", "../..//", "a/b?x", "ä/b",
        ] {
            assert!(bad.parse::<RepositoryName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_id_may_be_text_or_number_but_not_nothing() {
        let read = |json| {
            serde_json::from_str::<GithubId>(json)
                .ok()
                .map(|id| id.to_string())
        };
        assert_eq!(read("\"77\"").as_deref(), Some("77"));
        assert_eq!(read("77").as_deref(), Some("77"));
        for bad in ["null", "\"\"", "-1", "1.5", "\"abc\"", "\"7/../8\""] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
