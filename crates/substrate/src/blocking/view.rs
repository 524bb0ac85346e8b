use std::sync::Arc;

use axonry_core::BlockHash;
use scale_decode::DecodeAsType;

use super::thread::Worker;
use super::{BlockingError, Following};
use crate::At;
use crate::offline::{Event, KeyParts, Parts, Runtime, Values};

/// Any substrate chain at one block: the async [`View`](crate::View), waited for.
#[derive(Clone, Debug)]
pub struct View {
    view: crate::View,
    worker: Arc<Worker>,
}

impl super::Substrate {
    /// Looks at one block.
    ///
    /// # Errors
    /// As the async [`at`](crate::Substrate::at).
    pub fn at(&self, at: impl Into<At>) -> Result<View, BlockingError> {
        let view = self.wait(self.client.at(at))?;
        let worker = Arc::clone(&self.worker);
        Ok(View { view, worker })
    }
}

impl View {
    /// The block.
    pub const fn hash(&self) -> BlockHash {
        self.view.hash()
    }

    /// The runtime that values of this block are read with.
    pub fn runtime(&self) -> &Runtime {
        self.view.runtime()
    }

    /// A constant.
    ///
    /// # Errors
    /// As the async [`constant`](crate::View::constant).
    pub fn constant<T: DecodeAsType>(&self, pallet: &str, name: &str) -> Result<T, BlockingError> {
        Ok(self.view.constant(pallet, name)?)
    }

    /// A stored value, or the runtime's default.
    ///
    /// # Errors
    /// As the async [`storage`](crate::View::storage).
    pub fn storage<T: DecodeAsType>(
        &self,
        pallet: &str,
        item: &str,
        key: impl Parts,
    ) -> Result<Option<T>, BlockingError> {
        Ok(self.worker.wait(self.view.storage(pallet, item, key))??)
    }

    /// A stored value, or `None` where nothing is stored.
    ///
    /// # Errors
    /// As the async [`stored`](crate::View::stored).
    pub fn stored<T: DecodeAsType>(
        &self,
        pallet: &str,
        item: &str,
        key: impl Parts,
    ) -> Result<Option<T>, BlockingError> {
        Ok(self.worker.wait(self.view.stored(pallet, item, key))??)
    }

    /// Many values of one item, in the order of their keys.
    ///
    /// # Errors
    /// As the async [`storage_many`](crate::View::storage_many).
    pub fn storage_many<T: DecodeAsType>(
        &self,
        pallet: &str,
        item: &str,
        keys: &[impl Parts],
    ) -> Result<Vec<Option<T>>, BlockingError> {
        let values = self.view.storage_many(pallet, item, keys);
        Ok(self.worker.wait(values)??)
    }

    /// What is stored at full keys.
    ///
    /// # Errors
    /// As the async [`raw`](crate::View::raw).
    pub fn raw(&self, keys: &[Vec<u8>]) -> Result<Values, BlockingError> {
        Ok(self.worker.wait(self.view.raw(keys))??)
    }

    /// The entries of a map, page by page.
    ///
    /// # Errors
    /// As the async [`map`](crate::View::map).
    pub fn map<K: KeyParts + 'static, T: DecodeAsType + Send + 'static>(
        &self,
        pallet: &str,
        item: &str,
        first: impl Parts,
    ) -> Result<Following<(K, T)>, BlockingError> {
        let entries = self.view.map(pallet, item, first)?;
        Ok(Following::new(entries, &self.worker))
    }

    /// Has the runtime itself answer.
    ///
    /// # Errors
    /// As the async [`runtime_call`](crate::View::runtime_call).
    pub fn runtime_call<T: DecodeAsType>(
        &self,
        api: &str,
        method: &str,
        arguments: impl Parts,
    ) -> Result<T, BlockingError> {
        let answer = self.view.runtime_call(api, method, arguments);
        Ok(self.worker.wait(answer)??)
    }

    /// What happened in the block, in order.
    ///
    /// # Errors
    /// As the async [`events`](crate::View::events).
    pub fn events(&self) -> Result<Vec<Event>, BlockingError> {
        Ok(self.worker.wait(self.view.events())??)
    }
}
