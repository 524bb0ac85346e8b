//! Whether a call keeps its time, on a machine that may be busy with other things.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// What a call may take beyond its deadline.
const GRACE: Duration = Duration::from_millis(250);

/// Waits for a call that must end by its deadline.
///
/// The same task has a timer of the same length: what the machine is late with it is late with
/// for both, and only what the call is late by itself counts.
pub(crate) async fn in_time<T>(deadline: Duration, call: impl Future<Output = T>) -> T {
    let mut call = std::pin::pin!(call);
    tokio::select! {
        biased;
        outcome = call.as_mut() => return outcome,
        () = sleep(deadline) => {}
    }
    let due = Instant::now();
    let outcome = call.await;
    let late = due.elapsed();
    assert!(late < GRACE, "{late:?} after its deadline of {deadline:?}");
    outcome
}
