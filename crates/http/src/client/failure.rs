//! Failures of the transport, in this crate's words.

use std::sync::Arc;

use crate::body::BodyError;
use crate::error::{Cause, HttpError, TransportKind};

pub(super) fn of_transport(location: &str, error: reqwest::Error) -> HttpError {
    let kind = if error.is_timeout() {
        TransportKind::Timeout
    } else if error.is_connect() {
        TransportKind::Connect
    } else if error.is_body() || error.is_decode() {
        TransportKind::Body
    } else {
        TransportKind::Reset
    };
    HttpError::Transport {
        location: location.to_owned(),
        kind,
        // The URL may hold a secret in its query, and the location names it already.
        source: Some(Arc::new(error.without_url())),
    }
}

pub(super) fn of_body(location: &str, error: BodyError) -> HttpError {
    let location = location.to_owned();
    let (kind, source): (_, Option<Cause>) = match error {
        BodyError::TooLarge(limit) => return HttpError::TooLarge { location, limit },
        BodyError::Slow => (TransportKind::Slow, None),
        BodyError::Transport(error) if error.is_timeout() => {
            (TransportKind::Timeout, Some(Arc::new(error.without_url())))
        }
        BodyError::Transport(error) => (TransportKind::Body, Some(Arc::new(error.without_url()))),
        BodyError::Corrupt(error) => (TransportKind::Body, Some(Arc::new(error))),
    };
    HttpError::Transport {
        location,
        kind,
        source,
    }
}
