//! `DelegateInfoRuntimeApi`: `pallets/subtensor/src/rpc_info/delegate_info.rs`.

use crate::presented::Value;

/// Nobody can become a delegate on this chain, so there is none to tell of.
pub(super) fn call(method: &str) -> Option<Value> {
    match method {
        "get_delegates" | "get_delegated" => Some(Value::List(Vec::new())),
        "get_delegate" => Some(Value::none()),
        _ => None,
    }
}
