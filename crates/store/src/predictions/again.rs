use std::time::Duration;

use tokio::time::sleep;
use tracing::warn;

use crate::StoreError;

/// The pauses between tries: five tries within four seconds.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// Does something once more while what stood in its way may pass. A full disk does not by waiting
/// for it, and is said at once.
///
/// What it takes is no async closure: futures of functions that make one are not seen to be `Send`.
pub(super) async fn again<T, F: Future<Output = Result<T, StoreError>>>(
    what: &'static str,
    mut attempt: impl FnMut() -> F,
) -> Result<T, StoreError> {
    for pause in PAUSES {
        match attempt().await {
            Err(error) if error.is_transient() && !error.pauses_history() => {
                warn!(%error, ?pause, what, "trying again");
                sleep(pause).await;
            }
            Err(error) if error.is_full() => return Err(StoreError::HistoryPaused { what }),
            done => return done,
        }
    }
    attempt().await
}
