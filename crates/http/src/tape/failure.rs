use std::sync::Arc;
use std::time::Duration;

use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Serialize};

use super::{again, readable};
use crate::error::{HttpError, SizeLimit, TransportKind};
use crate::refusal::Refusal;

/// An [`HttpError`] as far as it decides anything: causes from libraries below are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is what `HttpError` has by the same name")]
pub enum Failure {
    Timeout,
    Slow,
    Connect,
    Reset,
    Body,
    Status {
        code: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
    RateLimited {
        retry_after: Option<Duration>,
    },
    Decode {
        other_shape: bool,
        why: String,
    },
    TooLargeOnTheWire(u64),
    TooLarge(u64),
    TooDense(u32),
    Redirect {
        why: String,
    },
    Exhausted {
        attempts: u32,
        last: Box<Self>,
    },
    OverBudget {
        last: Box<Self>,
    },
    DeadlineExceeded {
        total: Duration,
        last: Option<Box<Self>>,
    },
    InvalidRequest {
        why: String,
    },
    /// The tape has no answer to what is asked.
    NotOnTape,
}

impl From<&HttpError> for Failure {
    fn from(error: &HttpError) -> Self {
        match error {
            HttpError::Transport { kind, .. } => match kind {
                TransportKind::Timeout => Self::Timeout,
                TransportKind::Slow => Self::Slow,
                TransportKind::Connect => Self::Connect,
                TransportKind::Reset => Self::Reset,
                TransportKind::Body => Self::Body,
            },
            HttpError::Status { refusal, .. } => Self::Status {
                code: refusal.code(),
                headers: readable(refusal.headers()),
                body: refusal.body().to_owned(),
            },
            HttpError::RateLimited { retry_after, .. } => Self::RateLimited {
                retry_after: *retry_after,
            },
            HttpError::Decode { source, .. } => Self::Decode {
                other_shape: source.is_data(),
                why: source.to_string(),
            },
            HttpError::TooLarge { limit, .. } => match *limit {
                SizeLimit::Wire(limit) => Self::TooLargeOnTheWire(limit),
                SizeLimit::Decoded(limit) => Self::TooLarge(limit),
                SizeLimit::Ratio(limit) => Self::TooDense(limit),
            },
            HttpError::Redirect { why, .. } => Self::Redirect { why: why.clone() },
            HttpError::Exhausted { attempts, last, .. } => Self::Exhausted {
                attempts: *attempts,
                last: boxed(last),
            },
            HttpError::OverBudget { last, .. } => Self::OverBudget { last: boxed(last) },
            HttpError::DeadlineExceeded { total, last, .. } => Self::DeadlineExceeded {
                total: *total,
                last: last.as_deref().map(boxed),
            },
            HttpError::InvalidRequest { why, .. } => Self::InvalidRequest { why: why.clone() },
        }
    }
}

fn boxed(error: &HttpError) -> Box<Failure> {
    Box::new(Failure::from(error))
}

impl Failure {
    /// The error, for a call to `location`.
    pub(super) fn again(self, location: &str) -> HttpError {
        let location = location.to_owned();
        let inner = |last: Self, location: &str| Box::new(last.again(location));
        let kind = match self {
            Self::Timeout => TransportKind::Timeout,
            Self::Slow => TransportKind::Slow,
            Self::Connect => TransportKind::Connect,
            Self::Reset => TransportKind::Reset,
            Self::Body => TransportKind::Body,
            Self::Status {
                code,
                headers,
                body,
            } => {
                let refusal = Refusal::new(code, again(&headers), body.as_bytes());
                let refusal = Box::new(refusal);
                return HttpError::Status { location, refusal };
            }
            Self::RateLimited { retry_after } => {
                return HttpError::RateLimited {
                    location,
                    retry_after,
                };
            }
            Self::Decode { other_shape, why } => {
                let source = Arc::new(decoding(other_shape, &why));
                return HttpError::Decode { location, source };
            }
            Self::TooLargeOnTheWire(limit) => {
                return too_large(location, SizeLimit::Wire(limit));
            }
            Self::TooLarge(limit) => return too_large(location, SizeLimit::Decoded(limit)),
            Self::TooDense(limit) => return too_large(location, SizeLimit::Ratio(limit)),
            Self::Redirect { why } => return HttpError::Redirect { location, why },
            Self::Exhausted { attempts, last } => {
                let last = inner(*last, &location);
                return HttpError::Exhausted {
                    location,
                    attempts,
                    last,
                };
            }
            Self::OverBudget { last } => {
                let last = inner(*last, &location);
                return HttpError::OverBudget { location, last };
            }
            Self::DeadlineExceeded { total, last } => {
                let last = last.map(|last| inner(*last, &location));
                return HttpError::DeadlineExceeded {
                    location,
                    total,
                    last,
                };
            }
            Self::InvalidRequest { why } => return HttpError::InvalidRequest { location, why },
            Self::NotOnTape => {
                return HttpError::InvalidRequest {
                    location,
                    why: "it is not on the tape: what is asked has changed".to_owned(),
                };
            }
        };
        HttpError::Transport {
            location,
            kind,
            source: None,
        }
    }
}

fn too_large(location: String, limit: SizeLimit) -> HttpError {
    HttpError::TooLarge { location, limit }
}

/// An error of the same kind: what kind it is decides whether to ask again.
fn decoding(other_shape: bool, why: &str) -> serde_json::Error {
    match other_shape {
        true => serde_json::Error::custom(why),
        false => serde_json::from_str::<IgnoredAny>("{").expect_err("half an object is broken"),
    }
}
