//! What the node answers to, and how long it takes.

use std::sync::Arc;

use jsonrpsee::PendingSubscriptionSink;
use jsonrpsee::server::RpcModule;
use jsonrpsee::types::{ErrorObjectOwned, Params};
use serde_json::Value;
use serde_json::value::to_raw_value;

use super::{Script, version};

pub(super) fn methods(script: Arc<Script>) -> RpcModule<Arc<Script>> {
    let mut module = RpcModule::new(script);
    for method in [
        "chain_getBlockHash",
        "chain_getFinalizedHead",
        "chain_getHeader",
        "chain_getBlock",
        "state_getRuntimeVersion",
        "state_getStorage",
        "state_queryStorageAt",
        "state_getKeysPaged",
        "state_call",
        "system_accountNextIndex",
        "author_submitExtrinsic",
    ] {
        let answer = move |params: Params<'static>, script: Arc<Arc<Script>>, _| async move {
            let latency = *script.latency.lock().unwrap();
            tokio::time::sleep(latency).await;
            let params: Vec<Value> = params.parse().unwrap_or_default();
            script.answer(method, &params)
        };
        module.register_async_method(method, answer).unwrap();
    }
    let runtime = |_: Params<'static>,
                   pending: PendingSubscriptionSink,
                   script: Arc<Arc<Script>>,
                   _| async move {
        let Ok(sink) = pending.accept().await else {
            return;
        };
        let mut specs = script.spec.subscribe();
        specs.mark_changed();
        loop {
            tokio::select! {
                () = sink.closed() => return,
                changed = specs.changed() => if changed.is_err() { return },
            }
            let message = to_raw_value(&version(*specs.borrow_and_update())).unwrap();
            if sink.send(message).await.is_err() {
                return;
            }
        }
    };
    module
        .register_subscription(
            "state_subscribeRuntimeVersion",
            "state_runtimeVersion",
            "state_unsubscribeRuntimeVersion",
            runtime,
        )
        .unwrap();
    for (subscribe, announce, unsubscribe, best) in [
        (
            "chain_subscribeFinalizedHeads",
            "chain_finalizedHead",
            "chain_unsubscribeFinalizedHeads",
            false,
        ),
        (
            "chain_subscribeNewHeads",
            "chain_newHead",
            "chain_unsubscribeNewHeads",
            true,
        ),
    ] {
        let heads = move |_: Params<'static>,
                          pending: PendingSubscriptionSink,
                          script: Arc<Arc<Script>>,
                          _| async move {
            let Ok(sink) = pending.accept().await else {
                return;
            };
            let mut heads = match best {
                true => script.best.subscribe(),
                false => script.finalized.subscribe(),
            };
            let now = script.blocks.lock().unwrap().last().unwrap().json();
            let _ = sink.send(to_raw_value(&now).unwrap()).await;
            loop {
                tokio::select! {
                    () = sink.closed() => return,
                    head = heads.recv() => {
                        let Ok(head) = head else { return };
                        if sink.send(to_raw_value(&head).unwrap()).await.is_err() {
                            return;
                        }
                    }
                }
            }
        };
        module
            .register_subscription(subscribe, announce, unsubscribe, heads)
            .unwrap();
    }
    let submit = |_: Params<'static>,
                  pending: PendingSubscriptionSink,
                  script: Arc<Arc<Script>>,
                  _| async move {
        let outcome = script.pool.lock().unwrap().clone();
        match outcome {
            Err((code, message, data)) => {
                pending
                    .reject(ErrorObjectOwned::owned(code, message, data))
                    .await;
            }
            Ok(statuses) => {
                let Ok(sink) = pending.accept().await else {
                    return;
                };
                for status in statuses {
                    let _ = sink.send(to_raw_value(&status).unwrap()).await;
                }
                // The node has nothing more to say, but does not hang up either.
                sink.closed().await;
            }
        }
    };
    module
        .register_subscription(
            "author_submitAndWatchExtrinsic",
            "author_extrinsicUpdate",
            "author_unwatchExtrinsic",
            submit,
        )
        .unwrap();
    module
}
