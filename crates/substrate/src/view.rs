//! Any substrate chain at one block.

mod map;

use std::sync::Arc;

use axonry_chain::{ChainError, Mortality, SignedExtrinsic};
use axonry_core::{BlockHash, BlockNumber, Signer};
use futures_util::future::try_join_all;
use scale_decode::DecodeAsType;
use scale_encode::EncodeAsFields;

use crate::runtime::{Event, KeyParts, Parts, Runtime, Values};
use crate::substrate::{Inner, Substrate};

pub use map::Entries;

/// Keys asked for in one request.
const KEYS_AT_ONCE: usize = 1_000;

/// Which block to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The block of this hash.
    Hash(BlockHash),
    /// The block of this height.
    Number(BlockNumber),
    /// The newest finalized block.
    Head,
}

impl From<BlockHash> for At {
    fn from(hash: BlockHash) -> Self {
        Self::Hash(hash)
    }
}

impl From<BlockNumber> for At {
    fn from(number: BlockNumber) -> Self {
        Self::Number(number)
    }
}

/// Any substrate chain at one block, read with the runtime of that block.
///
/// Names are looked up in the runtime's metadata and values take any type that is `DecodeAsType`,
/// or [`Value`](crate::dynamic::Value) where the type is not known beforehand. Clones are cheap;
/// all of them ask on the connection of the [`Substrate`] they come from, at the same block.
#[derive(Clone, Debug)]
pub struct View {
    inner: Arc<Inner>,
    runtime: Arc<Runtime>,
    hash: BlockHash,
}

/// Reads with the view's runtime and, should the answer not be of its shape, once more with the one
/// that the node, asked about this very block, says it is.
macro_rules! read {
    ($view:expr, $what:literal, |$runtime:ident| $read:expr) => {{
        let inner = &$view.inner;
        let read = async {
            let $runtime = Arc::clone(&$view.runtime);
            let outcome = $read.await;
            match inner.other_runtime($view.hash, &$runtime, &outcome).await {
                None => outcome,
                Some($runtime) => $read.await,
            }
        };
        inner.link.within_one_deadline($what, read).await
    }};
}

impl Substrate {
    /// Looks at one block: a hash costs at most one request, a number one more, the head two.
    ///
    /// # Errors
    /// [`ChainError::NoBlock`] for a height the chain has not, [`ChainError::NoState`] for a block
    /// that the node does not know or no longer keeps.
    pub async fn at(&self, at: impl Into<At>) -> Result<View, ChainError> {
        let at = at.into();
        let Inner { link, runtimes, .. } = &*self.inner;
        let opening = async {
            let hash = match at {
                At::Hash(hash) => hash,
                At::Number(number) => link.hash_of(number).await?,
                At::Head => self.newest().await?.hash,
            };
            let runtime = runtimes.at(link, hash).await?;
            Ok(View {
                inner: Arc::clone(&self.inner),
                runtime,
                hash,
            })
        };
        link.within_one_deadline("a block to look at", opening)
            .await
    }

    /// Encodes and signs a call of any pallet for the runtime in force at the mortality's birth
    /// block; to be submitted as any other.
    ///
    /// Arguments as in [`Runtime::encode_call`](crate::offline::Runtime::encode_call).
    ///
    /// # Errors
    /// As [`Chain::sign`](axonry_chain::Chain::sign).
    pub async fn sign_call(
        &self,
        (pallet, call): (&str, &str),
        arguments: &(impl EncodeAsFields + Sync),
        signer: &dyn Signer,
        nonce: u64,
        mortality: Mortality,
    ) -> Result<SignedExtrinsic, ChainError> {
        let Inner { link, runtimes, .. } = &*self.inner;
        let runtime = runtimes.certainly_at(link, mortality.birth.hash);
        let runtime = link
            .within_one_deadline("the runtime to sign for", runtime)
            .await?;
        runtime
            .sign_call((pallet, call), arguments, signer, nonce, mortality)
            .await
    }
}

impl View {
    /// The block.
    pub const fn hash(&self) -> BlockHash {
        self.hash
    }

    /// The runtime that values of this block are read with.
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// A constant, in no request at all.
    ///
    /// # Errors
    /// As [`Runtime::constant`](crate::offline::Runtime::constant).
    pub fn constant<T: DecodeAsType>(&self, pallet: &str, name: &str) -> Result<T, ChainError> {
        self.runtime.constant(pallet, name)
    }

    /// A stored value; where nothing is stored, the default that the runtime takes in its place, or
    /// `None` if it has none.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when the runtime has no such item, [`ChainError::Decode`] when
    /// it is of another type.
    pub async fn storage<T: DecodeAsType>(
        &self,
        pallet: &str,
        item: &str,
        key: impl Parts,
    ) -> Result<Option<T>, ChainError> {
        read!(self, "a stored value", |runtime| async {
            let item = runtime.storage_item(pallet, item)?;
            let bytes = self.bytes(item.to_string(), &item.key(&key)?).await?;
            item.decode_or_default(bytes.as_deref())
        })
    }

