//! Answers that point elsewhere.

use reqwest::header::{HeaderMap, HeaderValue, LOCATION};
use reqwest::{Method, StatusCode};
use url::Url;

use crate::error::HttpError;
use crate::request::Request;

/// Only reads are redirected: another server should not be handed what was posted to this one.
pub(super) fn target<'a>(
    request: &Request,
    status: StatusCode,
    headers: &'a HeaderMap,
) -> Option<&'a HeaderValue> {
    let redirects = matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308);
    (redirects && request.method == Method::GET)
        .then(|| headers.get(LOCATION))
        .flatten()
}

/// Where a redirect leads, unless that would weaken what was asked for.
pub(super) fn follow(from: &Url, location: &str, target: &HeaderValue) -> Result<Url, HttpError> {
    let refused = |why: &str| HttpError::Redirect {
        location: location.to_owned(),
        why: why.to_owned(),
    };
    let target = target
        .to_str()
        .ok()
        .and_then(|target| from.join(target).ok());
    let target = target.ok_or_else(|| refused("to something that is no URL"))?;
    match target.scheme() {
        "https" => Ok(target),
        "http" if from.scheme() == "http" => Ok(target),
        scheme => Err(refused(&format!("to `{scheme}`, which is less safe"))),
    }
}
