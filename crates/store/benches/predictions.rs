//! How long it takes to keep 240 full answers, and to have them back for scoring.
//!
//! Claim: 240 answers of 1,000 paths of 289 prices are saved within 5 s, as text (2.9 MB each) and
//! as 32-bit floats (1.156 MB each), and read within 2 s; ten days of scores are read within 2 s; and
//! memory holds a batch of answers and not all of them. A bench of its own, since it is the disk that
//! is asked.

#![expect(clippy::print_stdout, reason = "a bench tells what it measured")]

use std::time::{Duration, Instant};

use axonry_core::{Coldkey, Hotkey, Uid, UnixMillis};
use axonry_store::Location;
use axonry_store::predictions::{
    Answer, Miner, Prediction, Predictions, Request, RequestId, Score, Scores,
};
use rustix::time::{ClockId, clock_gettime};

const MINERS: u16 = 240;
const PATHS: u16 = 1_000;
const POINTS: u16 = 289;
/// Answers that are saved at a time, as they come in.
const AT_ONCE: usize = 8;
const DAY: u32 = 86_400;
/// Of scores, as upstream averages them.
const DAYS: u64 = 10;
const START: u64 = 1_770_114_000_000;

fn miners() -> Vec<Miner> {
    let miner = |uid: u16| {
        let mut key = [7; 32];
        key[..2].copy_from_slice(&uid.to_le_bytes());
        Miner {
            uid: Uid(uid),
            coldkey: Coldkey::from_bytes(key),
            hotkey: Hotkey::from_bytes(key),
        }
    };
    (0..MINERS).map(miner).collect()
}

/// Prices with eight digits, no two answers alike.
fn prices(uid: u16) -> impl Iterator<Item = Vec<f64>> {
    (0..PATHS).map(move |path| {
        let mut state = u64::from(uid) << 16 | u64::from(path) | 1 << 40;
        let mut price = 65_432.123;
        let walk = (0..POINTS).map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            price += f64::from(u32::try_from(state >> 40).expect("24 bits")) / 1.0e5 - 83.0;
            (price * 1e3_f64).round() / 1e3
        });
        walk.collect()
    })
}

fn json(uid: u16) -> Prediction {
    let mut text = String::from("[1770114000,300");
    // As a miner writes it who does not send spaces.
    for path in prices(uid) {
        let path: Vec<String> = path.iter().map(f64::to_string).collect();
        text.push_str(&format!(",[{}]", path.join(",")));
    }
    text.push(']');
    Prediction::Json(text)
}

fn f32(uid: u16) -> Prediction {
    #[expect(clippy::cast_possible_truncation, reason = "that is what is kept")]
    let bytes = prices(uid)
        .flatten()
        .flat_map(|price| (price as f32).to_le_bytes());
    Prediction::F32(bytes.collect())
}

fn request(hour: u64) -> Request {
    Request {
        start_time: UnixMillis(START + hour * 300_000),
        asset: ["BTC", "ETH", "XAU"][usize::try_from(hour % 3).expect("small")].to_owned(),
        time_increment: 300,
        time_length: DAY,
        num_simulations: u32::from(PATHS),
        request_time: UnixMillis(START),
    }
}

/// Wall time and this process's CPU time.
fn now() -> (Instant, Duration) {
    let cpu = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(cpu.tv_sec).expect("since the start");
    let nanos = u32::try_from(cpu.tv_nsec).expect("below a second");
    (Instant::now(), Duration::new(seconds, nanos))
}

fn tell(what: &str, since: (Instant, Duration)) {
    let (wall, cpu) = now();
    println!(
        "{what}: {:.2} s wall, {:.2} s CPU",
        (wall - since.0).as_secs_f64(),
        (cpu - since.1).as_secs_f64()
    );
}

/// The most memory this process ever had.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.unwrap_or("VmHWM: unknown").to_owned()
}

