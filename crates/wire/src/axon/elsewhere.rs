use super::Failure;

/// From here on reading takes a millisecond.
const LARGE: usize = 256 << 10;

/// Works on so many bytes: at once, or where it holds up nobody else if they are many.
pub(super) async fn elsewhere<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    if bytes < LARGE {
        return work();
    }
    let working = tokio::task::spawn_blocking(work);
    working.await.unwrap_or(Err(Failure::PANICKED))
}
