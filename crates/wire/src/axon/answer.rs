//! What goes back.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use axum::http::{Response, StatusCode};
use bytes::Bytes;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::Failure;
use super::question::Fields;
use super::streaming::Streaming;
use crate::bt::{Head, Terminal};

/// An answer to a `btauth/1` request: the JSON and nothing else.
pub(super) fn plain(json: Vec<u8>) -> Response<Body> {
    response(StatusCode::OK, json.into())
}

/// A failure: one line.
pub(super) fn failure(failure: &Failure) -> Response<Body> {
    #[derive(Serialize)]
    struct Line<'a> {
        message: &'a str,
    }

    let message = failure.message();
    let line = serde_json::to_vec(&Line { message }).expect("a text is JSON");
    response(failure.status, line.into())
}

fn response(status: StatusCode, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// An answer in pieces, with the headers that SDK 10 builds its object from when it has them all.
pub(super) fn stream(
    name: &str,
    head: Option<Head>,
    pieces: Streaming,
) -> Result<Response<Body>, Failure> {
    let mut response = Response::new(Body::from_stream(pieces));
    if let Some(mut head) = head {
        succeeded(&mut head);
        announce(&mut response, name, &head)?;
    }
    let events = HeaderValue::from_static("text/event-stream");
    response.headers_mut().insert(CONTENT_TYPE, events);
    Ok(response)
}

/// An answer to a header request: the whole synapse, as SDK 10 builds its object from.
pub(super) fn synapse(
    name: &str,
    mut head: Head,
    asked: &[u8],
    answered: &[u8],
    took: Duration,
) -> Result<Response<Body>, Failure> {
    succeeded(&mut head);
    head.axon.process_time = Some(took.as_secs_f64());
    let asked = Fields::of(asked)?;
    let answered = Fields::of(answered).map_err(|_| Failure::UNPRINTABLE)?;
    let body = serde_json::to_vec(&Whole {
        name,
        head: &head,
        asked: &asked,
        answered: &answered,
    });
    let mut response = response(
        StatusCode::OK,
        body.map_err(|_| Failure::UNPRINTABLE)?.into(),
    );
    announce(&mut response, name, &head)?;
    Ok(response)
}

fn succeeded(head: &mut Head) {
    head.axon.status_code = Some(200);
    head.axon.status_message = Some("Success".to_owned());
}

fn announce(response: &mut Response<Body>, name: &str, head: &Head) -> Result<(), Failure> {
    let headers = response.headers_mut();
    headers.insert("name", value(name)?);
    for (name, text) in head.to_headers() {
        let name = HeaderName::try_from(name).map_err(|_| Failure::UNPRINTABLE)?;
        headers.insert(name, value(&text)?);
    }
    Ok(())
}

fn value(text: &str) -> Result<HeaderValue, Failure> {
    HeaderValue::from_str(text).map_err(|_| Failure::UNPRINTABLE)
}

struct Whole<'a> {
    name: &'a str,
    head: &'a Head,
    asked: &'a Fields<'a>,
    answered: &'a Fields<'a>,
}

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_map(None)?;
        let Head { dendrite, axon, .. } = self.head;
        body.serialize_entry("name", self.name)?;
        // JSON has no word for what is no number; the sender's own nonsense is left out.
        let timeout = self.head.timeout.filter(|seconds| seconds.is_finite());
        body.serialize_entry("timeout", &timeout)?;
        body.serialize_entry("total_size", &0)?;
        body.serialize_entry("header_size", &0)?;
        body.serialize_entry("dendrite", &finite(dendrite))?;
        body.serialize_entry("axon", &finite(axon))?;
        body.serialize_entry("computed_body_hash", "")?;
        for (name, value) in self.asked.said() {
            if !self.answered.has(name) {
                body.serialize_entry(name, value)?;
            }
        }
        for (name, value) in self.answered.all() {
            body.serialize_entry(name, value)?;
        }
        body.end()
    }
}

fn finite(terminal: &Terminal) -> Terminal {
    let mut terminal = terminal.clone();
    terminal.process_time = terminal.process_time.filter(|seconds| seconds.is_finite());
    terminal
}
