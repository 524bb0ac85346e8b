//! `system_*`: who this node is, and nonces.

use axonry_core::{AccountId, SS58_PREFIX};
use jsonrpsee::RpcModule;
use jsonrpsee::core::RegisterMethodError;
use serde_json::json;

use super::{Answer, Face, error};

pub(super) fn register(module: &mut RpcModule<Face>) -> Result<(), RegisterMethodError> {
    module.register_method("system_chain", |_, _, _| "Axonry Devnet")?;
    module.register_method("system_chainType", |_, _, _| "Development")?;
    module.register_method("system_name", |_, _, _| "axonry-devnet")?;
    module.register_method("system_version", |_, _, _| env!("CARGO_PKG_VERSION"))?;
    module.register_method(
        "system_properties",
        |_, _, _| json!({ "ss58Format": SS58_PREFIX, "tokenDecimals": 9, "tokenSymbol": "TAO" }),
    )?;
    module.register_method(
        "system_health",
        |_, _, _| json!({ "peers": 0, "isSyncing": false, "shouldHavePeers": false }),
    )?;
    module.register_method(
        "system_accountNextIndex",
        |params, face, _| -> Answer<u64> {
            let account: AccountId = params.sequence().next()?;
            face.next_nonce(account)
                .map_err(|reason| error(1, format!("Unable to query nonce.: {reason}")))
        },
    )?;
    module.register_alias("account_nextIndex", "system_accountNextIndex")?;
    Ok(())
}
