//! Why there is no answer.

use std::sync::Arc;
use std::time::Duration;

use crate::refusal::Refusal;

/// A cause from below, whatever library it comes from.
///
/// Shared, because callers that waited for one answer get one failure.
pub(crate) type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// What went wrong between here and the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportKind {
    /// No answer within the request's deadline.
    Timeout,
    /// The first byte of an answer took too long, or the others come too slowly.
    Slow,
    /// No connection: name not found, refused, TLS failed.
    Connect,
    /// The connection broke before an answer came.
    Reset,
    /// The answer broke off, or its encoding is corrupt.
    Body,
}

impl TransportKind {
    const fn told(self) -> &'static str {
        match self {
            Self::Timeout => "no answer within the request's deadline",
            Self::Slow => "the answer comes too slowly",
            Self::Connect => "could not connect",
            Self::Reset => "the connection broke before an answer came",
            Self::Body => "the body broke off or is corrupt",
        }
    }
}

/// Which of the client's limits an answer's body went over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SizeLimit {
    /// Bytes on the wire.
    Wire(u64),
    /// Bytes after decompression.
    Decoded(u64),
    /// Bytes after decompression for each byte on the wire.
    Ratio(u32),
}

impl SizeLimit {
    fn told(self) -> String {
        match self {
            Self::Wire(limit) => format!("{limit} bytes on the wire"),
            Self::Decoded(limit) => format!("{limit} bytes decompressed"),
            Self::Ratio(limit) => format!("a compression ratio of {limit}"),
        }
    }
}

/// Why a request has no answer.
///
/// Locations are URLs without query and user information, so that no token can be in them.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The server was not reached, or the connection failed.
    #[error("`{location}`: {}", kind.told())]
    Transport {
        /// What was asked.
        location: String,
        /// What kind of failure.
        kind: TransportKind,
        /// The cause, when a library below gave one.
        #[source]
        source: Option<Cause>,
    },
    /// The server refused, for another reason than speed.
    #[error("`{location}` answered {}: {}", refusal.code(), refusal.body_preview())]
    Status {
        /// What was asked.
        location: String,
        /// What was answered.
        refusal: Box<Refusal>,
    },
    /// The server asks to slow down.
    #[error("`{location}` asks to slow down{}", retry_after.map(|pause| format!(" for {pause:?}")).unwrap_or_default())]
    RateLimited {
        /// What was asked.
        location: String,
        /// How long to wait, when known.
        retry_after: Option<Duration>,
    },
    /// The body is not the JSON that was expected.
    #[error("could not read the answer of `{location}`")]
    Decode {
        /// What was asked.
        location: String,
        /// What is wrong with the body, and where.
        #[source]
        source: Arc<serde_json::Error>,
    },
    /// The body is larger than this client accepts.
    #[error("the answer of `{location}` is over the limit of {}", limit.told())]
    TooLarge {
        /// What was asked.
        location: String,
        /// The limit that was hit.
        limit: SizeLimit,
    },
    /// A redirect that is not followed.
    #[error("`{location}` redirects {why}")]
    Redirect {
        /// Where the redirect came from.
        location: String,
        /// Why it is not followed.
        why: String,
    },
    /// Every attempt failed.
    #[error("gave up on `{location}` after {attempts} attempts")]
    Exhausted {
        /// What was asked.
        location: String,
        /// How often.
        attempts: u32,
        /// The last failure.
        #[source]
        last: Box<Self>,
    },
    /// A retry was due, but too many requests to that host are retries already, and it fails all of
    /// them or there is no time to wait for leave.
    #[error("not asking `{location}` again: too many requests to it fail")]
    OverBudget {
        /// What was asked.
        location: String,
        /// The last failure.
        #[source]
        last: Box<Self>,
    },
    /// The total deadline passed, or would pass before the next attempt.
    #[error("no answer of `{location}` within {total:?} in all")]
    DeadlineExceeded {
        /// What was asked.
        location: String,
        /// The deadline that was set.
        total: Duration,
        /// The last failure, when there was an attempt.
        #[source]
        last: Option<Box<Self>>,
    },
    /// The request cannot be sent as it is.
    #[error("cannot send a request to `{location}`: {why}")]
    InvalidRequest {
        /// What was to be asked.
        location: String,
        /// What is wrong with it.
        why: String,
    },
}

impl HttpError {
    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Transport { .. } | Self::RateLimited { .. } | Self::DeadlineExceeded { .. } => {
                true
            }
            Self::Status { refusal, .. } => matches!(refusal.code(), 408 | 429 | 500..),
            // Broken JSON is an accident; JSON of another shape will have that shape again.
            Self::Decode { source, .. } => !source.is_data(),
            Self::Exhausted { last, .. } | Self::OverBudget { last, .. } => last.is_transient(),
            Self::TooLarge { .. } | Self::Redirect { .. } | Self::InvalidRequest { .. } => false,
        }
    }

    /// How long the server asked to wait, when it did.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } => *retry_after,
            Self::Status { refusal, .. } => refusal.retry_after(),
            Self::Exhausted { last, .. } | Self::OverBudget { last, .. } => last.retry_after(),
            Self::DeadlineExceeded { last, .. } => last.as_ref()?.retry_after(),
            _ => None,
        }
    }

    /// The refusal behind this error, through retries, when the server gave one.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Status { refusal, .. } => Some(refusal),
            Self::Exhausted { last, .. } | Self::OverBudget { last, .. } => last.refusal(),
            Self::DeadlineExceeded { last, .. } => last.as_ref()?.refusal(),
            _ => None,
        }
    }
}

/// Why a client could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A setting makes no sense.
    #[error("`{setting}` is {value}, but must be {expected}")]
    Setting {
        /// Which one.
        setting: &'static str,
        /// What it was set to.
        value: String,
        /// What it must be.
        expected: &'static str,
    },
    /// The transport below refused its settings.
    #[error("could not set up the HTTP transport")]
    Transport(#[source] Cause),
}
