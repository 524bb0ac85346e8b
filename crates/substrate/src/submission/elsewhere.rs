//! The same bytes for every other endpoint.

use std::future::ready;

use axonry_chain::{PoolRejection, SignedExtrinsic, StatusStream};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, Stream, StreamExt, stream};
use tracing::debug;

use super::{SUBMIT, rejection};
use crate::link::{Failure, Link};
use crate::rpc::to_hex;

/// Hands the bytes to the other endpoints for as long as somebody listens to what becomes of them.
pub(super) fn alongside(
    link: &Link,
    extrinsic: &SignedExtrinsic,
    statuses: StatusStream,
) -> StatusStream {
    let sending = taken_elsewhere(link, extrinsic).filter_map(|_| ready(None));
    stream::select(statuses, sending).boxed()
}

/// Whether any other endpoint has the extrinsic now.
pub(super) async fn any_takes(link: &Link, extrinsic: &SignedExtrinsic) -> bool {
    let mut taken = std::pin::pin!(taken_elsewhere(link, extrinsic));
    let mut any = false;
    // All are handed it, also when the first has taken it.
    while let Some(taken) = taken.next().await {
        any |= taken;
    }
    any
}

fn taken_elsewhere(
    link: &Link,
    extrinsic: &SignedExtrinsic,
) -> impl Stream<Item = bool> + Send + use<> {
    let hash = extrinsic.hash;
    let asked = link.elsewhere(SUBMIT, (to_hex(&extrinsic.bytes),));
    let answers = asked.into_iter().map(|(endpoint, answer)| {
        answer.map(move |answer| {
            let taken = match &answer {
                Ok(_) => true,
                Err(Failure::Refused(error)) => rejection(error) == PoolRejection::AlreadyImported,
                Err(_) => false,
            };
            debug!(%endpoint, %hash, taken, ?answer, "handed in there as well");
            taken
        })
    });
    answers.collect::<FuturesUnordered<_>>()
}
