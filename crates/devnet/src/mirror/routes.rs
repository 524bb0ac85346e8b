//! The routes, their answers and their refusals.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query as InQuery, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::data::MirrorData;
use super::edge::{self, Edge};
use super::listing::{Query, Window};
use super::{etag, github, rows};

/// The mirror takes bodies up to 25 MB.
const LARGEST_BODY: usize = 25_000_000;

type Data = State<Arc<MirrorData>>;

pub(crate) fn router(data: Arc<MirrorData>, edge: Arc<Edge>) -> Router {
    let api = Router::new()
        .route("/miners/{github_id}/pulls", get(recent_pulls).post(pulls))
        .route("/miners/{github_id}/issues", get(open_issues).post(issues))
        .route("/pulls/{owner}/{name}/{number}/files", get(files))
        .route("/repos/{owner}/{name}/maintainers", get(maintainers));
    let api = api.layer(from_fn(etag::mark));
    let github = github::router(Arc::clone(&data), Arc::clone(&edge));
    Router::new()
        .nest("/api/v1", api)
        .fallback(nothing_there)
        .method_not_allowed_fallback(nothing_there)
        .with_state(data)
        .merge(github)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(edge, edge::pass))
}

/// A refusal in the mirror's form.
struct Refusal(StatusCode, String);

impl Refusal {
    fn bad_request(message: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, message.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(status, message) = self;
        let body = json!({
            "message": message,
            "error": status.canonical_reason(),
            "statusCode": status.as_u16(),
        });
        (status, Json(body)).into_response()
    }
}

type Answer = Result<Json<Value>, Refusal>;

/// The framework's status for a POST, though these only read.
type Created = Result<(StatusCode, Json<Value>), Refusal>;

fn created(body: Result<Value, String>) -> Created {
    let body = body.map_err(Refusal::bad_request)?;
    Ok((StatusCode::CREATED, Json(body)))
}

async fn pulls(
    State(data): Data,
    Path(author): Path<String>,
    InQuery(query): InQuery<Query>,
    body: Bytes,
) -> Created {
    let window = Window::from_body(&body).map_err(Refusal::bad_request)?;
    created(data.pulls_body(&author, &window, &query))
}

async fn issues(
    State(data): Data,
    Path(author): Path<String>,
    InQuery(query): InQuery<Query>,
    body: Bytes,
) -> Created {
    let window = Window::from_body(&body).map_err(Refusal::bad_request)?;
    created(data.issues_body(&author, &window, &query))
}

async fn recent_pulls(
    State(data): Data,
    Path(author): Path<String>,
    InQuery(query): InQuery<Query>,
) -> Answer {
    let body = Window::of_pulls(&query, data.now)
        .and_then(|window| data.pulls_body(&author, &window, &query));
    body.map(Json).map_err(Refusal::bad_request)
}

async fn open_issues(
    State(data): Data,
    Path(author): Path<String>,
    InQuery(query): InQuery<Query>,
) -> Answer {
    let body =
        Window::of_issues(&query).and_then(|window| data.issues_body(&author, &window, &query));
    body.map(Json).map_err(Refusal::bad_request)
}

async fn files(
    State(data): Data,
    Path((owner, name, number)): Path<(String, String, String)>,
) -> Answer {
    let number: u64 = number
        .parse()
        .map_err(|_| Refusal::bad_request("Validation failed (numeric string is expected)"))?;
    let repository = format!("{owner}/{name}");
    let pull = data.pull(&repository, number).ok_or_else(|| {
        let message = format!("PR {repository}#{number} not found in mirror");
        Refusal(StatusCode::NOT_FOUND, message)
    })?;
    Ok(Json(rows::files_body(pull)))
}

async fn maintainers(
    State(data): Data,
    Path((owner, name)): Path<(String, String)>,
) -> Json<Value> {
    let name = format!("{owner}/{name}");
    Json(rows::maintainers_body(
        &name,
        data.repository(&name),
        data.now,
    ))
}

async fn nothing_there(method: Method, uri: Uri) -> Refusal {
    Refusal(
        StatusCode::NOT_FOUND,
        format!("Cannot {method} {}", uri.path()),
    )
}
