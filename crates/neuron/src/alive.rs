use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::interval;

use crate::{Progress, Step};

/// How often whoever is watching hears of a wait.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);

/// Waits for work that keeps deadlines of its own, and says from time to time that the task is not
/// stuck. Work that may hang must not be waited for in this way: nobody would ever notice.
pub(crate) async fn saying_so<F: Future>(progress: &dyn Progress, work: F) -> F::Output {
    let mut work = pin!(work);
    let mut ticks = interval(SIGN_OF_LIFE);
    loop {
        tokio::select! {
            done = &mut work => return done,
            _ = ticks.tick() => progress.note(Step::Alive),
        }
    }
}
