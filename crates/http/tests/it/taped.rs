//! Calls that are kept, and told again when nobody is there any more.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axonry_http::{Asked, Client, Failure, HttpError, Request, Secret, Tape, Told, Url};
use serde_json::Value;

use crate::fake::{Act, Fake, ok, once};

/// A tape as JSON, so that what can be read again is all there is.
#[derive(Debug, Default)]
struct Reel {
    kept: Mutex<BTreeMap<String, String>>,
    plays: bool,
}

impl Tape for Reel {
    fn stand_in(&self, secret: &str) -> String {
        format!("secret of {} letters", secret.len())
    }

    fn play(&self, asked: &Asked) -> Option<Told> {
        let asked = serde_json::to_string(asked).unwrap();
        let kept = self.kept.lock().unwrap();
        let told = kept
            .get(&asked)
            .map(|told| serde_json::from_str(told).unwrap());
        self.plays
            .then(|| told.unwrap_or(Told::Failure(Failure::NotOnTape)))
    }

    fn record(&self, asked: &Asked, told: &Told) {
        let asked = serde_json::to_string(asked).unwrap();
        let told = serde_json::to_string(told).unwrap();
        self.kept.lock().unwrap().insert(asked, told);
    }
}

/// What a caller can tell an outcome by.
async fn seen(client: &Client, url: &Url, path: &str) -> String {
    let request = Request::get(url.join(path).unwrap());
    let request = request.secret_header("authorization", "Bearer", &Secret::new("hush-hush"));
    match client.json::<BTreeMap<String, Value>>(request).await {
        Ok(answer) => format!(
            "{} {:?} {:?}",
            answer.status,
            answer.header("x-page"),
            answer.body
        ),
        Err(error) => {
            let refusal = error
                .refusal()
                .map(|refusal| (refusal.code(), refusal.body().to_owned()));
            let (transient, wait) = (error.is_transient(), error.retry_after());
            let kind = matches!(error, HttpError::Exhausted { .. });
            format!("{error} {kind} {transient} {wait:?} {refusal:?}")
        }
    }
}

#[tokio::test]
async fn a_tape_tells_the_same_again_without_a_server_and_knows_no_secret() {
    let said = |status: &str, body: &str| {
        let length = body.len();
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
    };
    let cases = [
        (
            "good",
            Act::Say(ok("x-page: 3\r\n", br#"{"a": [1.5, null, "x"]}"#)),
        ),
        ("gone", Act::Say(said("404 Not Found", "no such thing"))),
        ("busy", Act::Say(said("503 Service Unavailable", ""))),
        ("slow", Act::Say(said("429 Too Many Requests", "later"))),
        ("broken", Act::Say(ok("", b"{\"half\":"))),
        ("other", Act::Say(ok("", b"[1, 2]"))),
        ("reset", Act::Close),
    ];
    let reel = Arc::new(Reel::default());
    let mut before = Vec::new();
    let mut urls = Vec::new();
    for (path, act) in cases {
        let fake = Fake::acting(vec![act]).await;
        let client = once().tape(Arc::clone(&reel) as _).build().unwrap();
        before.push(seen(&client, &fake.url, path).await);
        urls.push((path, fake.url.clone()));
    }
    let kept = reel.kept.lock().unwrap().clone();
    assert_eq!(kept.len(), before.len());
    assert!(!format!("{kept:?}").contains("hush-hush"), "{kept:?}");

    let plays = true;
    let player = Reel {
        kept: Mutex::new(kept),
        plays,
    };
    let client = once().tape(Arc::new(player)).build().unwrap();
    for ((path, url), before) in urls.iter().zip(before) {
        assert_eq!(seen(&client, url, path).await, before, "{path}");
    }
    let other = seen(&client, &urls[0].1, "never-asked").await;
    assert!(other.contains("not on the tape"), "{other}");
    assert_eq!(client.counters().total().requests, 0, "nobody is asked");
}
