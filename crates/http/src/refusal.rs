//! An answer that says no, and when it means "later".

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderMap;

use crate::response::Response;
use crate::retry_after;

/// How much of a refusing answer's body is kept, in bytes.
pub(crate) const KEPT: u64 = 4096;

/// How much of it an error message shows, in characters.
const SHOWN: usize = 200;

/// An answer whose status is not 2xx: status, headers, and the beginning of the body.
#[derive(Clone)]
pub struct Refusal {
    code: u16,
    headers: HeaderMap,
    body: String,
}

impl Refusal {
    pub(crate) fn new(code: u16, headers: HeaderMap, body: &[u8]) -> Self {
        Self {
            code,
            headers,
            body: String::from_utf8_lossy(body).into_owned(),
        }
    }

    /// The HTTP status.
    #[must_use]
    pub const fn code(&self) -> u16 {
        self.code
    }

    /// A header's value, when it is there and is readable text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The first 4 KiB of the body.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The first 200 characters of the body on one line, fit for a message.
    #[must_use]
    pub fn body_preview(&self) -> String {
        let text = self.body.trim();
        let mut preview: String = text
            .chars()
            .take(SHOWN)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        if text.chars().nth(SHOWN).is_some() {
            preview.push('…');
        }
        preview
    }

    /// How long the server asks to wait (`Retry-After`, in seconds or as a date).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after::parse(self.header("retry-after")?, self.header("date"))
    }
}

impl fmt::Debug for Refusal {
    // Headers may hold cookies, so they are not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal")
            .field("code", &self.code)
            .field("body", &self.body_preview())
            .finish_non_exhaustive()
    }
}

/// A refusal that means "too fast".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateLimit {
    /// How long to wait, when the server says so.
    pub retry_after: Option<Duration>,
    /// When it does not: the shortest pause that the service is known to want. It doubles while
    /// refusals go on.
    pub at_least: Duration,
}

/// Tells whether a refusal is a rate limit. See [`Request::rate_limited_when`](crate::Request::rate_limited_when).
pub type RateLimitRule = fn(&Refusal) -> Option<RateLimit>;

/// Tells from an answer for how long the allowance is used up, if it is. See
/// [`Request::spent_when`](crate::Request::spent_when).
pub type AllowanceRule = fn(&Response<Bytes>) -> Option<Duration>;

/// The rule of the protocol itself: status 429.
pub(crate) fn too_many_requests(refusal: &Refusal) -> Option<RateLimit> {
    (refusal.code() == 429).then(|| RateLimit {
        retry_after: refusal.retry_after(),
        ..RateLimit::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_one_short_line() {
        let refusal = Refusal::new(500, HeaderMap::new(), "a\nb".repeat(300).as_bytes());
        assert_eq!(refusal.body_preview().chars().count(), SHOWN + 1);
        assert!(!refusal.body_preview().contains('\n'));
    }
}
