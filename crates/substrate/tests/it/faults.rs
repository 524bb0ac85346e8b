//! What can go wrong with an endpoint, each case by the name it has in the fault matrix (CH1 to
//! CH14; CH19 stands beside the endpoints it is about).

mod answers;
mod endpoint;
mod line;
mod methods;

use std::time::Duration;

use axonry_chain::{Chain, ChainError};
use axonry_substrate::Substrate;
use tokio::time::timeout;

use crate::deadline::in_time;

/// Asks for the head; however that ends, it does within the deadline.
async fn head_in_time(chain: &Substrate, deadline: Duration) -> Result<(), ChainError> {
    in_time(deadline, chain.head()).await.map(drop)
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
