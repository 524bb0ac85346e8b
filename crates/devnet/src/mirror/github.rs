//! GitHub beside the mirror: the same data over its REST and GraphQL APIs.
//!
//! It knows the questions that pull requests are read with and no others, and it is strict about
//! GitHub's rules: tokens, allowances by the hour and the minute, bounds of pages, and pages that
//! take too long.

mod connection;
mod execute;
mod object;
mod query;
mod rest;
mod rules;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Extension, Request, State};
use axum::http::header::{AUTHORIZATION, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;

use self::rules::{Allowances, Resource};
use super::data::MirrorData;
use super::edge::Edge;
use super::registry;

pub use self::rules::GithubRules;
pub(crate) use self::rules::Seen as GithubSeen;

/// What the routes share.
#[derive(Debug)]
struct Site {
    data: Arc<MirrorData>,
    rules: GithubRules,
    allowances: Allowances,
    edge: Arc<Edge>,
}

/// Whose token a request came with.
#[derive(Clone, Debug)]
struct Caller(String);

pub(crate) fn router(data: Arc<MirrorData>, edge: Arc<Edge>) -> Router {
    let site = Arc::new(Site {
        data,
        rules: edge.github_rules(),
        allowances: Allowances::default(),
        edge,
    });
    Router::new()
        .route("/user", get(rest::user))
        .route("/repos/{owner}/{name}", get(rest::repository))
        .route("/repos/{owner}/{name}/assignees", get(rest::assignees))
        .route("/repos/{owner}/{name}/pulls/{number}", get(rest::pull))
        .route(
            "/repos/{owner}/{name}/pulls/{number}/files",
            get(rest::files),
        )
        .route("/repos/{owner}/{name}/compare/{ends}", get(rest::compare))
        .route("/graphql", post(graphql))
        .layer(from_fn_with_state(Arc::clone(&site), admit))
        .with_state(site)
}

/// A refusal in GitHub's form.
fn refusal(status: StatusCode, message: &str) -> Response {
    let body = json!({"message": message, "status": status.as_u16().to_string()});
    (status, Json(body)).into_response()
}

/// The page of a gateway that has waited long enough.
fn took_too_long() -> Response {
    let page = "<html><title>502 Bad Gateway</title></html>";
    (StatusCode::BAD_GATEWAY, page).into_response()
}

/// Lets those in who have a token and keep to the rules.
async fn admit(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    if !request.headers().contains_key(USER_AGENT) {
        let message = "Request forbidden by administrative rules. Please make sure your request \
                       has a User-Agent header";
        return refusal(StatusCode::FORBIDDEN, message);
    }
    let Some((token, account)) = caller(&site, request.headers()) else {
        return refusal(StatusCode::UNAUTHORIZED, "Bad credentials");
    };
    let resource = match request.uri().path() {
        "/graphql" => Resource::Graphql,
        _ => Resource::Core,
    };
    let entrance = site.allowances.enter(&site.rules, &token, resource);
    if entrance.too_early {
        site.edge.github(|seen| &seen.early);
    }
    let response = match entrance.verdict {
        Err(refused) => {
            site.edge.github(|seen| &seen.violations);
            refused
        }
        Ok(_guard) => {
            request.extensions_mut().insert(Caller(account));
            next.run(request).await
        }
    };
    site.allowances
        .sign(&site.rules, &token, resource, response)
}

/// The token and the account it belongs to, unless it was taken back.
fn caller(site: &Site, headers: &HeaderMap) -> Option<(String, String)> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (_, token) = header.split_once(' ')?;
    let token = token.trim();
    let account = registry::account_of(token)?;
    let known = site.data.miners.contains_key(account);
    let revoked = site.rules.revoked.iter().any(|revoked| revoked == token);
    (known && !revoked).then(|| (token.to_owned(), account.to_owned()))
}

async fn graphql(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Caller>,
    body: Bytes,
) -> Response {
    match execute::answer(&site, &caller.0, &body) {
        execute::Outcome::Answer(body) => Json(body).into_response(),
        execute::Outcome::TooLong => took_too_long(),
    }
}
