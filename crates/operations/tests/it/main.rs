//! What an operator sees of a program through its window.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axonry_core::{BlockHash, BlockNumber, Hotkey, NetUid, Score, Uid, Weights};
use axonry_neuron::{
    Alarm, AlarmKind, LandingReport, MinerReport, Progress, RoundReport, Stage, Step,
};
use axonry_operations::{Metrics, Pulses, Readiness, RoundPulse, ServerTraffic, Window};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

fn miner(uid: u16) -> MinerReport {
    let known = uid % 4 != 3;
    MinerReport {
        uid: Uid(uid),
        hotkey: Hotkey::from_bytes([1; 32]),
        score: known.then(|| Score::new(f64::from(uid) / 4.0).expect("a score")),
        unknown: (!known).then(|| "no answer".to_owned()),
        average: 0.5,
        weight: uid,
        incentive: 0,
        explanation: None,
    }
}

fn report(miners: u16) -> RoundReport {
    RoundReport {
        round: 7,
        netuid: NetUid(74),
        block: BlockNumber(1234),
        block_hash: BlockHash([0; 32]),
        miners: (0..miners).map(miner).collect(),
        weights: Weights::default(),
        plan: None,
        landing: LandingReport {
            outcome: "VerifiedInState",
            block: Some(BlockNumber(1240)),
            block_hash: None,
            reason: None,
        },
        rehearsal: None,
        health: None,
        warnings: vec!["one".to_owned()],
        counters: BTreeMap::from([("files".to_owned(), 12)]),
        details: None,
        stages_ms: BTreeMap::from([("evaluate", 1500)]),
    }
}

/// The value of a series, by its name and labels as they are written.
fn value(text: &str, series: &str) -> Option<f64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    line.parse().ok()
}

#[test]
fn a_round_appears_with_its_miners_and_what_is_unknown_has_no_score() {
    let metrics = Metrics::new(NetUid(74));
    metrics.round(&report(4));
    metrics.round(&report(4));
    metrics.count_requests(|| {
        let server = "mirror:443".to_owned();
        vec![ServerTraffic {
            server,
            requests: 50,
            ..ServerTraffic::default()
        }]
    });
    let text = metrics.text(&[("rounds", 1.5)]);
    let of = |series: &str| value(&text, series);
    assert_eq!(
        of("axonry_rounds_total{netuid=\"74\",outcome=\"VerifiedInState\"}"),
        Some(2.0)
    );
    assert_eq!(of("axonry_round_block{netuid=\"74\"}"), Some(1234.0));
    assert_eq!(
        of("axonry_round_stage_seconds{netuid=\"74\",stage=\"evaluate\"}"),
        Some(1.5)
    );
    assert_eq!(of("axonry_miner_score{netuid=\"74\",uid=\"2\"}"), Some(0.5));
    assert_eq!(
        of("axonry_miner_score{netuid=\"74\",uid=\"3\"}"),
        None,
        "unknown is not zero"
    );
    assert_eq!(of("axonry_miners_unknown{netuid=\"74\"}"), Some(1.0));
    assert_eq!(
        of("axonry_mechanism_counted_total{netuid=\"74\",what=\"files\"}"),
        Some(24.0)
    );
    assert_eq!(
        of("axonry_requests_total{netuid=\"74\",server=\"mirror:443\"}"),
        Some(50.0)
    );
    assert_eq!(
        of("axonry_task_silent_seconds{netuid=\"74\",task=\"rounds\"}"),
        Some(1.5)
    );
    assert!(of("process_resident_memory_bytes{netuid=\"74\"}") > Some(1e6));
    assert!(text.ends_with("# EOF\n"), "{text}");
}

#[test]
fn a_full_subnet_has_fewer_than_five_thousand_series_however_often_it_is_judged() {
    let metrics = Metrics::new(NetUid(74));
    for _ in 0..10 {
        metrics.round(&report(256));
    }
    let text = metrics.text(&[]);
    let series: BTreeSet<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert!((700..1_000).contains(&series.len()), "{}", series.len());
}

#[test]
fn at_most_one_alarm_stands_and_one_that_is_over_stays_visible_as_zero() {
    let metrics = Metrics::new(NetUid(74));
    let alarm = |reason| {
        let kind = AlarmKind::Stalled;
        metrics.note(Step::Alarm(Some(Alarm { kind, reason })));
    };
    let standing = || {
        let text = metrics.text(&[]);
        let lines = text
            .lines()
            .filter(|line| line.starts_with("axonry_weights_alarm{"));
        lines.map(|line| line.ends_with(" 1.0")).collect::<Vec<_>>()
    };
    assert_eq!(standing(), [false; 0]);
    alarm("dropped");
    assert_eq!(standing(), [true]);
    alarm("transport");
    assert_eq!(standing(), [false, true]);
    metrics.note(Step::Alarm(None));
    assert_eq!(standing(), [false, false]);
}

async fn ask(address: SocketAddr, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let request = format!("GET {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it reads");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .await
        .expect("it answers");
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    (status.expect("a status"), answer)
}

#[tokio::test]
async fn the_window_tells_life_from_readiness_and_closes_when_told() {
    let pulses = Pulses::default();
    let readiness = Readiness::expecting(&["chain"]);
    let metrics = Metrics::new(NetUid(74));
    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let window = Window::open(anywhere, metrics, pulses.clone(), readiness.clone()).await;
    let window = window.expect("a free port");
    let address = window.address();
    let stop = CancellationToken::new();
    let serving = tokio::spawn(window.serve(stop.clone()));

    let rounds = RoundPulse::new(&pulses, readiness);
    assert_eq!(ask(address, "/healthz").await.0, 200);
    let (status, why) = ask(address, "/readyz").await;
    assert!(status == 503 && why.contains("chain"), "{why}");
    rounds.note(Step::Stage(Stage::Evaluate));
    assert_eq!(ask(address, "/readyz").await.0, 200);

    let stuck = pulses.pulse("stuck", Duration::ZERO);
    let (status, why) = ask(address, "/healthz").await;
    assert!(status == 503 && why.contains("stuck"), "{why}");
    drop(stuck);
    assert_eq!(ask(address, "/healthz").await.0, 200);
    let (status, text) = ask(address, "/metrics").await;
    assert!(status == 200 && text.contains("axonry_task_silent_seconds"));
    assert_eq!(ask(address, "/secrets").await.0, 404);

    stop.cancel();
    serving.await.expect("no panic");
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn idle_visitors_are_let_go_and_the_next_one_is_answered() {
    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let metrics = Metrics::new(NetUid(74));
    let window = Window::open(anywhere, metrics, Pulses::default(), Readiness::default()).await;
    let window = window.expect("a free port");
    let address = window.address();
    let stop = CancellationToken::new();
    let serving = tokio::spawn(window.serve(stop.clone()));
    let mut idle = Vec::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        let half = b"GET /metrics HTTP/1.1\r\nx-slow: ";
        stream.write_all(half).await.expect("it reads");
        idle.push(stream);
    }
    // All places are taken by those who never say what they want.
    assert_eq!(ask(address, "/healthz").await.0, 200);
    let mut closed = Vec::new();
    let first = idle.first_mut().expect("a hundred");
    first.read_to_end(&mut closed).await.expect("it was let go");
    stop.cancel();
    serving.await.expect("no panic");
}
