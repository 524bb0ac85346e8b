//! How long does it take to score a pull request?
//!
//! The claim: a large one (20 files of 500 lines, 80 000 leaves) takes at most 115 ms on one thread
//! and 60 ms on two, most of it inside the C parsers; a small one (3 files of 60 lines) at most
//! 2 ms, the first call of a fresh scorer included. Upstream takes about 210 ms and 4 ms, and a
//! second for its first call. A whole round of 64 miners with 20 pull requests each (4 files of 120
//! lines) takes at most 5 s on two threads, once the contents are there.
//!
//! The workload is made up and the same every time: see `workload`. `cargo bench -p axonry-syntax
//! --bench change`.

mod workload;

use std::num::NonZeroUsize;

use axonry_syntax::{Change, Scorer, Settings, Tables};
use divan::Bencher;
use divan::counter::BytesCount;

fn main() {
    divan::main();
}

fn scorer(threads: usize) -> Scorer {
    let settings = Settings {
        threads: NonZeroUsize::new(threads),
        ..Settings::default()
    };
    Scorer::with_settings(Tables::upstream(), settings).expect("the grammars fit the core")
}

fn score(bencher: Bencher<'_, '_>, files: &[workload::File], threads: usize) {
    let change: Vec<Change<'_>> = files.iter().map(workload::File::change).collect();
    let scorer = scorer(threads);
    bencher
        .counter(BytesCount::new(
            files.iter().map(workload::File::bytes).sum::<usize>(),
        ))
        .bench_local(|| scorer.score(&change).total_score);
}

/// 20 files of 500 lines, half of them Python and half Rust.
#[divan::bench(args = [1, 2])]
fn large(bencher: Bencher<'_, '_>, threads: usize) {
    score(bencher, &workload::files(20, 500), threads);
}

/// 3 files of 60 lines.
#[divan::bench(args = [1, 2])]
fn small(bencher: Bencher<'_, '_>, threads: usize) {
    score(bencher, &workload::files(3, 60), threads);
}

/// The first small change a scorer sees, with reading the tables, loading the grammars and
/// starting the threads.
#[divan::bench]
fn first(bencher: Bencher<'_, '_>) {
    let files = workload::files(3, 60);
    let change: Vec<Change<'_>> = files.iter().map(workload::File::change).collect();
    bencher.bench_local(|| scorer(2).score(&change).total_score);
}

/// 1,280 changes of 4 files of 120 lines, scored together as a round scores them.
#[divan::bench(args = [1, 2], sample_count = 3, sample_size = 1)]
fn round(bencher: Bencher<'_, '_>, threads: usize) {
    let files: Vec<_> = (0..1_280).map(|_| workload::files(4, 120)).collect();
    let changes: Vec<Vec<Change<'_>>> = files
        .iter()
        .map(|files| files.iter().map(workload::File::change).collect())
        .collect();
    let scorer = scorer(threads);
    bencher.bench_local(|| scorer.score_all(&changes).len());
}
