use std::borrow::Cow;

use axum::http::StatusCode;

/// Why a request gets no answer.
///
/// What the caller reads of it is a status and one short line. Refusals before the signature is
/// verified are constant: nothing a stranger sends comes back to him.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{status}: {message}")]
pub struct Failure {
    pub(super) status: StatusCode,
    pub(super) message: Cow<'static, str>,
}

/// Longest line that a caller is told.
const LONGEST: usize = 256;

impl Failure {
    /// A handler's own failure: an HTTP status from 400 on (others become 500) and one line for the
    /// caller, of which 256 bytes are sent.
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status)
            .ok()
            .filter(|status| status.is_client_error() || status.is_server_error());
        let mut message = message.into();
        let ends = message.char_indices().map(|(at, one)| at + one.len_utf8());
        message.truncate(ends.take_while(|end| *end <= LONGEST).last().unwrap_or(0));
        Self {
            status: status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            message: message.into(),
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// What the caller is told.
    pub fn message(&self) -> &str {
        &self.message
    }

    const fn constant(status: StatusCode, message: &'static str) -> Self {
        Self {
            status,
            message: Cow::Borrowed(message),
        }
    }

    pub(super) const NO_SUCH_SYNAPSE: Self =
        Self::constant(StatusCode::NOT_FOUND, "there is no such synapse here");
    pub(super) const METHOD: Self =
        Self::constant(StatusCode::METHOD_NOT_ALLOWED, "synapses are posted");
    pub(super) const HEADERS: Self =
        Self::constant(StatusCode::BAD_REQUEST, "the headers cannot be read");
    pub(super) const TOO_OFTEN: Self = Self::constant(
        StatusCode::TOO_MANY_REQUESTS,
        "too many requests: slow down",
    );
    pub(super) const BUSY: Self =
        Self::constant(StatusCode::SERVICE_UNAVAILABLE, "too busy: try again later");
    pub(super) const TOO_LARGE: Self =
        Self::constant(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large");
    pub(super) const ENCODED: Self = Self::constant(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "bodies are taken as they are, without a content encoding",
    );
    pub(super) const SLOW_BODY: Self =
        Self::constant(StatusCode::REQUEST_TIMEOUT, "the body took too long");
    pub(super) const BROKEN_BODY: Self =
        Self::constant(StatusCode::BAD_REQUEST, "the body ended early");
    pub(super) const UNBOUND: Self = Self::constant(
        StatusCode::UNAUTHORIZED,
        "the signature must cover every field that is asked: hash them, or use btauth/1",
    );
    pub(super) const TAMPERED: Self = Self::constant(
        StatusCode::UNAUTHORIZED,
        "the body is not the one whose hash was signed",
    );
    pub(super) const NOT_JSON: Self = Self::constant(
        StatusCode::UNPROCESSABLE_ENTITY,
        "the body is no JSON of this synapse",
    );
    pub(super) const FORBIDDEN: Self =
        Self::constant(StatusCode::FORBIDDEN, "this hotkey is not served here");
    pub(super) const LATE: Self =
        Self::constant(StatusCode::REQUEST_TIMEOUT, "the answer took too long");
    pub(super) const PANICKED: Self =
        Self::constant(StatusCode::INTERNAL_SERVER_ERROR, "the handler failed");
    pub(super) const UNPRINTABLE: Self = Self::constant(
        StatusCode::INTERNAL_SERVER_ERROR,
        "the answer cannot be written as JSON",
    );

    /// A signature that does not hold, a nonce that is used: what is wrong is of the refusal's own
    /// words, which repeat nothing but addresses and numbers.
    pub(super) fn unverified(reason: &impl std::fmt::Display) -> Self {
        Self::new(401, format!("not verified: {reason}"))
    }
}
