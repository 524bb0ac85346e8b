//! Redirects: a few, and never with what was meant for another host.

use axonry_http::{HttpError, Request, Secret, Url};
use wiremock::matchers::{any, header, header_exists, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::fake::once;

fn url(server: &MockServer, path: &str) -> Url {
    Url::parse(&server.uri()).unwrap().join(path).unwrap()
}

fn to(target: &str) -> ResponseTemplate {
    ResponseTemplate::new(302).insert_header("location", target)
}

fn with_secrets(url: Url) -> Request {
    let secret = Secret::new("hidden");
    Request::get(url)
        .bearer(&secret)
        .secret_header("x-api-key", "", &secret)
        .header("x-plain", "shown")
}

#[tokio::test]
async fn sr11_secrets_stay_with_their_host() {
    let (home, abroad) = (MockServer::start().await, MockServer::start().await);
    for (from, target) in [
        ("/out", url(&abroad, "/there").to_string()),
        ("/in", "/there".into()),
    ] {
        Mock::given(path(from))
            .respond_with(to(&target))
            .mount(&home)
            .await;
    }
    Mock::given(path("/there"))
        .and(header("authorization", "Bearer hidden"))
        .and(header("x-api-key", "hidden"))
        .respond_with(ResponseTemplate::new(200).set_body_string("at home"))
        .mount(&home)
        .await;
    Mock::given(header_exists("authorization"))
        .respond_with(ResponseTemplate::new(500))
        .mount(&abroad)
        .await;
    Mock::given(header_exists("x-api-key"))
        .respond_with(ResponseTemplate::new(500))
        .mount(&abroad)
        .await;
    Mock::given(header("x-plain", "shown"))
        .respond_with(ResponseTemplate::new(200).set_body_string("abroad"))
        .mount(&abroad)
        .await;

    let client = once().build().unwrap();
    for (from, end) in [("/in", "at home"), ("/out", "abroad")] {
        let answer = client.bytes(with_secrets(url(&home, from))).await.unwrap();
        assert_eq!(answer.body, end);
    }
    assert_eq!(
        client.counters().hosts.len(),
        2,
        "each hop is its host's request"
    );
}

#[tokio::test]
async fn sr11_a_circle_ends() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(to("/again"))
        .mount(&server)
        .await;
    let client = once().redirects(3).build().unwrap();
    let error = client
        .bytes(Request::get(url(&server, "/")))
        .await
        .unwrap_err();
    assert!(matches!(error, HttpError::Redirect { .. }), "{error:?}");
    assert!(!error.is_transient());
    assert_eq!(client.counters().total().requests, 4);
}

#[tokio::test]
async fn what_is_posted_is_not_carried_elsewhere() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(to("/there"))
        .mount(&server)
        .await;
    let client = once().build().unwrap();
    let request = Request::post_json(url(&server, "/"), &"body");
    let error = client.bytes(request).await.unwrap_err();
    assert_eq!(error.refusal().map(|refusal| refusal.code()), Some(302));
}

#[tokio::test]
async fn only_the_web_is_followed() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(to("file:///etc/passwd"))
        .mount(&server)
        .await;
    let client = once().build().unwrap();
    let error = client
        .bytes(Request::get(url(&server, "/")))
        .await
        .unwrap_err();
    assert!(matches!(error, HttpError::Redirect { .. }), "{error:?}");
}
