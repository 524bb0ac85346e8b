//! How long does it take to score a round, once every file is parsed, and to explain it?
//!
//! The claim: 256 miners with 20 pull requests and 4 issues each, over 6 repositories, take at most
//! 50 ms on one core, from rows to rewards. Traces are made from the factors that scores keep, when
//! somebody asks: a round that is not explained pays nothing for them, and explaining every number
//! of every miner costs less than a tenth of what parsing the same round does.
//!
//! The workload is made up and the same every time: token totals, ages, reviews, labels and linked
//! issues go by a linear congruential generator; of 20 pull requests 16 are merged, 2 open, 2
//! closed. `cargo bench -p axonry-scoring`.

mod workload;

use std::collections::BTreeMap;

use axonry_scoring::earned::score;
use axonry_scoring::emission::{Emission, MinerScores, allocate};
use axonry_scoring::issue_discovery::{Discovery, MinerIssues, assess, owners};
use axonry_scoring::pull_request::PullRequestState;
use axonry_scoring::standing::{MinerPullRequests, Standing, finalize};
use axonry_scoring::trace::Trace;
use divan::{Bencher, black_box};
use workload::{NOW, Workload};

fn main() {
    divan::main();
}

/// What a round knows in the end.
struct Round {
    miners: Vec<(u16, MinerPullRequests, Standing, Discovery)>,
    emission: Emission,
}

fn round(work: &Workload) -> Round {
    let registry = &work.registry;
    let issues: Vec<_> = work
        .miners
        .iter()
        .map(|miner| MinerIssues::new(miner.uid, miner.issues.clone(), [], registry))
        .collect();
    let owners = owners(&issues, registry);
    let mut scores = Vec::new();
    let mut miners = Vec::new();
    for (miner, issues) in work.miners.iter().zip(&issues) {
        let mut lists = MinerPullRequests::default();
        for (row, tokens) in &miner.pulls {
            let config = registry.get(&row.repository).expect("it is registered");
            let scored = score(row, Some(tokens), config, NOW);
            match row.state {
                PullRequestState::Merged => lists.merged.push(scored),
                PullRequestState::Open => lists.open.push(scored),
                PullRequestState::Closed => lists.closed.push(scored),
            }
        }
        let standing = finalize(&mut lists, registry);
        let discovery = assess(issues, &owners, &work.solvers, registry, NOW);
        let here = standing.repositories.iter();
        scores.push(MinerScores {
            uid: miner.uid,
            pull_requests: here
                .map(|(name, here)| (name.clone(), here.totals.total_score))
                .collect(),
            issues: discovery
                .earned()
                .map(|(name, earned)| (name.to_owned(), earned))
                .collect(),
        });
        miners.push((miner.uid, lists, standing, discovery));
    }
    Round {
        emission: allocate(&scores, registry, &work.uids, &BTreeMap::new()),
        miners,
    }
}

/// Every tree of every miner.
fn explained(round: &Round, work: &Workload) -> Vec<[Trace; 3]> {
    let miners = round.miners.iter();
    miners
        .map(|(uid, lists, standing, discovery)| {
            [
                round.emission.trace(*uid).expect("it is a uid"),
                standing.trace(lists, &work.registry),
                discovery.trace(&work.registry),
            ]
        })
        .collect()
}

/// From rows to rewards.
#[divan::bench(args = [64, 256])]
fn scored(bencher: Bencher<'_, '_>, miners: u16) {
    let work = Workload::new(miners);
    bencher.bench_local(|| round(black_box(&work)).emission.rewards);
}

/// From rows to rewards, and every number explained.
#[divan::bench(args = [64, 256])]
fn scored_and_explained(bencher: Bencher<'_, '_>, miners: u16) {
    let work = Workload::new(miners);
    bencher.bench_local(|| {
        let round = round(black_box(&work));
        explained(&round, &work)
    });
}

/// One explanation of one miner, computed again from its leaves.
#[divan::bench]
fn evaluated(bencher: Bencher<'_, '_>) {
    let work = Workload::new(256);
    let traces = explained(&round(&work), &work);
    let [_, pull_requests, _] = &traces[100];
    bencher.bench_local(|| black_box(pull_requests).evaluate());
}
