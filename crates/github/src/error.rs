//! Why there is no data.

use axonry_http::{BuildError, HttpError, Refusal};

use crate::names::InvalidName;

/// Why GitHub or the mirror gave no usable answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GithubError {
    /// There was no answer.
    #[error("could not fetch {what}")]
    Http {
        /// What was asked for.
        what: String,
        /// Why it did not come.
        #[source]
        source: HttpError,
    },
    /// The answer as a whole is not what the API promises.
    #[error("the answer for {what} {why}")]
    Malformed {
        /// What was asked for.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// GitHub understood and says no, in words.
    #[error("GitHub does not give {what}: {why}")]
    Refused {
        /// What was asked for.
        what: String,
        /// What it said.
        why: String,
    },
    /// It is more at once than the server bears, even in the smallest pages.
    #[error("{what} are too much at once for the server: {why}")]
    TooMuch {
        /// What was asked for.
        what: String,
        /// What it said.
        why: String,
    },
    /// It changed while it was read, again and again.
    #[error("{what} changed while they were read")]
    Changing {
        /// What was asked for.
        what: String,
    },
    /// There is no token to ask with.
    #[error("no token to ask for {what} with: give one that GitHub knows")]
    NoToken {
        /// What was to be asked for.
        what: String,
    },
    /// The list goes on for longer than this client follows it.
    #[error("{what} fill more than {pages} pages; raise `max_pages` to read on")]
    TooManyPages {
        /// What was asked for.
        what: String,
        /// How many pages were read.
        pages: usize,
    },
    /// The base URL cannot be asked.
    #[error("`{url}` is no base URL: {why}")]
    Base {
        /// What was given.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// No HTTP client was given, and none could be made.
    #[error("could not make an HTTP client")]
    Client(#[from] BuildError),
    /// A name is not one.
    #[error(transparent)]
    Name(#[from] InvalidName),
}

impl GithubError {
    pub(crate) fn http(what: &str, source: HttpError) -> Self {
        Self::Http {
            what: what.to_owned(),
            source,
        }
    }

    /// Whether the same question may be answered later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Http { source, .. } => source.is_transient(),
            Self::TooMuch { .. } | Self::Changing { .. } => true,
            _ => false,
        }
    }

    /// Whether less of the same may be had.
    pub(crate) fn is_too_much(&self) -> bool {
        let refusal = |source: &HttpError| source.refusal().map(Refusal::code);
        match self {
            Self::Http { source, .. } => matches!(refusal(source), Some(502..=504)),
            Self::TooMuch { .. } => true,
            _ => false,
        }
    }

    /// The HTTP failure behind it, if that was the cause.
    #[must_use]
    pub const fn as_http(&self) -> Option<&HttpError> {
        match self {
            Self::Http { source, .. } => Some(source),
            _ => None,
        }
    }
}
