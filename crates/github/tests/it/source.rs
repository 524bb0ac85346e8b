//! The mirror behind the trait, and whose client is used for how long.

use std::sync::Arc;

use axonry_github::{Files, Mirror, PullRequestSource, Revision};
use serde_json::json;
use wiremock::matchers::{any, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{answer, http, mirror, pull, windows};

#[tokio::test]
async fn a_source_behind_a_pointer_is_the_same_source() {
    let server = MockServer::start().await;
    Mock::given(path("/api/v1/miners/77/pulls"))
        .respond_with(ResponseTemplate::new(201).set_body_json(answer(json!([pull(1, json!({}))]))))
        .mount(&server)
        .await;
    Mock::given(path("/api/v1/pulls/acme/widget/1/files"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({
            "repo_full_name": "acme/widget", "pr_number": 1, "scoring_data_stored": true,
            "files": [{"filename": "a.rs", "status": "added"}],
        })))
        .mount(&server)
        .await;
    let source: Arc<dyn PullRequestSource> = Arc::new(mirror(&server));
    let page = source.pulls(&77.into(), &windows()).await.unwrap();
    let Files::Stored(files) = source.files(&Revision::from(&page.rows[0])).await.unwrap() else {
        panic!("stored");
    };
    assert_eq!(files.files[0].filename, "a.rs");
}

#[tokio::test]
async fn a_client_that_is_given_is_used_and_left_to_its_owner() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(201).set_body_json(answer(json!([]))))
        .mount(&server)
        .await;
    let client = http();
    let build = |http| {
        let builder = Mirror::builder().base(server.uri());
        match http {
            Some(client) => builder.http(client),
            None => builder,
        }
        .build()
        .unwrap()
    };
    for requests in [1, 2] {
        let borrowing = build(Some(client.clone()));
        borrowing.pulls(&77.into(), &windows()).await.unwrap();
        drop(borrowing);
        let counters = client.counters();
        assert_eq!(counters.total().requests, requests, "counted by its owner");
        assert_eq!(counters.connections, 1, "and its connection is still open");
    }
    build(None).pulls(&77.into(), &windows()).await.unwrap();
    let counters = client.counters();
    assert_eq!(
        counters.total().requests,
        2,
        "one made alone is another one"
    );
}
