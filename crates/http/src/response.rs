//! An answer that was accepted.

use reqwest::header::HeaderMap;

/// A successful answer: its status (always 2xx), its headers, and its body as a `T`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Response<T> {
    /// The HTTP status.
    pub status: u16,
    /// What the body holds.
    pub body: T,
    headers: HeaderMap,
}

impl<T> Response<T> {
    pub(crate) fn new(status: u16, headers: HeaderMap, body: T) -> Self {
        Self {
            status,
            body,
            headers,
        }
    }

    pub(crate) const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub(crate) fn with<U>(self, body: U) -> Response<U> {
        Response::new(self.status, self.headers, body)
    }

    /// A header's value, when it is there and is readable text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
