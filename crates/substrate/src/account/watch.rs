//! Statuses that pass by on their way to the caller.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axonry_chain::{ExtrinsicStatus, StatusStream};
use futures_util::StreamExt;

/// The same statuses; one that leaves a gap in the nonces is noted on the way.
pub(super) fn watched(statuses: StatusStream, gap: Arc<AtomicBool>) -> StatusStream {
    Box::pin(statuses.inspect(move |status| {
        if let Ok(
            ExtrinsicStatus::Future
            | ExtrinsicStatus::Dropped
            | ExtrinsicStatus::Invalid
            | ExtrinsicStatus::Usurped,
        ) = status
        {
            gap.store(true, Ordering::Relaxed);
        }
    }))
}
