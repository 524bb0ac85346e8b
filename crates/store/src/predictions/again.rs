use std::io;
use std::time::Duration;

use tokio::time::{sleep, timeout};
use tracing::warn;

use crate::StoreError;

/// The pauses between tries: five tries within four seconds.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// How long a try may take, or a read: some hundred times what the longest of them does.
const PATIENCE: Duration = Duration::from_secs(60);

/// Does something once more while what stood in its way may pass. A full disk does not by waiting
/// for it, and is said at once.
///
/// What it takes is no async closure: futures of functions that make one are not seen to be `Send`.
pub(super) async fn again<T, F: Future<Output = Result<T, StoreError>>>(
    what: &'static str,
    mut attempt: impl FnMut() -> F,
) -> Result<T, StoreError> {
    let mut pauses = PAUSES.into_iter();
    loop {
        let error = match in_time(what, attempt()).await {
            Err(error) if error.is_full() => return Err(StoreError::HistoryPaused { what }),
            Err(error) if error.is_transient() && !error.pauses_history() => error,
            done => return done,
        };
        let Some(pause) = pauses.next() else {
            return Err(error);
        };
        warn!(%error, ?pause, what, "trying again");
        sleep(pause).await;
    }
}

/// What a database says that has not gone silent.
pub(super) async fn in_time<T>(
    what: &'static str,
    done: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    timeout(PATIENCE, done).await.unwrap_or_else(|_| {
        let silence = format!("no answer for {} s", PATIENCE.as_secs());
        let source = sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, silence));
        Err(StoreError::Statement { what, source })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_database_that_says_nothing_is_asked_five_times_and_not_for_ever() {
        let mut asked = 0;
        let answer = again("ask", || {
            asked += 1;
            std::future::pending::<Result<(), _>>()
        });
        let error = answer.await.expect_err("silence");
        assert!(error.is_transient(), "{error}");
        assert_eq!(asked, 5);
    }

    #[tokio::test(start_paused = true)]
    async fn what_will_not_pass_is_said_at_once() {
        let mut asked = 0;
        let answer = again("ask", || {
            asked += 1;
            let source = sqlx::Error::RowNotFound;
            std::future::ready(Err::<(), _>(StoreError::Statement {
                what: "ask",
                source,
            }))
        });
        answer.await.expect_err("no row");
        assert_eq!(asked, 1);
    }
}
