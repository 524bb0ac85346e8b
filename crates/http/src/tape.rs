//! Calls as they were made and answered, kept for another time.

mod failure;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use serde::{Deserialize, Serialize};

pub use self::failure::Failure;
use crate::error::HttpError;
use crate::request::Request;
use crate::response::Response;

/// Listens to a client's calls, or answers in the servers' place.
///
/// Calls are taken as a whole, with all their retries: a tape that is played again costs no pauses,
/// and gives the same answers and the same failures. A client that is given none pays nothing.
pub trait Tape: fmt::Debug + Send + Sync {
    /// What is to stand in the place of a secret: the same each time for the same secret, and nothing
    /// from which it could be found.
    fn stand_in(&self, secret: &str) -> String;

    /// What was told before; `None` to ask the server.
    fn play(&self, asked: &Asked) -> Option<Told>;

    /// Keeps what the server told.
    fn record(&self, asked: &Asked, told: &Told);
}

/// What a call asked: what tells it from others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Asked {
    /// `GET` or `POST`.
    pub method: String,
    /// Where, without user and password.
    pub url: String,
    /// The request's body, if it is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// What stands for the secret it was asked with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// An answer that was accepted.
    Answer {
        /// Its status.
        status: u16,
        /// Its headers, cookies left out.
        headers: Vec<(String, String)>,
        /// Its body.
        body: Body,
    },
    /// There was none.
    Failure(Failure),
}

/// A body, readable where it is text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// Text.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{} bytes of text", text.len()),
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
        }
    }
}

/// A tape in a client, with what one call asks.
#[derive(Clone, Debug)]
pub(crate) struct Listening {
    tape: Arc<dyn Tape>,
    asked: Asked,
}

impl Listening {
    pub(crate) fn to(tape: &Arc<dyn Tape>, request: &Request) -> Self {
        let mut url = request.url.clone();
        // A URL that cannot have them has none.
        let _ = (url.set_username(""), url.set_password(None));
        let secrets = request.secrets.values();
        let secret = secrets
            .map(|value| {
                let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
                // What stands before the secret is the scheme.
                tape.stand_in(text.rsplit(' ').next().unwrap_or_default())
            })
            .reduce(|all, one| format!("{all} {one}"));
        let asked = Asked {
            method: request.method.to_string(),
            url: url.into(),
            body: request
                .body
                .as_ref()
                .and_then(|body| String::from_utf8(body.to_vec()).ok()),
            secret,
        };
        Self {
            tape: Arc::clone(tape),
            asked,
        }
    }

    /// What the tape tells, if it is one that plays.
    pub(crate) fn play(&self, location: &str) -> Option<Result<Response<Bytes>, HttpError>> {
        Some(match self.tape.play(&self.asked)? {
            Told::Failure(failure) => Err(failure.again(location)),
            Told::Answer {
                status,
                headers,
                body,
            } => Ok(Response::new(status, again(&headers), body.into())),
        })
    }

    pub(crate) fn record(&self, outcome: &Result<Response<Bytes>, HttpError>) {
        let told = match outcome {
            Ok(answer) => Told::Answer {
                status: answer.status,
                headers: readable(answer.headers()),
                body: Body::from(&answer.body),
            },
            Err(error) => Told::Failure(Failure::from(error)),
        };
        self.tape.record(&self.asked, &told);
    }
}

impl From<&Bytes> for Body {
    fn from(bytes: &Bytes) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Bytes(bytes.to_vec()),
        }
    }
}

impl From<Body> for Bytes {
    fn from(body: Body) -> Self {
        match body {
            Body::Text(text) => text.into(),
            Body::Bytes(bytes) => bytes.into(),
        }
    }
}

/// Headers that are text; no code here reads others.
pub(crate) fn readable(headers: &HeaderMap) -> Vec<(String, String)> {
    let readable = headers.iter().filter(|(name, _)| *name != SET_COOKIE);
    readable
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect()
}

pub(crate) fn again(headers: &[(String, String)]) -> HeaderMap {
    let parsed = headers.iter().filter_map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some((name, HeaderValue::from_str(value).ok()?))
    });
    parsed.collect()
}
