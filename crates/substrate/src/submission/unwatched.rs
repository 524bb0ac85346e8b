//! What becomes of an extrinsic when no node tells: it is looked for in the blocks.

use std::sync::Arc;

use axonry_chain::{
    BlockStream, ChainError, ExtrinsicStatus, SignedExtrinsic, StatusStream, SubmitError,
};
use axonry_core::BlockNumber;
use futures_util::{StreamExt, stream};

use super::{SUBMIT, submit_error};
use crate::blocks;
use crate::link::Question;
use crate::rpc::to_hex;
use crate::runtime::extrinsic_hash;
use crate::substrate::Inner;

/// Hands the bytes to a node that takes them but does not tell what becomes of them.
pub(super) async fn submit(
    inner: &Arc<Inner>,
    extrinsic: &SignedExtrinsic,
) -> Result<StatusStream, SubmitError> {
    let link = &inner.link;
    let question = Question::new(SUBMIT, format!("submission of {}", extrinsic.hash));
    let search = Search::new(Arc::clone(inner), extrinsic);
    let params = (to_hex(&extrinsic.bytes),);
    match link.ask_once(&question, params).await {
        Ok(()) => Ok(search.statuses()),
        Err(failure) => Err(submit_error(link, &question, failure)),
    }
}

/// A look into every finalized block for one extrinsic.
pub(super) struct Search {
    inner: Arc<Inner>,
    blocks: BlockStream,
    extrinsic: axonry_chain::ExtrinsicHash,
    valid_until: BlockNumber,
    told: bool,
    ended: bool,
}

impl Search {
    /// Begins after the newest finalized block heard of, which is as old as the extrinsic at most.
    pub(super) fn new(inner: Arc<Inner>, extrinsic: &SignedExtrinsic) -> Self {
        let blocks = blocks::follow_after(Arc::clone(&inner), inner.heads.known());
        Self {
            inner,
            blocks,
            extrinsic: extrinsic.hash,
            valid_until: extrinsic.valid_until,
            told: false,
            ended: false,
        }
    }

    /// That it is in a pool, and then where it was found; or that it is no longer valid, when no
    /// block up to its last has it.
    pub(super) fn statuses(self) -> StatusStream {
        let statuses = stream::unfold(self, |mut search| async {
            if search.ended {
                return None;
            }
            let next = search.next().await;
            search.ended = next.as_ref().map_or(true, |status| status.is_final());
            Some((next, search))
        });
        statuses.boxed()
    }

    async fn next(&mut self) -> Result<ExtrinsicStatus, ChainError> {
        if !self.told {
            self.told = true;
            return Ok(ExtrinsicStatus::Ready);
        }
        while let Some(block) = self.blocks.next().await {
            let block = block?;
            let body = self.inner.link.body(block.hash).await?;
            let mut hashes = body.extrinsics.iter().map(|bytes| extrinsic_hash(&bytes.0));
            if hashes.any(|hash| hash == self.extrinsic) {
                return Ok(ExtrinsicStatus::Finalized(block.hash));
            }
            if block.number >= self.valid_until {
                return Ok(ExtrinsicStatus::Invalid);
            }
        }
        Err(ChainError::Closed)
    }
}
