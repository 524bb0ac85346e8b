use std::sync::Arc;

use proptest::prelude::*;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn gate(requests: u32) -> Arc<Limiter> {
    Arc::new(Limiter::new(Some(Quota::per(requests, 10 * SECOND))))
}

fn in_seconds(seconds: u32) -> Instant {
    Instant::now() + seconds * SECOND
}

/// Sends a request that starts after `.0`, takes `.1` to reach the server and `.2` to return
/// (all in milliseconds), and tells when the server saw it.
async fn arrivals(limit: u32, requests: Vec<(u64, u64, u64)>) -> Vec<Instant> {
    let gate = gate(limit);
    let mut tasks = JoinSet::new();
    for (start, there, back) in requests {
        let gate = Arc::clone(&gate);
        tasks.spawn(async move {
            sleep(Duration::from_millis(start)).await;
            let _place = gate.place(in_seconds(100_000)).await.unwrap();
            sleep(Duration::from_millis(there)).await;
            let seen = Instant::now();
            sleep(Duration::from_millis(back)).await;
            seen
        });
    }
    let mut seen = tasks.join_all().await;
    seen.sort();
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_window_on_the_servers_clock_holds_more_than_the_quota(
        limit in 1_u32..8,
        requests in proptest::collection::vec((0_u64..30_000, 0_u64..3_000, 0_u64..3_000), 1..60),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let count = requests.len();
        let seen = runtime.block_on(arrivals(limit, requests));
        prop_assert_eq!(seen.len(), count);
        for (i, &first) in seen.iter().enumerate() {
            let within = seen[i..].iter().filter(|&&at| at - first <= 10 * SECOND).count();
            prop_assert!(within <= limit as usize, "{within} within 10 s of {first:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_quota_is_used_to_the_full() {
    let start = Instant::now();
    let seen = arrivals(50, vec![(0, 40, 40); 250]).await;
    let took = *seen.last().unwrap() - start;
    assert!(
        took < 41 * SECOND,
        "four windows and their latency: {took:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_everyone_and_names_its_length() {
    let gate = gate(5);
    let place = gate.place(in_seconds(1)).await.unwrap();
    assert_eq!(place.turned_away(Some(30 * SECOND)), 30 * SECOND);
    assert_eq!(
        gate.place(in_seconds(29)).await.unwrap_err(),
        Held::Paused(30 * SECOND),
        "whoever cannot wait that long is told at once"
    );
    let start = Instant::now();
    gate.place(in_seconds(60)).await.unwrap();
    assert_eq!(start.elapsed(), 30 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn requests_turned_away_together_count_once() {
    let gate = Limiter::new(None);
    let first = gate.place(in_seconds(1)).await.unwrap();
    let second = gate.place(in_seconds(1)).await.unwrap();
    assert_eq!(first.turned_away(None), 10 * SECOND);
    sleep(SECOND).await;
    assert_eq!(second.turned_away(None), 9 * SECOND, "the same incident");
    drop((first, second));
    for pause in [20, 40, 60, 60] {
        let next = gate.place(in_seconds(100)).await.unwrap();
        sleep(SECOND).await;
        assert_eq!(
            next.turned_away(None),
            pause * SECOND,
            "a new incident each time"
        );
    }
    let good = gate.place(in_seconds(100)).await.unwrap();
    good.accepted();
    assert_eq!(
        good.turned_away(None),
        10 * SECOND,
        "a good answer starts the row anew"
    );
}

#[tokio::test(start_paused = true)]
async fn a_host_that_only_says_less_is_asked_half_as_much_and_then_slowly_more() {
    let gate = Limiter::new(None);
    for _ in 0..19 {
        gate.place(in_seconds(1)).await.unwrap().accepted();
    }
    let refused = gate.place(in_seconds(1)).await.unwrap();
    refused.turned_away(None);
    drop(refused);

    let mut windows = Vec::new();
    for _ in 0..4 {
        // The pause, or the last window, is over.
        sleep(11 * SECOND).await;
        let mut sent = 0;
        while let Ok(place) = gate.place(in_seconds(0)).await {
            place.accepted();
            sent += 1;
        }
        windows.push(sent);
    }
    assert_eq!(
        windows,
        [15, 21, 26, 32],
        "half of 20, and a quarter more each time"
    );
}

#[tokio::test(start_paused = true)]
async fn a_host_that_names_the_time_to_wait_is_asked_as_much_as_before() {
    let gate = gate(5);
    let place = gate.place(in_seconds(1)).await.unwrap();
    place.turned_away(Some(SECOND));
    drop(place);
    sleep(20 * SECOND).await;
    for _ in 0..5 {
        gate.place(in_seconds(0)).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_cannot_ask_for_forever() {
    let gate = Limiter::new(None);
    let place = gate.place(in_seconds(1)).await.unwrap();
    assert_eq!(place.turned_away(Some(Duration::MAX)), LONGEST_GRANTED);
}

#[tokio::test(start_paused = true)]
async fn one_that_gives_up_leaves_its_turn_to_the_next() {
    let gate = gate(1);
    let first = gate.place(in_seconds(1)).await.unwrap();
    assert_eq!(gate.place(in_seconds(5)).await.unwrap_err(), Held::TooLate);
    drop(first);
    let start = Instant::now();
    gate.place(in_seconds(20)).await.unwrap();
    assert!(start.elapsed() >= 10 * SECOND);
}
