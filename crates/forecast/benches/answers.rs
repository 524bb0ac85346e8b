//! What does a full answer cost from its last byte to its score?
//!
//! The claims: reading and validating 1,000 paths of 289 prices, 2.9 MB of JSON, takes at most 4 ms
//! of a core, whatever their writer does about spaces; what a hostile writer does is bounded (prices
//! with exponents, in texts, of 17 digits that are short once they are floats). Judging 240 such
//! answers against what happened takes at most 0.3 s on two cores.
//!
//! `cargo bench -p axonry-forecast --bench answers`.

use std::fmt::Write as _;
use std::num::NonZeroUsize;

use axonry_forecast::{Competition, Mode, Paths, Prompt, read_answer, round8, score_all};
use axonry_scoring::crps::Judge;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

#[derive(Clone, Copy, Debug)]
enum Spelling {
    Compact,
    Spaced,
    Whole,
    Exponents,
    Texts,
    LongButShort,
    TooLong,
}

fn prompt() -> Prompt {
    let low = Competition::low();
    let start_time = "2026-02-03T10:25:00Z".parse().expect("a moment");
    Prompt::new(&low, low.assets[0].clone(), start_time)
}

/// A walk that is the same every time, to eight digits.
fn walk(seed: u64, points: usize) -> Vec<f64> {
    let (mut state, mut price) = (seed, 97_000.0);
    let point = |_| {
        let mut draw = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            f64::from(u32::try_from(state >> 32).expect("32 bits")) / f64::from(u32::MAX)
        };
        let normal = (0..12).map(|_| draw()).sum::<f64>() - 6.0;
        price *= 1.0 + 0.001 * normal;
        round8(price)
    };
    (0..points).map(point).collect()
}

fn body(prompt: &Prompt, spelling: Spelling) -> String {
    let (colon, comma) = match spelling {
        Spelling::Spaced => (": ", ", "),
        _ => (":", ","),
    };
    let mut body = format!("{{\"simulation_input\"{colon}{{}}{comma}\"simulation_output\"{colon}[");
    let _ = write!(
        body,
        "{}{comma}{}",
        prompt.start_unix(),
        prompt.time_increment
    );
    for path in 0..prompt.paths() {
        let mut separator = [comma, "["].concat();
        for price in walk(path as u64, prompt.points()) {
            body.push_str(&separator);
            comma.clone_into(&mut separator);
            let _ = match spelling {
                Spelling::Compact | Spelling::Spaced => write!(body, "{price}"),
                Spelling::Whole => write!(body, "{price:.0}"),
                Spelling::Exponents => write!(body, "{price:e}"),
                Spelling::Texts => write!(body, "\"{price}\""),
                Spelling::LongButShort => write!(body, "{price:.3}00000000000001"),
                Spelling::TooLong => write!(body, "{}", price * 1.000_000_01),
            };
        }
        body.push(']');
    }
    body.push_str("]}");
    body
}

#[divan::bench(args = [
    Spelling::Compact, Spelling::Spaced, Spelling::Whole, Spelling::Exponents, Spelling::Texts,
    Spelling::LongButShort, Spelling::TooLong,
])]
fn read_one(bencher: Bencher<'_, '_>, spelling: Spelling) {
    let prompt = prompt();
    let body = body(&prompt, spelling);
    let answer = read_answer(body.as_bytes(), &prompt, Mode::Parity);
    let correct = !matches!(spelling, Spelling::TooLong);
    assert_eq!(
        answer.validation.is_correct(),
        correct,
        "{}",
        answer.validation
    );
    bencher
        .counter(divan::counter::BytesCount::of_str(&body))
        .bench_local(|| read_answer(black_box(body.as_bytes()), &prompt, Mode::Parity));
}

#[divan::bench(sample_count = 10)]
fn judge_240_on_two_threads(bencher: Bencher<'_, '_>) {
    let (low, prompt) = (Competition::low(), prompt());
    let answer = |miner: u64| {
        let paths = 0..prompt.num_simulations;
        let paths = paths.flat_map(|path| walk(miner << 32 | u64::from(path), prompt.points()));
        Paths::new(paths.collect::<Vec<_>>(), prompt.points()).expect("whole paths")
    };
    let answers: Vec<Paths> = (0..240).map(answer).collect();
    let real = walk(u64::MAX, prompt.points());
    let judge = Judge::new(&real, prompt.time_increment.get(), &low.intervals).expect("upstream's");
    let threads = NonZeroUsize::new(2).expect("two");
    bencher.bench_local(|| score_all(&judge, black_box(&answers), threads));
}
