use std::sync::Arc;

use proptest::prelude::*;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// A refusal that says how long to wait.
fn wait(pause: Duration) -> RateLimit {
    RateLimit {
        retry_after: Some(pause),
        ..RateLimit::default()
    }
}

/// A refusal that only says "less".
fn less() -> RateLimit {
    RateLimit::default()
}

fn free() -> Arc<Limiter> {
    Arc::new(Limiter::new(None))
}

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

/// Sends so many requests, 16 at once, each answered after `latency` milliseconds and counted by
/// the server at any moment in between. Tells how long it took, and how often a window held more
/// than the quota.
async fn busy(quota: Quota, requests: u64, latency: u64) -> (Duration, usize) {
    let gate = Arc::new(Limiter::new(Some(quota)));
    let at_once = Arc::new(Semaphore::new(16));
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for n in 0..requests {
        let (gate, at_once) = (Arc::clone(&gate), Arc::clone(&at_once));
        tasks.spawn(async move {
            let _share = at_once.acquire().await.unwrap();
            let _place = gate.place(in_seconds(100_000)).await.unwrap();
            let there = (n * 37) % latency;
            sleep(Duration::from_millis(there)).await;
            let seen = Instant::now();
            sleep(Duration::from_millis(latency - there)).await;
            seen
        });
    }
    let mut seen = tasks.join_all().await;
    seen.sort();
    let places = quota.places();
    let over = |few: &&[Instant]| few[places] - few[0] <= quota.window();
    let violations = seen.windows(places + 1).filter(over).count();
    (start.elapsed(), violations)
}

/// 64 miners with 20 pull requests each are 1,228 requests: 24 full windows before the last 28.
#[tokio::test(start_paused = true)]
async fn a_whole_round_takes_three_per_cent_more_than_the_quota_makes_it_take() {
    let (took, violations) = busy(Quota::per(50, 10 * SECOND), 1228, 80).await;
    assert_eq!(violations, 0);
    assert!(took <= (240 * SECOND).mul_f64(1.03), "{took:?}");
}

/// What GitHub allows a token: 10,000 requests are 11 full minutes before the last 100.
#[tokio::test(start_paused = true)]
async fn nine_tenths_of_a_minutes_allowance_are_used_and_never_more_than_all() {
    let (took, violations) = busy(Quota::per(900, 60 * SECOND), 10_000, 200).await;
    assert_eq!(violations, 0);
    assert!(took <= (660 * SECOND).mul_f64(1.0 / 0.9), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_everyone_and_names_its_length() {
    let gate = gate(5);
    let place = gate.place(in_seconds(1)).await.unwrap();
    assert_eq!(place.turned_away(wait(30 * SECOND)), 30 * SECOND);
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
    let gate = free();
    let first = gate.place(in_seconds(1)).await.unwrap();
    let second = gate.place(in_seconds(1)).await.unwrap();
    assert_eq!(first.turned_away(less()), 2 * SECOND);
    sleep(SECOND).await;
    assert_eq!(second.turned_away(less()), SECOND, "the same incident");
    drop((first, second));
    for pause in [4, 8, 16, 32, 60, 60] {
        let next = gate.place(in_seconds(100)).await.unwrap();
        sleep(SECOND).await;
        assert_eq!(
            next.turned_away(less()),
            pause * SECOND,
            "a new incident each time"
        );
    }
    for _ in 0..CALM {
        gate.place(in_seconds(1000)).await.unwrap().accepted();
    }
    let next = gate.place(in_seconds(1000)).await.unwrap();
    assert_eq!(
        next.turned_away(less()),
        2 * SECOND,
        "good answers start the row anew"
    );
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_as_long_as_the_quota_or_the_service_makes_it() {
    let window = gate(5).place(in_seconds(1)).await.unwrap();
    assert_eq!(window.turned_away(less()), 10 * SECOND, "a whole window");

    let gate = free();
    let secondary = RateLimit {
        at_least: 60 * SECOND,
        ..RateLimit::default()
    };
    for pause in [60, 120, 240, 480, 960, 960] {
        let place = gate.place(in_seconds(10_000)).await.unwrap();
        assert_eq!(place.turned_away(secondary), pause * SECOND);
        sleep(SECOND).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_allowance_that_is_spent_is_waited_for() {
    let gate = free();
    gate.place(in_seconds(1)).await.unwrap().spent(30 * SECOND);
    let start = Instant::now();
    gate.place(in_seconds(60)).await.unwrap();
    assert_eq!(start.elapsed(), 30 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_goes_on_saying_less_is_asked_half_as_much_and_then_slowly_more() {
    let gate = free();
    for _ in 0..18 {
        gate.place(in_seconds(1)).await.unwrap().accepted();
    }
    for _ in 0..2 {
        let refused = gate.place(in_seconds(10)).await.unwrap();
        refused.turned_away(less());
        drop(refused);
        sleep(Duration::from_millis(1)).await;
    }

    let mut windows = Vec::new();
    for _ in 0..4 {
        // The pause, or the last window, is over.
        sleep(11 * SECOND).await;
        let mut sent = 0;
        while sent < 100
            && let Ok(place) = gate.place(in_seconds(0)).await
        {
            place.accepted();
            sent += 1;
        }
        windows.push(sent);
    }
    assert_eq!(
        windows,
        [15, 100, 100, 100],
        "half of 20, growing by a quarter in a window, and then as before"
    );
}

#[tokio::test(start_paused = true)]
async fn one_refusal_among_good_answers_slows_nobody_down() {
    let gate = gate(5);
    gate.place(in_seconds(1)).await.unwrap().turned_away(less());
    sleep(21 * SECOND).await;
    for _ in 0..5 {
        gate.place(in_seconds(0)).await.unwrap().accepted();
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_names_the_time_to_wait_is_asked_as_much_as_before() {
    let gate = gate(5);
    let place = gate.place(in_seconds(1)).await.unwrap();
    place.turned_away(wait(SECOND));
    drop(place);
    sleep(20 * SECOND).await;
    for _ in 0..5 {
        gate.place(in_seconds(0)).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_cannot_ask_for_forever() {
    let gate = free();
    let place = gate.place(in_seconds(1)).await.unwrap();
    assert_eq!(place.turned_away(wait(Duration::MAX)), LONGEST_GRANTED);
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