async fn keep(predictions: &Predictions, form: fn(u16) -> Prediction, hour: u64) -> RequestId {
    let asked = predictions.begin(&request(hour), &miners()).await;
    let asked = asked.expect("begun");
    let mut took = (Duration::ZERO, Duration::ZERO);
    let uids: Vec<u16> = (0..MINERS).collect();
    for uids in uids.chunks(AT_ONCE) {
        let answers: Vec<Answer> = uids
            .iter()
            .map(|uid| Answer {
                uid: Uid(*uid),
                process_time: Some(2.5),
                format_validation: "CORRECT".to_owned(),
                prediction: form(*uid),
            })
            .collect();
        let since = now();
        asked.save(&answers).await.expect("saved");
        let done = now();
        took.0 += done.0 - since.0;
        took.1 += done.1 - since.1;
    }
    asked.finish(UnixMillis(START)).await.expect("finished");
    println!(
        "  saved: {:.2} s wall, {:.2} s CPU of ours",
        took.0.as_secs_f64(),
        took.1.as_secs_f64()
    );
    asked.id()
}

async fn have_back(predictions: &Predictions, request: RequestId) {
    let since = now();
    let mut bytes = 0;
    for answer in predictions.answers(request).await.expect("answers") {
        match predictions.prediction(answer.id).await.expect("readable") {
            Prediction::Nothing => {}
            Prediction::Json(text) => bytes += text.len(),
            Prediction::F32(paths) => bytes += paths.len(),
        }
    }
    tell(&format!("  read {} MB", bytes / 1_000_000), since);
}

/// A day of a prompt every five minutes, scored.
async fn scores(predictions: &Predictions, days: u64) {
    let since = now();
    for prompt in 0..days * 288 {
        let asked = predictions.begin(&request(1_000 + prompt), &miners()).await;
        let asked = asked.expect("begun");
        let answers = (0..MINERS).map(|uid| Answer {
            uid: Uid(uid),
            process_time: None,
            format_validation: "CORRECT".to_owned(),
            prediction: Prediction::Nothing,
        });
        let answers: Vec<Answer> = answers.collect();
        asked.save(&answers).await.expect("saved");
        let answers = predictions.answers(asked.id()).await.expect("answers");
        let score = |answer: &axonry_store::predictions::StoredAnswer| Score {
            prediction: answer.id,
            prompt_score: 1.5,
            details: "{}".to_owned(),
        };
        let scores = Scores {
            scored_time: UnixMillis(request(1_000 + prompt).start_time.0 + 86_400_000),
            real_prices: vec![Some(1.0); usize::from(POINTS)],
            percentile90: Some(9.0),
            lowest_score: Some(1.0),
            scores: answers.iter().map(score).collect(),
        };
        predictions
            .save_scores(asked.id(), &scores)
            .await
            .expect("saved");
    }
    tell(&format!("  {days} days of scores written"), since);
    let since = now();
    let window = predictions
        .scores(DAY, UnixMillis(0))
        .await
        .expect("scores");
    tell(&format!("  {} scores read", window.rows.len()), since);
}

async fn measure(name: &str, location: Location) {
    let predictions = Predictions::create(location).await.expect("a new place");
    println!("{name}, 240 answers as 32-bit floats, {AT_ONCE} at a time");
    let request = keep(&predictions, f32, 0).await;
    have_back(&predictions, request).await;
    println!("{name}, 240 answers as text");
    let request = keep(&predictions, json, 1).await;
    have_back(&predictions, request).await;
    println!("{name}, scores; so far {}", peak());
    scores(&predictions, DAYS).await;
    println!("{name}, at the end {}", peak());
    predictions.close().await;
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    measure("file", folder.path().join("predictions.sqlite").into()).await;
    // A database of its own: what it writes stays there.
    if let Ok(url) = std::env::var("AXONRY_POSTGRES_BENCH_URL") {
        measure("postgres", url.parse().expect("a location")).await;
    }
}
