//! From signed bytes to what the node says of them.

mod elsewhere;
mod unwatched;

use std::sync::Arc;

use axonry_chain::{
    ChainError, ExtrinsicStatus, PoolRejection, SignedExtrinsic, StatusStream, SubmitError,
};
use axonry_core::BlockHash;
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use tokio::time::timeout;
use tracing::info;

use crate::link::{Failure, Link, Question, Repeat, RpcError, Subscription};
use crate::rpc::to_hex;
use crate::substrate::Inner;
use unwatched::Search;

const WATCH: &str = "author_submitAndWatchExtrinsic";
const UNWATCH: &str = "author_unwatchExtrinsic";
const SUBMIT: &str = "author_submitExtrinsic";

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

/// Hands the bytes to the node, exactly once; and, where the client is to broadcast, to every other
/// healthy endpoint.
///
/// The node in use comes first, so that the others' gossip does not make it say that it has the
/// extrinsic already. Where it gives no answer, or has no room, one of the others may have taken it.
pub(crate) async fn submit(
    inner: &Arc<Inner>,
    extrinsic: &SignedExtrinsic,
) -> Result<StatusStream, SubmitError> {
    let here = submit_here(inner, extrinsic);
    if !inner.broadcast {
        return here.await;
    }
    let link = &inner.link;
    let search = Search::new(Arc::clone(inner), extrinsic);
    let mut here = std::pin::pin!(here);
    // Half of the time is for the node in use alone, so that all of it is not exceeded.
    let half = link.patience().call / 2;
    let outcome = timeout(half, &mut here).await;
    match &outcome {
        Ok(Ok(_)) | Err(_) => {}
        Ok(Err(error)) if is_about_this_node_only(error) => {}
        Ok(Err(_)) => return outcome.expect("it is the node's answer"),
    }
    if let Ok(Ok(statuses)) = outcome {
        return Ok(elsewhere::alongside(link, extrinsic, statuses));
    }
    let there = timeout(half, elsewhere::any_takes(link, extrinsic));
    let (outcome, taken) = match outcome {
        Ok(outcome) => (outcome, there.await),
        Err(_) => tokio::join!(here, there),
    };
    match (outcome, taken) {
        (Err(error), Ok(true)) => {
            info!(hash = %extrinsic.hash, %error, "taken by another endpoint");
            Ok(search.statuses())
        }
        (outcome, _) => outcome,
    }
}

/// Whether another node may have another opinion.
fn is_about_this_node_only(error: &SubmitError) -> bool {
    matches!(
        error,
        SubmitError::Unknown(_)
            | SubmitError::Rejected(PoolRejection::PoolFull | PoolRejection::Banned)
    )
}

async fn submit_here(
    inner: &Arc<Inner>,
    extrinsic: &SignedExtrinsic,
) -> Result<StatusStream, SubmitError> {
    let link = &inner.link;
    let params = (to_hex(&extrinsic.bytes),);
    let question = Question::new(WATCH, format!("submission of {}", extrinsic.hash));
    let busy = Some(link.hold());
    let statuses = link
        .subscribe::<Status>(&question, params, UNWATCH, Repeat::No, busy)
        .await;
    match statuses {
        Ok(statuses) => Ok(watch(Arc::clone(link), statuses, question)),
        Err(Failure::Unserved) => unwatched::submit(inner, extrinsic).await,
        Err(failure) => Err(submit_error(link, &question, failure)),
    }
}

fn submit_error(link: &Link, question: &Question, failure: Failure) -> SubmitError {
    match failure {
        Failure::Refused(error) if is_certain(&error) => SubmitError::Rejected(rejection(&error)),
        failure => SubmitError::Unknown(link.chain_error(question, failure)),
    }
}

fn rejection(error: &RpcError) -> PoolRejection {
    PoolRejection::from_rpc(error.code, &error.message, error.data().as_deref())
}

/// Whether an error proves that the extrinsic is not in the pool.
///
/// The author's own codes do (1000 to 1099), and that the method or its parameters are not known.
/// An internal error, or a word from something in front of the node, proves nothing.
const fn is_certain(error: &RpcError) -> bool {
    matches!(error.code, 1000..=1099 | -32602..=-32600)
}

fn watch(link: Arc<Link>, statuses: Subscription<Status>, question: Question) -> StatusStream {
    let watch = Watch {
        link,
        statuses,
        question,
        ended: false,
    };
    let statuses = stream::unfold(watch, |mut watch| async {
        if watch.ended {
            return None;
        }
        let next = watch.next().await;
        watch.ended = next.as_ref().map_or(true, |status| status.is_final());
        Some((next, watch))
    });
    statuses.boxed()
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
                item: WATCH.to_owned(),
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
