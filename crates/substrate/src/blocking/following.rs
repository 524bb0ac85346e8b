use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use axonry_chain::ChainError;
use futures_util::{Stream, StreamExt};

use super::BlockingError;
use super::thread::Worker;

/// What comes one after the other: blocks, statuses, a map's entries. Each is waited for.
pub struct Following<T> {
    stream: Pin<Box<dyn Stream<Item = Result<T, ChainError>> + Send>>,
    worker: Arc<Worker>,
}

impl<T> Following<T> {
    pub(super) fn new(
        stream: impl Stream<Item = Result<T, ChainError>> + Send + 'static,
        worker: &Arc<Worker>,
    ) -> Self {
        Self {
            stream: Box::pin(stream),
            worker: Arc::clone(worker),
        }
    }
}

impl<T> Iterator for Following<T> {
    type Item = Result<T, BlockingError>;

    fn next(&mut self) -> Option<Self::Item> {
        let Self { stream, worker } = self;
        match worker.wait(stream.next()) {
            Ok(next) => next.map(|item| item.map_err(BlockingError::Chain)),
            Err(error) => Some(Err(error)),
        }
    }
}

impl<T> fmt::Debug for Following<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Following")
    }
}
