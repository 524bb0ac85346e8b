//! `author_*`: extrinsics, and what becomes of them.

use jsonrpsee::core::RegisterMethodError;
use jsonrpsee::types::{ErrorObjectOwned, Params};
use jsonrpsee::{PendingSubscriptionSink, RpcModule};

use super::chain::message;
use super::hex::Hex;
use super::{Answer, Face};
use crate::pool::{PoolRefusal, watch};

impl From<PoolRefusal> for ErrorObjectOwned {
    fn from(refusal: PoolRefusal) -> Self {
        let (code, message, data) = refusal.rpc();
        Self::owned(code, message, data)
    }
}

pub(super) fn register(module: &mut RpcModule<Face>) -> Result<(), RegisterMethodError> {
    module.register_method(
        "author_submitExtrinsic",
        |params, face, _| -> Answer<String> {
            let extrinsic: Hex = params.one()?;
            Ok(face.submit(extrinsic.0, None)?.to_string())
        },
    )?;
    module.register_method("author_pendingExtrinsics", |_, face, _| -> Vec<Hex> {
        face.pending().into_iter().map(Hex).collect()
    })?;
    module.register_subscription(
        "author_submitAndWatchExtrinsic",
        "author_extrinsicUpdate",
        "author_unwatchExtrinsic",
        |params, pending, face, _| submit_and_watch(params, pending, Face::clone(&face)),
    )?;
    Ok(())
}

async fn submit_and_watch(params: Params<'static>, pending: PendingSubscriptionSink, face: Face) {
    let (watcher, mut statuses) = watch();
    let submitted = params
        .one()
        .and_then(|extrinsic: Hex| Ok(face.submit(extrinsic.0, Some(watcher))?));
    if let Err(refusal) = submitted {
        pending.reject(refusal).await;
        return;
    }
    let Ok(sink) = pending.accept().await else {
        return;
    };
    loop {
        let status = tokio::select! {
            () = sink.closed() => return,
            status = statuses.recv() => status,
        };
        let Some(status) = status else { return };
        if sink.send(message(&status.json())).await.is_err() {
            return;
        }
    }
}
