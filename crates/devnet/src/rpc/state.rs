//! `state_*`: storage, metadata, versions, runtime APIs.

use axonry_core::BlockHash;
use jsonrpsee::core::RegisterMethodError;
use jsonrpsee::types::ErrorObjectOwned;
use jsonrpsee::{PendingSubscriptionSink, RpcModule};
use serde_json::{Value, json};

use super::chain::message;
use super::hex::Hex;
use super::{Answer, Face, error};
use crate::api::ApiError;
use crate::node::ReadError;
use crate::presented::RuntimeVersion;

/// How many keys a page and a query may have.
const LONGEST_PAGE: u32 = 1_000;
const LONGEST_QUERY: usize = 10_000;

/// How a node says that it has no state, or that a runtime API failed.
impl From<ReadError> for ErrorObjectOwned {
    fn from(reason: ReadError) -> Self {
        error(4003, format!("Client error: {reason}"))
    }
}

impl From<ApiError> for ErrorObjectOwned {
    fn from(reason: ApiError) -> Self {
        error(4003, format!("Client error: {reason}"))
    }
}

pub(super) fn register(module: &mut RpcModule<Face>) -> Result<(), RegisterMethodError> {
    storage(module)?;
    module.register_method("state_call", |params, face, _| -> Answer<Hex> {
        let mut params = params.sequence();
        let (name, input): (String, Hex) = (params.next()?, params.next()?);
        let at = params.optional_next()?;
        Ok(Hex(face.call(&name, &input.0, at)?))
    })?;
    module.register_method("state_getMetadata", |params, face, _| -> Answer<Hex> {
        let at: Option<BlockHash> = params.sequence().optional_next()?;
        let runtime = face.runtime(at)?;
        let blob = runtime.blob(14);
        let blob = blob.ok_or_else(|| error(4003, "Client error: no metadata of version 14"))?;
        Ok(Hex(blob.to_vec()))
    })?;
    module.register_method(
        "state_getRuntimeVersion",
        |params, face, _| -> Answer<Value> {
            let at: Option<BlockHash> = params.sequence().optional_next()?;
            Ok(version(face.runtime(at)?.version()))
        },
    )?;
    module.register_alias("chain_getRuntimeVersion", "state_getRuntimeVersion")?;
    module.register_subscription(
        "state_subscribeRuntimeVersion",
        "state_runtimeVersion",
        "state_unsubscribeRuntimeVersion",
        |_, pending, face, _| announce(Face::clone(&face), pending),
    )?;
    Ok(())
}

/// Tells the version of the best block's runtime, then every other one that takes its place.
async fn announce(face: Face, pending: PendingSubscriptionSink) {
    let mut heads = face.watch_heads();
    let Ok(sink) = pending.accept().await else {
        return;
    };
    let mut told: Option<Vec<u8>> = None;
    loop {
        heads.mark_unchanged();
        let Ok(runtime) = face.runtime(None) else {
            return;
        };
        let newest = runtime.version();
        if told.as_ref() != Some(&newest.bytes) {
            told = Some(newest.bytes.clone());
            if sink.send(message(&version(newest))).await.is_err() {
                return;
            }
        }
        tokio::select! {
            () = sink.closed() => return,
            changed = heads.changed() => if changed.is_err() { return },
        }
    }
}

fn storage(module: &mut RpcModule<Face>) -> Result<(), RegisterMethodError> {
    module.register_method(
        "state_getStorage",
        |params, face, _| -> Answer<Option<Hex>> {
            let mut params = params.sequence();
            let key: Hex = params.next()?;
            let (_, mut values) = face.raw(&[key.0], params.optional_next()?)?;
            Ok(values.pop().flatten().map(Hex))
        },
    )?;
    module.register_alias("state_getStorageAt", "state_getStorage")?;
    module.register_method("state_queryStorageAt", |params, face, _| -> Answer<Value> {
        let mut params = params.sequence();
        let keys: Vec<Hex> = params.next()?;
        if keys.len() > LONGEST_QUERY {
            return Err(too_many(keys.len(), LONGEST_QUERY));
        }
        let keys: Vec<_> = keys.into_iter().map(|key| key.0).collect();
        let (block, values) = face.raw(&keys, params.optional_next()?)?;
        let values = values.into_iter().map(|value| value.map(Hex));
        let changes: Vec<_> = keys.into_iter().map(Hex).zip(values).collect();
        Ok(json!([{ "block": block, "changes": changes }]))
    })?;
    module.register_method(
        "state_getKeysPaged",
        |params, face, _| -> Answer<Vec<Hex>> {
            let mut params = params.sequence();
            let prefix: Option<Hex> = params.optional_next()?;
            let count: u32 = params.next()?;
            let after: Option<Hex> = params.optional_next()?;
            if count > LONGEST_PAGE {
                return Err(too_many(count as usize, LONGEST_PAGE as usize));
            }
            let prefix = prefix.map(|prefix| prefix.0).unwrap_or_default();
            let after = after.as_ref().map(|after| after.0.as_slice());
            let keys = face.keys(&prefix, after, count as usize, params.optional_next()?)?;
            Ok(keys.into_iter().map(Hex).collect())
        },
    )?;
    module.register_alias("state_getKeysPagedAt", "state_getKeysPaged")?;
    Ok(())
}

fn too_many(value: usize, max: usize) -> ErrorObjectOwned {
    let message = format!("count exceeds maximum value. value: {value}, max: {max}");
    error(4002, message)
}

fn version(version: &RuntimeVersion) -> Value {
    let api = |(id, version): &([u8; 8], u32)| json!([Hex(id.to_vec()), version]);
    // A runtime may call its last number a state or a system version: it is the last byte anyway.
    let last = version.bytes.last().copied().unwrap_or_default();
    json!({
        "specName": version.spec_name,
        "implName": version.impl_name,
        "authoringVersion": version.authoring_version,
        "specVersion": version.spec_version,
        "implVersion": version.impl_version,
        "apis": version.apis.iter().map(api).collect::<Vec<_>>(),
        "transactionVersion": version.transaction_version,
        "systemVersion": last,
        "stateVersion": last,
    })
}
