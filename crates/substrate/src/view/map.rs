//! The entries of a map, page by page.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use axonry_chain::ChainError;
use futures_util::{Stream, StreamExt, stream};
use scale_decode::DecodeAsType;

use super::{KEYS_AT_ONCE, View, left_out};
use crate::runtime::KeyParts;

/// The entries of a map; ends with its first error.
///
/// Keys are fetched 1,000 at a time, a page ahead of the values. Each page has the deadline of a
/// call, and no more than two are in memory.
pub struct Entries<K, T>(Pin<Box<dyn Stream<Item = Entry<K, T>> + Send>>);

type Entry<K, T> = Result<(K, T), ChainError>;

type Keys = Vec<Vec<u8>>;

/// Where the reading of a map stands.
struct Pages {
    view: View,
    pallet: String,
    item: String,
    prefix: Vec<u8>,
    /// The keys whose values come next; `None` before the first page.
    ahead: Option<Keys>,
    ended: bool,
}

impl<K: KeyParts + 'static, T: DecodeAsType + Send + 'static> Entries<K, T> {
    pub(super) fn new(view: &View, pallet: &str, item: &str, prefix: Vec<u8>) -> Self {
        let pages = Pages {
            view: view.clone(),
            pallet: pallet.to_owned(),
            item: item.to_owned(),
            prefix,
            ahead: None,
            ended: false,
        };
        let pages = stream::unfold(pages, |mut pages| async {
            if pages.ended {
                return None;
            }
            let page = pages.next().await;
            pages.ended |= page.is_err();
            Some((page, pages))
        });
        Self(Box::pin(pages.flat_map(|page| match page {
            Err(error) => stream::iter(vec![Err(error)]),
            Ok(page) => stream::iter(page),
        })))
    }
}

impl Pages {
    async fn next<K: KeyParts, T: DecodeAsType>(&mut self) -> Result<Vec<Entry<K, T>>, ChainError> {
        let view = self.view.clone();
        let link = &view.inner.link;
        let item = view.runtime.storage_item(&self.pallet, &self.item)?;
        let page = async {
            let keys = match self.ahead.take() {
                Some(keys) => keys,
                None => self.keys_after(None).await?,
            };
            let last = (keys.len() == KEYS_AT_ONCE).then(|| keys.last()).flatten();
            let more = async {
                match last {
                    Some(last) => self.keys_after(Some(last)).await,
                    None => Ok(Vec::new()),
                }
            };
            let values = async {
                match keys.is_empty() {
                    true => Ok(crate::runtime::Values::new()),
                    false => view.values(item.to_string(), &keys).await,
                }
            };
            let (more, values) = tokio::try_join!(more, values)?;
            Ok((keys, more, values))
        };
        let (keys, more, values) = link.within_one_deadline("a page of a map", page).await?;
        self.ended = more.is_empty();
        self.ahead = Some(more);
        let entries = keys.iter().map(|key| {
            let stored = values.get(key).ok_or_else(|| left_out(&item))?;
            // State does not change at a block: a key that is there has a value.
            let stored = stored.as_deref().ok_or_else(|| left_out(&item))?;
            Ok((item.decode_key(key)?, item.decode(stored)?))
        });
        Ok(entries.collect())
    }

    async fn keys_after(&self, last: Option<&Vec<u8>>) -> Result<Keys, ChainError> {
        let what = format!("the keys of {}.{}", self.pallet, self.item);
        let link = &self.view.inner.link;
        let last = last.map(Vec::as_slice);
        let keys = link
            .keys_paged(what, &self.prefix, KEYS_AT_ONCE, last, self.view.hash)
            .await?;
        // A node that goes round in circles must not be followed.
        let begins = last.unwrap_or_default();
        match keys
            .iter()
            .all(|key| key.starts_with(&self.prefix) && **key > *begins)
        {
            true => Ok(keys),
            false => Err(ChainError::Decode {
                item: format!("the keys of {}.{}", self.pallet, self.item),
                reason: "the node's answer has keys that were not asked for".to_owned(),
            }),
        }
    }
}

impl<K, T> Stream for Entries<K, T> {
    type Item = Entry<K, T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx)
    }
}

impl<K, T> fmt::Debug for Entries<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entries")
    }
}
