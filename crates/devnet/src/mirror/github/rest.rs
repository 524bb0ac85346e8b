//! GitHub's REST routes.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Caller, Site, refusal, took_too_long};
use crate::mirror::data::{File, Pull};
use crate::mirror::rows;

/// GitHub gives no longer pages.
const LONGEST: usize = 100;

type Data = State<Arc<Site>>;

/// Which page of a list, in GitHub's words.
#[derive(Debug, Deserialize)]
pub(super) struct Page {
    #[serde(default = "thirty")]
    per_page: usize,
    #[serde(default = "one")]
    page: usize,
}

const fn thirty() -> usize {
    30
}

const fn one() -> usize {
    1
}

impl Page {
    fn of(&self, rows: impl Iterator<Item = Value>) -> Json<Value> {
        let size = self.per_page.clamp(1, LONGEST);
        let start = self.page.saturating_sub(1).saturating_mul(size);
        Json(rows.skip(start).take(size).collect())
    }
}

fn not_found() -> Response {
    refusal(StatusCode::NOT_FOUND, "Not Found")
}

pub(super) async fn user(State(site): Data, Extension(caller): Extension<Caller>) -> Response {
    let login = site.data.miners.get(&caller.0);
    match (caller.0.parse::<u64>(), login) {
        (Ok(id), Some(login)) => {
            Json(json!({"id": id, "login": login, "type": "User"})).into_response()
        }
        _ => refusal(StatusCode::UNAUTHORIZED, "Bad credentials"),
    }
}

pub(super) async fn repository(
    State(site): Data,
    Path((owner, name)): Path<(String, String)>,
) -> Response {
    let name = format!("{owner}/{name}");
    let place = site
        .data
        .repositories()
        .position(|known| known.eq_ignore_ascii_case(&name));
    let Some((place, found)) = place.zip(site.data.repository(&name)) else {
        return not_found();
    };
    let body = json!({
        "id": 700_000_001 + place,
        "full_name": found.name,
        "owner": {"id": 600_000_001, "login": owner, "type": "Organization"},
        "default_branch": found.default_branch,
        "fork": false,
        "archived": false,
        "private": false,
    });
    Json(body).into_response()
}

pub(super) async fn assignees(
    State(site): Data,
    Path((owner, name)): Path<(String, String)>,
    Query(page): Query<Page>,
) -> Response {
    let Some(found) = site.data.repository(&format!("{owner}/{name}")) else {
        return not_found();
    };
    let people = found
        .maintainers
        .iter()
        .map(|one| json!({"id": one.id.parse::<u64>().ok(), "login": one.login, "type": "User"}));
    page.of(people).into_response()
}

fn find<'s>(site: &'s Site, owner: &str, name: &str, number: &str) -> Option<&'s Pull> {
    site.data
        .pull(&format!("{owner}/{name}"), number.parse().ok()?)
}

pub(super) async fn pull(
    State(site): Data,
    Path((owner, name, number)): Path<(String, String, String)>,
) -> Response {
    let Some(found) = find(&site, &owner, &name, &number) else {
        return not_found();
    };
    let body = json!({
        "number": found.number,
        "head": {"ref": found.head_ref, "sha": found.head_sha},
        "base": {"ref": found.base_ref, "sha": found.base_sha},
    });
    Json(body).into_response()
}

pub(super) async fn files(
    State(site): Data,
    Path((owner, name, number)): Path<(String, String, String)>,
    Query(page): Query<Page>,
) -> Response {
    if site.rules.page.is_some_and(|most| page.per_page > most) {
        return took_too_long();
    }
    match find(&site, &owner, &name, &number) {
        Some(found) => page.of(found.files.iter().map(file)).into_response(),
        None => not_found(),
    }
}

/// A file as GitHub lists it: without contents.
fn file(file: &File) -> Value {
    let mut row = rows::file(file);
    if let Value::Object(members) = &mut row {
        for name in ["is_binary", "byte_size", "head_content", "base_content"] {
            members.remove(name);
        }
        members.retain(|_, value| !value.is_null());
    }
    row
}

/// The last common commit of two: a dev pull request's base is where its branch began.
pub(super) async fn compare(
    State(site): Data,
    Path((owner, name, ends)): Path<(String, String, String)>,
) -> Response {
    let repository = format!("{owner}/{name}");
    let known = ends.split_once("...").and_then(|(base, head)| {
        site.data.pulls.iter().find(|pull| {
            pull.repository.eq_ignore_ascii_case(&repository)
                && pull.base_sha == base
                && pull.head_sha == head
        })
    });
    match known {
        Some(pull) => Json(json!({"merge_base_commit": {"sha": pull.base_sha}})).into_response(),
        None => not_found(),
    }
}
