//! What stays in memory while rounds come and go.

use std::time::{Duration, Instant};

use crate::{Shown, subnet};

/// Rounds until memory has found its level.
const SETTLING: u64 = 30;
/// What it may rise by after that, in KiB: allocators keep a little of what comes and goes.
const SLACK: u64 = 24 * 1_024;

/// What this process has in memory, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix("VmRSS:"));
    let digits = line.expect("a size").trim().trim_end_matches(" kB");
    digits.parse().expect("a number")
}

/// Puts up a round and reads everything that is made of it.
async fn round(shown: &Shown, round: u64) {
    let standings = subnet::standings(round, 48);
    shown.board.publish(standings).expect("well formed");
    for path in [
        "/",
        "/?sort=score",
        "/?show=earning",
        "/?q=ada",
        "/api/v1/standings",
    ] {
        assert_eq!(shown.client().get(path).await.status, 200);
    }
    for uid in [1, 22, 45] {
        let page = shown.client().get(&format!("/miners/{uid}")).await;
        assert_eq!(page.status, 200);
    }
}

/// Runs rounds as long as `go` says, and says how much more memory there is in the end than when it
/// had settled.
async fn growth(go: impl Fn(u64) -> bool) -> (u64, u64) {
    let shown = Shown::of(64).await;
    // One that never reads, through all rounds.
    let _deaf = shown.client().open().await;
    let (mut number, mut settled) = (0, 0);
    while go(number) {
        number += 1;
        // A history as long as it gets from the first round on.
        round(&shown, number + 1_000).await;
        if number == SETTLING {
            settled = resident();
        }
    }
    (number, resident().saturating_sub(settled))
}

#[tokio::test]
async fn memory_stays_flat_over_rounds() {
    let (rounds, grown) = growth(|number| number < 90).await;
    assert!(grown < SLACK, "{grown} KiB more after {rounds} rounds");
}

#[tokio::test]
#[ignore = "takes ten minutes"]
async fn memory_stays_flat_over_ten_minutes_of_rounds() {
    let until = Instant::now() + Duration::from_secs(600);
    let (rounds, grown) = growth(|_| Instant::now() < until).await;
    println!("{rounds} rounds, {grown} KiB more than after the first {SETTLING}");
    assert!(grown < SLACK, "{grown} KiB more after {rounds} rounds");
}
