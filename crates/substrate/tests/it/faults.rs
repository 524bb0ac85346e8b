//! What can go wrong with an endpoint, each case by the name it has in the fault matrix (CH1 to
//! CH14; CH19 stands beside the endpoints it is about).

mod answers;
mod endpoint;
mod line;
mod methods;

use std::time::Duration;

use axonry_chain::{Chain, ChainError};
use axonry_substrate::Substrate;
use tokio::time::{Instant, timeout};

/// What a call may take beyond its deadline, with time for a machine that is busy.
const GRACE: Duration = Duration::from_secs(1);

/// Asks for the head; however that ends, it does within the deadline.
async fn in_time(chain: &Substrate, deadline: Duration) -> Result<(), ChainError> {
    let started = Instant::now();
    let outcome = chain.head().await.map(drop);
    let taken = started.elapsed();
    assert!(taken < deadline + GRACE, "{taken:?} for {outcome:?}");
    outcome
}

/// Waits for a state that must come.
async fn until(what: &str, holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let in_time = timeout(Duration::from_secs(20), waiting).await;
    in_time.unwrap_or_else(|_| panic!("{what} did not come"));
}
