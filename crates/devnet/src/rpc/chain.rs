//! `chain_*`: headers, blocks, heads.

use std::collections::VecDeque;

use axonry_core::{Block, BlockHash};
use jsonrpsee::core::RegisterMethodError;
use jsonrpsee::{PendingSubscriptionSink, RpcModule, SubscriptionMessage};
use serde_json::{Value, json};

use super::hex::Hex;
use super::{Answer, Face, error};
use crate::block::Header;
use crate::node::Heads;

/// Name, aliases, notification, unsubscription and which head it follows.
type Subscription = (
    &'static str,
    &'static [&'static str],
    &'static str,
    &'static str,
    Followed,
);

/// Which heads a subscription tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Followed {
    /// Every block that is made, on whatever fork.
    All,
    /// Every block that becomes the best one: of a fork that wins, the last.
    New,
    /// Every block that becomes final.
    Finalized,
}

impl Followed {
    const fn of(self, heads: Heads) -> Block {
        match self {
            Self::All | Self::New => heads.best,
            Self::Finalized => heads.finalized,
        }
    }
}

const SUBSCRIPTIONS: [Subscription; 3] = [
    (
        "chain_subscribeAllHeads",
        &[],
        "chain_allHead",
        "chain_unsubscribeAllHeads",
        Followed::All,
    ),
    (
        "chain_subscribeNewHeads",
        &["chain_subscribeNewHead", "subscribe_newHead"],
        "chain_newHead",
        "chain_unsubscribeNewHeads",
        Followed::New,
    ),
    (
        "chain_subscribeFinalizedHeads",
        &["chain_subscribeFinalisedHeads"],
        "chain_finalizedHead",
        "chain_unsubscribeFinalizedHeads",
        Followed::Finalized,
    ),
];

/// How far back a subscription remembers what it told, to notice a fork.
const REMEMBERED: usize = 64;

pub(super) fn register(module: &mut RpcModule<Face>) -> Result<(), RegisterMethodError> {
    module.register_method("chain_getBlockHash", |params, face, _| {
        let numbers: Option<Value> = params.sequence().optional_next()?;
        block_hash(face, numbers)
    })?;
    module.register_method("chain_getHeader", |params, face, _| -> Answer<Value> {
        let at: Option<BlockHash> = params.sequence().optional_next()?;
        let hash = at.unwrap_or_else(|| face.heads().best.hash);
        Ok(face
            .block(hash)
            .map_or(Value::Null, |it| header(&it.header)))
    })?;
    module.register_method("chain_getBlock", |params, face, _| -> Answer<Value> {
        let at: Option<BlockHash> = params.sequence().optional_next()?;
        let hash = at.unwrap_or_else(|| face.heads().best.hash);
        let block = face.block(hash).map(|block| {
            let extrinsics: Vec<Hex> = block.extrinsics.into_iter().map(Hex).collect();
            let block = json!({ "header": header(&block.header), "extrinsics": extrinsics });
            json!({ "block": block, "justifications": null })
        });
        Ok(block.unwrap_or(Value::Null))
    })?;
    module.register_method("chain_getFinalizedHead", |_, face, _| {
        face.heads().finalized.hash.to_string()
    })?;
    module.register_alias("chain_getHead", "chain_getBlockHash")?;
    module.register_alias("chain_getFinalisedHead", "chain_getFinalizedHead")?;
    for (name, aliases, notification, unsubscribe, followed) in SUBSCRIPTIONS {
        module.register_subscription(
            name,
            notification,
            unsubscribe,
            move |_, pending, face, _| follow(Face::clone(&face), pending, followed),
        )?;
        for alias in aliases {
            module.register_alias(alias, name)?;
        }
    }
    Ok(())
}

/// One number, a list of them, or none for the best block; numbers also as hexadecimal text.
fn block_hash(face: &Face, numbers: Option<Value>) -> Answer<Value> {
    let hash = |number: &Value| -> Answer<Value> {
        let number = match number {
            Value::Null => return Ok(json!(face.heads().best.hash)),
            Value::Number(number) => number.as_u64(),
            Value::String(text) => {
                u64::from_str_radix(text.strip_prefix("0x").unwrap_or(text), 16).ok()
            }
            _ => None,
        };
        let number = number.ok_or_else(|| error(-32602, "a block number is expected"))?;
        Ok(face.hash_of(number).map_or(Value::Null, |hash| json!(hash)))
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

/// Tells the head there is, then every one that follows, without gaps; and after a fork what took
/// the place of what was told.
async fn follow(face: Face, pending: PendingSubscriptionSink, followed: Followed) {
    let mut heads = face.watch_heads();
    let Ok(sink) = pending.accept().await else {
        return;
    };
    let mut next = followed.of(face.heads()).number.0;
    let mut told: VecDeque<(u64, BlockHash)> = VecDeque::new();
    loop {
        let all = *heads.borrow_and_update();
        let newest = followed.of(face.behind_by(all)).number.0;
        let before = told.len();
        told.retain(|(number, hash)| face.hash_of(*number).is_none_or(|now| now == *hash));
        if told.len() < before {
            next = match followed {
                Followed::New => newest,
                _ => told.back().map_or(newest, |(number, _)| number + 1),
            };
        }
        while next <= newest {
            // What has been forgotten in the meantime cannot be told any more.
            if let Some(block) = face.header_at(next) {
                told.push_back((next, block.hash()));
                let message = message(&header(&block));
                if sink.send(message).await.is_err() {
                    return;
                }
            }
            if told.len() > REMEMBERED {
                told.pop_front();
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
