use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where a state is kept: in a file, or in a PostgreSQL database.
///
/// ```
/// use axonry_store::Location;
///
/// let file: Location = "sqlite:/var/lib/validator/state.sqlite".parse()?;
/// assert_eq!(file, "/var/lib/validator/state.sqlite".parse()?);
/// let shared: Location = "postgres://axonry:secret@db.example/validators".parse()?;
/// assert_eq!(shared.to_string(), "postgres://…@db.example/validators");
/// assert!("mysql://db.example/validators".parse::<Location>().is_err());
/// # Ok::<(), axonry_store::ParseLocationError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// An SQLite file, made and read by this process alone.
    File(PathBuf),
    /// A schema of a PostgreSQL database: the one that comes first in the connection's search path,
    /// which `?options=-c%20search_path%3DNAME` chooses. Needs the feature `postgres`.
    Postgres(DatabaseUrl),
}

/// A database's URL. It may hold a password, so it prints without user and query.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

/// A text that is no [`Location`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{scheme}` stores are not supported: give a path, `sqlite:PATH` or `postgres://…`")]
pub struct ParseLocationError {
    scheme: String,
}

impl DatabaseUrl {
    #[cfg(feature = "postgres")]
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl Location {
    /// The file, where it is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }
}

impl FromStr for Location {
    type Err = ParseLocationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((scheme, rest)) = text.split_once(':') else {
            return Ok(Self::File(text.into()));
        };
        match scheme {
            "sqlite" => Ok(Self::File(rest.strip_prefix("//").unwrap_or(rest).into())),
            "postgres" | "postgresql" if rest.starts_with("//") => {
                Ok(Self::Postgres(DatabaseUrl(text.to_owned())))
            }
            // A colon may stand in a path as well.
            _ if !rest.starts_with("//") => Ok(Self::File(text.into())),
            scheme => Err(ParseLocationError {
                scheme: scheme.to_owned(),
            }),
        }
    }
}

impl From<&Path> for Location {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl From<PathBuf> for Location {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl From<&PathBuf> for Location {
    fn from(path: &PathBuf) -> Self {
        Self::File(path.clone())
    }
}

impl From<&Self> for Location {
    fn from(location: &Self) -> Self {
        location.clone()
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.0.split(['?', '#']).next().unwrap_or_default();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        match rest.rsplit_once('@') {
            Some((_, host)) => write!(f, "postgres://…@{host}"),
            None => write!(f, "postgres://{rest}"),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_never_prints() {
        for url in [
            "postgres://user:pass-word@host:5432/base?options=-c%20search_path%3Done",
            "postgresql://user:pa@ss-word@host/base?password=pass-word",
            "postgres://host/base?password=pass-word#ss-word",
        ] {
            let location: Location = url.parse().expect("a location");
            for said in [location.to_string(), format!("{location:?}")] {
                assert!(said.contains("host") && !said.contains("ss-word"), "{said}");
            }
        }
    }
}
