//! Real prices as the public feeds tell them.

use axonry_core::Unknown;
use axonry_forecast::{Asset, Hyperliquid, PriceError, PriceSource, Prompt, PublicFeeds, Pyth};
use axonry_http::{Client, Url};
use serde_json::{Value, json};
use wiremock::matchers::{body_partial_json, method, path, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const START: i64 = 1_770_114_000;

fn asset(name: &str) -> Asset {
    name.parse().expect("a name")
}

fn prompt(name: &str) -> Prompt {
    Prompt {
        asset: asset(name),
        start_time: jiff::Timestamp::from_second(START).expect("a moment"),
        time_increment: std::num::NonZeroU32::new(300).expect("not zero"),
        time_length: 900,
        num_simulations: 1,
    }
}

/// Both services at one address.
async fn feeds() -> (MockServer, PublicFeeds) {
    let server = MockServer::start().await;
    let client = Client::builder().build().expect("a client");
    let at = |path: &str| Url::parse(&format!("{}{path}", server.uri())).expect("a URL");
    let pyth = Pyth::at(client.clone(), at("/history"));
    let hyperliquid = Hyperliquid::at(client, at("/info"));
    (server, PublicFeeds::of(pyth, hyperliquid))
}

async fn answer(server: &MockServer, answer: Value) {
    Mock::given(method("GET"))
        .and(path("/history"))
        .and(query_param("symbol", "Crypto.XAUT/USD"))
        .and(query_param("resolution", "1"))
        .and(query_param("from", START.to_string()))
        .and(query_param("to", (START + 960).to_string()))
        .respond_with(ResponseTemplate::new(200).set_body_json(answer))
        .expect(1)
        .mount(server)
        .await;
}

#[tokio::test]
async fn pyth_is_asked_for_one_minute_more_and_gaps_are_unknown() {
    let (server, feeds) = feeds().await;
    let times = [0, 300, 600, 900, 960].map(|at| START + at);
    let history = json!({"s": "ok", "t": times, "c": [4_300.5, null, 4_301, 4_302.25, 9.0]});
    answer(&server, history).await;
    let prices = feeds.real_prices(&prompt("XAU")).await.expect("settled");
    let expected = [Some(4_300.5), None, Some(4_301.0), Some(4_302.25)];
    assert_eq!(prices.known(), expected);
    assert!(matches!(
        prices.points()[1].reason(),
        Some(Unknown::SourceFailed(_))
    ));
}

#[tokio::test]
async fn what_is_not_there_yet_is_told_from_what_went_wrong() {
    for (history, expected) in [
        (json!({"s": "no_data", "t": [], "c": []}), "not settled"),
        (json!({"s": "ok", "t": [START], "c": [1.0]}), "not settled"),
        (
            json!({"s": "error", "errmsg": "no such symbol"}),
            "no such symbol",
        ),
        (
            json!({"s": "ok", "t": [START], "c": []}),
            "not as many closes",
        ),
    ] {
        let (server, feeds) = feeds().await;
        answer(&server, history).await;
        let error = feeds.real_prices(&prompt("XAU")).await.expect_err(expected);
        assert!(error.to_string().contains(expected), "{error}");
        assert!(error.is_transient(), "{error}");
    }
    let (server, feeds) = feeds().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(404))
        .mount(&server)
        .await;
    let error = feeds.real_prices(&prompt("BTC")).await.expect_err("404");
    assert!(
        matches!(error, PriceError::Failed { .. }) && !error.is_transient(),
        "{error}"
    );
    let error = feeds
        .real_prices(&prompt("DOGE"))
        .await
        .expect_err("no such");
    assert!(matches!(error, PriceError::NotListed { .. }), "{error}");
}

#[tokio::test]
async fn oil_comes_from_hyperliquid_five_thousand_minutes_at_a_time() {
    let (server, feeds) = feeds().await;
    Mock::given(method("POST"))
        .and(path("/info"))
        .and(body_partial_json(
            json!({"type": "candleSnapshot", "req": {"coin": "xyz:CL", "interval": "1m"}}),
        ))
        .respond_with(|request: &Request| {
            let body: Value = request.body_json().expect("JSON");
            let millis = |name: &str| body["req"][name].as_i64().expect("a number");
            let (from, to) = (millis("startTime"), millis("endTime"));
            let minutes = (from + 59_999) / 60_000..=to / 60_000;
            let candle =
                |minute| json!({"t": minute * 60_000, "c": format!("{minute}.5"), "v": "1"});
            let candles: Vec<Value> = minutes.map(candle).collect();
            assert!(candles.len() <= 5_000, "{} at once", candles.len());
            ResponseTemplate::new(200).set_body_json(candles)
        })
        .expect(2)
        .mount(&server)
        .await;
    let range = START..=START + 60 * 6_000;
    let closes = feeds.closes(&asset("WTIOIL"), range).await.expect("closes");
    assert_eq!(closes.len(), 6_001);
    let gap = closes
        .windows(2)
        .find(|pair| pair[1].time - pair[0].time != 60);
    assert_eq!(gap, None, "no minute twice and none left out");
    #[expect(clippy::cast_precision_loss, reason = "minutes since 1970")]
    let first = (START / 60) as f64 + 0.5;
    assert_eq!(closes[0].price, first);
}