    /// A stored value, or `None` where nothing is stored, whatever the runtime's default.
    ///
    /// # Errors
    /// As [`Self::storage`].
    pub async fn stored<T: DecodeAsType>(
        &self,
        pallet: &str,
        item: &str,
        key: impl Parts,
    ) -> Result<Option<T>, ChainError> {
        read!(self, "a stored value", |runtime| async {
            let item = runtime.storage_item(pallet, item)?;
            let bytes = self.bytes(item.to_string(), &item.key(&key)?).await?;
            bytes.map(|bytes| item.decode(&bytes)).transpose()
        })
    }

    async fn bytes(&self, what: String, key: &[u8]) -> Result<Option<Vec<u8>>, ChainError> {
        self.inner.link.stored(what, key, self.hash).await
    }

    /// Many values of one item, in the order of their keys and each as [`Self::storage`] gives it;
    /// 1,000 in one request, and all requests at once.
    ///
    /// # Errors
    /// As [`Self::storage`], and [`ChainError::Decode`] when the node's answer leaves a key out.
    pub async fn storage_many<T: DecodeAsType>(
        &self,
        pallet: &str,
        item: &str,
        keys: &[impl Parts],
    ) -> Result<Vec<Option<T>>, ChainError> {
        read!(self, "stored values", |runtime| async {
            let item = runtime.storage_item(pallet, item)?;
            let keys = keys.iter().map(|parts| item.key(parts));
            let keys = keys.collect::<Result<Vec<_>, _>>()?;
            let values = self.values(item.to_string(), &keys).await?;
            let values = keys.iter().map(|key| match values.get(key) {
                Some(stored) => item.decode_or_default(stored.as_deref()),
                None => Err(left_out(&item)),
            });
            values.collect()
        })
    }

    /// What is stored at full keys, of whatever items; 1,000 in one request.
    ///
    /// # Errors
    /// Those of the connection, and [`ChainError::NoState`].
    pub async fn raw(&self, keys: &[Vec<u8>]) -> Result<Values, ChainError> {
        let values = self.values("stored values".to_owned(), keys);
        let link = &self.inner.link;
        link.within_one_deadline("stored values", values).await
    }

    async fn values(&self, what: String, keys: &[Vec<u8>]) -> Result<Values, ChainError> {
        let link = &self.inner.link;
        let chunks = keys.chunks(KEYS_AT_ONCE);
        let asked = chunks.map(|keys| link.stored_at_all(what.clone(), keys, self.hash));
        Ok(try_join_all(asked).await?.into_iter().flatten().collect())
    }

    /// The entries of a map, or those of them whose keys begin with some parts; in the order of the
    /// trie, which is that of the hashes of the keys.
    ///
    /// Keys are read as `K`, a tuple with one element for each part of the key.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when the runtime has no such item; all else comes from the
    /// stream.
    pub fn map<K: KeyParts + 'static, T: DecodeAsType + Send + 'static>(
        &self,
        pallet: &str,
        item: &str,
        first: impl Parts,
    ) -> Result<Entries<K, T>, ChainError> {
        let prefix = self.runtime.storage_item(pallet, item)?.prefix(first)?;
        Ok(Entries::new(self, pallet, item, prefix))
    }

    /// Has the runtime itself answer.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when the runtime has no such method, [`ChainError::Decode`] when
    /// the answer is of another type.
    pub async fn runtime_call<T: DecodeAsType>(
        &self,
        api: &str,
        method: &str,
        arguments: impl Parts,
    ) -> Result<T, ChainError> {
        read!(self, "a runtime call", |runtime| async {
            let (function, bytes) = runtime.encode_runtime_call(api, method, &arguments)?;
            let link = &self.inner.link;
            let answer = link
                .state_call(function.clone(), &function, &bytes, self.hash)
                .await?;
            runtime.decode_runtime_call(api, method, &answer)
        })
    }

    /// What happened in the block, in order.
    ///
    /// A block that puts another runtime in force still tells what happened in it in the words of
    /// the one before; its events are read with that one.
    ///
    /// # Errors
    /// [`ChainError::Decode`] when they cannot be read.
    pub async fn events(&self) -> Result<Vec<Event>, ChainError> {
        let Inner { link, runtimes, .. } = &*self.inner;
        let events = async {
            let key = self.runtime.storage_item("System", "Events")?.key(())?;
            let stored = self.bytes(format!("the events of {}", self.hash), &key);
            let (header, stored) = tokio::try_join!(link.header(self.hash), stored)?;
            let stored = stored.unwrap_or_default();
            if header.changes_runtime() {
                let wrote = runtimes.at(link, header.parent()).await?;
                return wrote.events(stored);
            }
            let outcome = self.runtime.events(stored.clone());
            let other = self.inner.other_runtime(self.hash, &self.runtime, &outcome);
            match other.await {
                None => outcome,
                Some(other) => other.events(stored),
            }
        };
        link.within_one_deadline("the events of a block", events)
            .await
    }
}

fn left_out(item: &impl std::fmt::Display) -> ChainError {
    // A node that leaves a key out has not said that nothing is stored there.
    ChainError::Decode {
        item: item.to_string(),
        reason: "the node's answer leaves it out".to_owned(),
    }
}
