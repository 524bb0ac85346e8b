//! The clients against servers at the socket that behave like the mirror and GitHub, well or badly.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it is"
)]

mod direct;
mod failing;
mod identity;
mod lists;
mod rows;
mod source;

use std::time::Duration;

use axonry_github::{Mirror, Windows, timestamp};
use axonry_http::{Client, Retry, Url};
use serde_json::{Value, json};
use wiremock::MockServer;

fn http() -> Client {
    Client::builder()
        .request_deadline(Duration::from_secs(5))
        .total_deadline(Duration::from_secs(10))
        .retry(Retry::never())
        .build()
        .unwrap()
}

fn mirror(server: &MockServer) -> Mirror {
    Mirror::builder()
        .base(server.uri())
        .http(http())
        .page_size(2)
        .max_pages(5)
        .build()
        .unwrap()
}

fn windows() -> Windows {
    let since = timestamp::parse("2026-07-02T09:15:30.123456Z").unwrap();
    Windows::from([("Acme/Widget".parse().unwrap(), since)])
}

/// A pull request with nothing but what it must have, and `more`.
fn pull(number: u64, more: Value) -> Value {
    let mut pull = json!({
        "repo_full_name": "Acme/Widget", "pr_number": number, "state": "OPEN",
        "author_github_id": 77, "created_at": "2026-07-20T10:00:00.000Z",
    });
    for (name, value) in more.as_object().unwrap() {
        pull[name] = value.clone();
    }
    pull
}

fn answer(rows: Value) -> Value {
    json!({"github_id": "77", "since": null, "generated_at": "2026-08-01T09:15:31.004Z", "pull_requests": rows})
}

fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
