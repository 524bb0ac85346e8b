//! Faults, as they happen to one answer.

use std::convert::Infallible;
use std::io::{self, Write as _};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, DATE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{StreamExt as _, stream};

use super::edge::Edge;
use super::faults::Fault;
use super::wire::Peer;

/// Bodies of the mirror are at most some megabytes.
const LARGEST: usize = 64 << 20;

const SECONDARY: &str = r#"{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again.","documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api"}"#;

/// Lets `fault` happen to the answer that `answering` would give.
pub(crate) async fn happen(
    fault: Fault,
    edge: &Edge,
    peer: &Peer,
    answering: impl Future<Output = Response>,
) -> Response {
    let page = |code: u16| {
        let status = StatusCode::from_u16(code).expect("a status of three digits");
        let text = format!("<html><title>{code}</title><center>cloudflare</center></html>");
        (status, [(CONTENT_TYPE, "text/html")], text).into_response()
    };
    match fault {
        Fault::TooMany => page(429),
        Fault::TooManySeconds => with_header(page(429), RETRY_AFTER, HeaderValue::from_static("1")),
        Fault::TooManyDate => {
            let date = |time: SystemTime| {
                HeaderValue::from_str(&httpdate::fmt_http_date(time)).expect("a date is plain text")
            };
            let now = SystemTime::now();
            let refusal = with_header(page(429), DATE, date(now));
            with_header(refusal, RETRY_AFTER, date(now + Duration::from_secs(2)))
        }
        Fault::Internal => {
            let body = r#"{"statusCode":500,"message":"Internal server error"}"#;
            json(StatusCode::INTERNAL_SERVER_ERROR, body)
        }
        Fault::BadGateway => page(502),
        Fault::Unavailable => page(503),
        Fault::Unknown => page(520),
        Fault::Secondary => json(StatusCode::FORBIDDEN, SECONDARY),
        Fault::Reset => {
            peer.scissors.reset();
            page(500)
        }
        Fault::Close => {
            peer.scissors.close();
            page(500)
        }
        Fault::Truncated => truncated(answering.await).await,
        Fault::BadJson => {
            let (parts, body) = taken(answering.await).await;
            let half = body.slice(..body.len() / 2);
            rebuilt(parts, Body::from(half))
        }
        Fault::WrongShape => json(StatusCode::OK, r#"{"rows":{"none":[1,"two"]}}"#),
        Fault::Drip => drip(answering.await).await,
        Fault::Hang => {
            edge.stopped().await;
            page(503)
        }
        Fault::GzipBomb => {
            let bomb = json(StatusCode::OK, bomb());
            with_header(bomb, CONTENT_ENCODING, HeaderValue::from_static("gzip"))
        }
    }
}

fn with_header(
    mut response: Response,
    name: axum::http::HeaderName,
    value: HeaderValue,
) -> Response {
    response.headers_mut().insert(name, value);
    response
}

fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body.into()).into_response()
}

async fn taken(response: Response) -> (axum::http::response::Parts, Bytes) {
    let (mut parts, body) = response.into_parts();
    // Measured anew by whoever sends another body.
    parts.headers.remove(CONTENT_LENGTH);
    let body = axum::body::to_bytes(body, LARGEST).await;
    (parts, body.unwrap_or_default())
}

fn rebuilt(parts: axum::http::response::Parts, body: Body) -> Response {
    Response::from_parts(parts, body)
}

/// Promises all of the body and sends half of it.
async fn truncated(response: Response) -> Response {
    let (mut parts, body) = taken(response).await;
    parts.headers.insert(CONTENT_LENGTH, body.len().into());
    let half = body.slice(..body.len() / 2);
    let broken = stream::once(async {
        // An error that comes with the first half would keep that from being sent at all.
        tokio::time::sleep(Duration::from_millis(5)).await;
        Err(io::Error::from(io::ErrorKind::UnexpectedEof))
    });
    let body = stream::once(async { Ok(half) }).chain(broken);
    rebuilt(parts, Body::from_stream(body))
}

/// Sends a byte every second, for as long as anybody listens.
async fn drip(response: Response) -> Response {
    let (mut parts, body) = taken(response).await;
    parts.headers.insert(CONTENT_LENGTH, body.len().into());
    let drops = stream::unfold(body, |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let drop = rest.split_to(1);
        Some((Ok::<_, Infallible>(drop), rest))
    });
    rebuilt(parts, Body::from_stream(drops))
}

/// 64 MiB of blanks, which are JSON up to their end, in some 64 KiB.
fn bomb() -> Bytes {
    static BOMB: OnceLock<Bytes> = OnceLock::new();
    let packed = || {
        let memory = "memory takes what it is given";
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(&[b' '; 1 << 20]).expect(memory);
        // Members of a gzip stream add up, so that one is enough to make them all.
        packed.finish().expect(memory).repeat(64).into()
    };
    BOMB.get_or_init(packed).clone()
}
