//! Answers that were given elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::edge::{self, Edge};

/// What a mirror, and GitHub beside it, answered elsewhere: served as it is, in place of data made
/// here, and still behind the [edge](super::MirrorEdge).
///
/// What was not asked there is not known here: 404, in the mirror's form.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    answers: BTreeMap<String, Recorded>,
    users: BTreeMap<String, Recorded>,
}

/// A status code and a body.
type Recorded = (u16, Value);

impl Recording {
    /// Answers `question`, a method and a path without its query as in `GET /api/v1/health`.
    #[must_use]
    pub fn answer(mut self, question: impl Into<String>, status: u16, body: Value) -> Self {
        self.answers.insert(question.into(), (status, body));
        self
    }

    /// Answers `GET /user` to whoever has this token.
    #[must_use]
    pub fn user(mut self, token: impl Into<String>, status: u16, body: Value) -> Self {
        self.users.insert(token.into(), (status, body));
        self
    }

    fn find(&self, request: &Request) -> Option<&Recorded> {
        let question = format!("{} {}", request.method(), request.uri().path());
        if question != "GET /user" {
            return self.answers.get(&question);
        }
        let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
        let (_, token) = header.split_once(' ')?;
        self.users.get(token.trim())
    }
}

pub(crate) fn router(recording: Recording, edge: Arc<Edge>) -> Router {
    Router::new()
        .fallback(replay)
        .layer(from_fn_with_state(edge, edge::pass))
        .with_state(Arc::new(recording))
}

async fn replay(State(recording): State<Arc<Recording>>, request: Request) -> Response {
    match recording.find(&request) {
        Some((status, body)) => {
            // A code that is none would not have been recorded.
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, Json(body)).into_response()
        }
        None => {
            let (method, path) = (request.method(), request.uri().path());
            let body = json!({
                "message": format!("Cannot {method} {path}: it is not in the recording"),
                "error": "Not Found",
                "statusCode": 404,
            });
            (StatusCode::NOT_FOUND, Json(body)).into_response()
        }
    }
}
