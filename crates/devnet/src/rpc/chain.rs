//! `chain_*`: headers, blocks, heads.

use std::sync::Arc;

use axonry_core::{Block, BlockHash};
use jsonrpsee::core::RegisterMethodError;
use jsonrpsee::{PendingSubscriptionSink, RpcModule, SubscriptionMessage};
use serde_json::{Value, json};

use super::hex::Hex;
use super::{Answer, error};
use crate::block::Header;
use crate::node::{Heads, Node};

/// Name, aliases, notification, unsubscription and which head it follows.
type Subscription = (
    &'static str,
    &'static [&'static str],
    &'static str,
    &'static str,
    fn(Heads) -> Block,
);

const SUBSCRIPTIONS: [Subscription; 3] = [
    (
        "chain_subscribeAllHeads",
        &[],
        "chain_allHead",
        "chain_unsubscribeAllHeads",
        |heads| heads.best,
    ),
    (
        "chain_subscribeNewHeads",
        &["chain_subscribeNewHead", "subscribe_newHead"],
        "chain_newHead",
        "chain_unsubscribeNewHeads",
        |heads| heads.best,
    ),
    (
        "chain_subscribeFinalizedHeads",
        &["chain_subscribeFinalisedHeads"],
        "chain_finalizedHead",
        "chain_unsubscribeFinalizedHeads",
        |heads| heads.finalized,
    ),
];

pub(super) fn register(module: &mut RpcModule<Arc<Node>>) -> Result<(), RegisterMethodError> {
    module.register_method("chain_getBlockHash", |params, node, _| {
        let numbers: Option<Value> = params.sequence().optional_next()?;
        block_hash(node, numbers)
    })?;
    module.register_method("chain_getHeader", |params, node, _| -> Answer<Value> {
        let at: Option<BlockHash> = params.sequence().optional_next()?;
        let hash = at.unwrap_or_else(|| node.heads().best.hash);
        Ok(node.header(hash).map_or(Value::Null, |it| header(&it)))
    })?;
    module.register_method("chain_getBlock", |params, node, _| -> Answer<Value> {
        let at: Option<BlockHash> = params.sequence().optional_next()?;
        let hash = at.unwrap_or_else(|| node.heads().best.hash);
        let block = node.block(hash).map(|block| {
            let extrinsics: Vec<Hex> = block.extrinsics.into_iter().map(Hex).collect();
            let block = json!({ "header": header(&block.header), "extrinsics": extrinsics });
            json!({ "block": block, "justifications": null })
        });
        Ok(block.unwrap_or(Value::Null))
    })?;
    module.register_method("chain_getFinalizedHead", |_, node, _| {
        node.heads().finalized.hash.to_string()
    })?;
    module.register_alias("chain_getHead", "chain_getBlockHash")?;
    module.register_alias("chain_getFinalisedHead", "chain_getFinalizedHead")?;
    for (name, aliases, notification, unsubscribe, head) in SUBSCRIPTIONS {
        module.register_subscription(
            name,
            notification,
            unsubscribe,
            move |_, pending, node, _| follow(Arc::clone(&node), pending, head),
        )?;
        for alias in aliases {
            module.register_alias(alias, name)?;
        }
    }
    Ok(())
}

/// One number, a list of them, or none for the best block; numbers also as hexadecimal text.
fn block_hash(node: &Node, numbers: Option<Value>) -> Answer<Value> {
    let hash = |number: &Value| -> Answer<Value> {
        let number = match number {
            Value::Null => return Ok(json!(node.heads().best.hash)),
            Value::Number(number) => number.as_u64(),
            Value::String(text) => {
                u64::from_str_radix(text.strip_prefix("0x").unwrap_or(text), 16).ok()
            }
            _ => None,
        };
        let number = number.ok_or_else(|| error(-32602, "a block number is expected"))?;
        Ok(node.hash_of(number).map_or(Value::Null, |hash| json!(hash)))
    };
    match numbers {
        Some(Value::Array(numbers)) => numbers.iter().map(hash).collect(),
        number => hash(&number.unwrap_or(Value::Null)),
    }
}

fn header(header: &Header) -> Value {
    let logs: Vec<Hex> = header.digest().into_iter().map(Hex).collect();
    json!({
        "parentHash": header.parent,
        "number": format!("{:#x}", header.number),
        "stateRoot": BlockHash(header.state_root),
        "extrinsicsRoot": BlockHash(header.extrinsics_root),
        "digest": { "logs": logs },
    })
}

/// Tells the head there is, then every one that follows, without gaps.
async fn follow(node: Arc<Node>, pending: PendingSubscriptionSink, head: fn(Heads) -> Block) {
    let mut heads = node.watch_heads();
    let Ok(sink) = pending.accept().await else {
        return;
    };
    let mut next = head(*heads.borrow()).number.0;
    loop {
        let newest = head(*heads.borrow_and_update()).number.0;
        while next <= newest {
            // What has been forgotten in the meantime cannot be told any more.
            if let Some(block) = node.header_at(next) {
                let message = message(&header(&block));
                if sink.send(message).await.is_err() {
                    return;
                }
            }
            next += 1;
        }
        tokio::select! {
            () = sink.closed() => return,
            changed = heads.changed() => if changed.is_err() { return },
        }
    }
}

/// A notification's content.
pub(super) fn message(value: &Value) -> SubscriptionMessage {
    let raw = serde_json::value::to_raw_value(value).expect("a value is JSON");
    raw.into()
}
