//! Bodies larger than allowed are refused before there is room for them.

use std::io::Write;

use axonry_http::{ClientBuilder, HttpError, Request, SizeLimit};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::fake::{Fake, ok, once};

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

async fn limit_hit(settings: ClientBuilder, answer: Vec<u8>) -> Option<SizeLimit> {
    let fake = Fake::saying(answer).await;
    let client = settings.build().unwrap();
    match client.bytes(Request::get(fake.url.clone())).await {
        Ok(_) => None,
        Err(HttpError::TooLarge { limit, .. }) => Some(limit),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn sr13_every_limit_is_kept_and_named() {
    let small = || once().max_wire_bytes(1000).max_decoded_bytes(10_000);
    let bomb = gzip(&vec![b' '; 64 << 20]);
    let cases = [
        (
            small(),
            ok("content-length: 1000\r\n", &[b'x'; 1000]),
            None,
            "just fits",
        ),
        (
            small(),
            ok("content-length: 99999999999\r\n", b"x"),
            Some(SizeLimit::Wire(1000)),
            "announced too long",
        ),
        (
            small(),
            ok("", &[b'x'; 1001]),
            Some(SizeLimit::Wire(1000)),
            "too long without announcing it",
        ),
        (
            small(),
            ok("content-encoding: gzip\r\n", &gzip(&[b'x'; 10_000])),
            None,
            "just fits, compressed",
        ),
        (
            small(),
            ok("content-encoding: gzip\r\n", &gzip(&[b'x'; 10_001])),
            Some(SizeLimit::Decoded(10_000)),
            "too long inside",
        ),
        (
            once(),
            ok("content-encoding: gzip\r\n", &bomb),
            Some(SizeLimit::Ratio(200)),
            "a bomb",
        ),
    ];
    for (settings, answer, limit, why) in cases {
        assert_eq!(limit_hit(settings, answer).await, limit, "{why}");
    }
}

#[tokio::test]
async fn a_compressed_body_arrives_whole_and_is_counted_both_ways() {
    let text: Vec<u8> = (0..100_000_u32).flat_map(|n| n.to_le_bytes()).collect();
    let packed = gzip(&text);
    let fake = Fake::saying(ok("content-encoding: gzip\r\n", &packed)).await;
    let client = once().build().unwrap();
    let answer = client.bytes(Request::get(fake.url.clone())).await.unwrap();
    assert!(answer.body == text);
    let total = client.counters().total();
    assert_eq!(total.wire_bytes, packed.len() as u64);
    assert_eq!(total.decoded_bytes, text.len() as u64);
}

#[tokio::test]
async fn a_compressed_body_that_breaks_off_is_no_answer() {
    let packed = gzip(&[b'x'; 100_000]);
    let fake = Fake::saying(ok(
        "content-encoding: gzip\r\n",
        &packed[..packed.len() - 4],
    ))
    .await;
    let client = once().build().unwrap();
    let error = client
        .bytes(Request::get(fake.url.clone()))
        .await
        .unwrap_err();
    assert!(matches!(error, HttpError::Transport { .. }), "{error:?}");
}
