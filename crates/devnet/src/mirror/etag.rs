//! Answers with a mark, sent again only to those who have not got them.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, ETAG, HeaderValue, IF_NONE_MATCH};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::random;

/// Bodies of the mirror are at most some megabytes.
const LARGEST: usize = 64 << 20;

/// Marks good answers as Express does, weakly, and answers 304 to who has the same already.
pub(crate) async fn mark(request: Request, next: Next) -> Response {
    let reads = request.method() == Method::GET;
    let known = request.headers().get(IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    if !reads || response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, LARGEST).await.unwrap_or_default();
    let tag = format!("W/\"{:x}-{:016x}\"", body.len(), random::hash(&body));
    let tag = HeaderValue::from_str(&tag).expect("hexadecimal digits are plain text");
    let same = known.is_some_and(|known| known == tag);
    parts.headers.insert(ETAG, tag);
    if same {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, body.into())
}
