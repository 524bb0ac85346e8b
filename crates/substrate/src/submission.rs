//! From signed bytes to what the node says of them.

use std::sync::Arc;

use axonry_chain::{
    ChainError, ExtrinsicStatus, PoolRejection, SignedExtrinsic, StatusStream, SubmitError,
};
use axonry_core::BlockHash;
use futures_util::stream;
use serde::Deserialize;
use subxt::ext::jsonrpsee::core::client::Subscription;
use subxt::ext::jsonrpsee::rpc_params;
use subxt::ext::jsonrpsee::types::ErrorObjectOwned;
use tokio::time::timeout;

use crate::link::{Failure, Link, Question, Repeat, data_of};
use crate::rpc::to_hex;

const SUBMIT: &str = "author_submitAndWatchExtrinsic";
const UNWATCH: &str = "author_unwatchExtrinsic";

/// The node's word, as `sc_transaction_pool_api::TransactionStatus` is written.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Status {
    Future,
    Ready,
    Broadcast(serde::de::IgnoredAny),
    InBlock(BlockHash),
    Retracted(BlockHash),
    FinalityTimeout(BlockHash),
    Finalized(BlockHash),
    Usurped(serde::de::IgnoredAny),
    Dropped,
    Invalid,
}

impl From<Status> for ExtrinsicStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Future => Self::Future,
            Status::Ready => Self::Ready,
            Status::Broadcast(_) => Self::Broadcast,
            Status::InBlock(block) => Self::InBlock(block),
            Status::Retracted(block) => Self::Retracted(block),
            Status::FinalityTimeout(block) => Self::FinalityTimeout(block),
            Status::Finalized(block) => Self::Finalized(block),
            Status::Usurped(_) => Self::Usurped,
            Status::Dropped => Self::Dropped,
            Status::Invalid => Self::Invalid,
        }
    }
}

/// Hands the bytes to the node, exactly once.
pub(crate) async fn submit(
    link: Arc<Link>,
    extrinsic: &SignedExtrinsic,
) -> Result<StatusStream, SubmitError> {
    let params = rpc_params![to_hex(&extrinsic.bytes)];
    let question = Question::new(SUBMIT, format!("submission of {}", extrinsic.hash));
    let statuses = link
        .subscribe::<Status>(SUBMIT, params, UNWATCH, Repeat::No)
        .await
        .map_err(|failure| match failure {
            Failure::Refused(error) if is_certain(&error) => SubmitError::Rejected(
                PoolRejection::from_rpc(error.code(), error.message(), data_of(&error).as_deref()),
            ),
            failure => SubmitError::Unknown(link.chain_error(&question, failure)),
        })?;
    let watch = Watch {
        link,
        statuses,
        question,
        ended: false,
    };
    Ok(Box::pin(stream::unfold(watch, |mut watch| async {
        if watch.ended {
            return None;
        }
        let next = watch.next().await;
        watch.ended = next.as_ref().map_or(true, |status| status.is_final());
        Some((next, watch))
    })))
}

/// Whether an error proves that the extrinsic is not in the pool.
///
/// The author's own codes do (1000 to 1099), and that the method or its parameters are not known.
/// An internal error, or a word from something in front of the node, proves nothing.
fn is_certain(error: &ErrorObjectOwned) -> bool {
    matches!(error.code(), 1000..=1099 | -32602..=-32600)
}

struct Watch {
    link: Arc<Link>,
    statuses: Subscription<Status>,
    question: Question,
    ended: bool,
}

impl Watch {
    async fn next(&mut self) -> Result<ExtrinsicStatus, ChainError> {
        let silence = self.link.patience().status;
        match timeout(silence, self.statuses.next()).await {
            Ok(Some(Ok(status))) => Ok(status.into()),
            Ok(Some(Err(error))) => Err(ChainError::Decode {
                item: SUBMIT.to_owned(),
                reason: error.to_string(),
            }),
            Ok(None) => Err(ChainError::Unavailable {
                endpoint: self.link.endpoint().to_string(),
                what: self.question.what.to_string(),
                source: "the node stopped telling what becomes of it".into(),
            }),
            Err(_) => Err(ChainError::Timeout {
                endpoint: self.link.endpoint().to_string(),
                what: self.question.what.to_string(),
                after: silence,
            }),
        }
    }
}
