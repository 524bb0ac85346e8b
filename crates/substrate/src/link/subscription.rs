use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tokio::sync::mpsc;

use super::activity::Busy;

/// What the node sends of its own accord, until the connection breaks or this is dropped.
///
/// The node is told when it is no longer listened to.
#[derive(Debug)]
pub(crate) struct Subscription<T> {
    source: Source,
    /// Keeps the connection from being idle, where somebody outside listens.
    _busy: Option<Busy>,
    items: PhantomData<fn() -> T>,
}

/// The end of a subscription that the connection feeds.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) notifications: mpsc::Receiver<Box<RawValue>>,
    pub(super) farewell: Option<Farewell>,
    pub(super) farewells: mpsc::UnboundedSender<Farewell>,
}

/// What the node is told when a subscription is no longer listened to.
#[derive(Clone, Debug)]
pub(super) struct Farewell {
    pub(super) unsubscribe: &'static str,
    /// As the node wrote it, quotes and all.
    pub(super) id: Box<str>,
}

impl<T: DeserializeOwned> Subscription<T> {
    pub(super) fn new(source: Source, busy: Option<Busy>) -> Self {
        Self {
            source,
            _busy: busy,
            items: PhantomData,
        }
    }

    /// The next item; `None` for good when the connection is gone, or when this reader fell so far
    /// behind that it was cut off.
    pub(crate) async fn next(&mut self) -> Option<Result<T, serde_json::Error>> {
        let next = self.source.notifications.recv().await?;
        Some(serde_json::from_str(next.get()))
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        if let Some(farewell) = self.farewell.take() {
            // With the connection gone there is nobody to tell.
            let _ = self.farewells.send(farewell);
        }
    }
}
