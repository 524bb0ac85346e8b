//! The JSON-RPC methods of a node, in a node's own shapes.
//!
//! `substrate/client/rpc` in `paritytech/polkadot-sdk`.

mod author;
mod chain;
mod hex;
mod state;
mod system;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use jsonrpsee::RpcModule;
use jsonrpsee::core::RegisterMethodError;
use jsonrpsee::server::{
    BatchRequestConfig, RandomStringIdProvider, Server, ServerConfig, ServerHandle,
};
use jsonrpsee::types::ErrorObjectOwned;

use crate::node::Node;

/// What one connection and all of them together may cost.
const MOST_CONNECTIONS: u32 = 256;
const MOST_SUBSCRIPTIONS: u32 = 256;
const LONGEST_REQUEST: u32 = 4 << 20;
const LONGEST_RESPONSE: u32 = 16 << 20;
const LONGEST_BATCH: u32 = 256;

/// An answer as a method gives it.
type Answer<T> = Result<T, ErrorObjectOwned>;

/// Serves the chain on a port of the loopback address; 0 takes any that is free.
///
/// The server runs until its handle is stopped.
pub(crate) async fn serve(
    node: Arc<Node>,
    port: u16,
) -> std::io::Result<(SocketAddr, ServerHandle)> {
    let config = ServerConfig::builder()
        .max_connections(MOST_CONNECTIONS)
        .max_subscriptions_per_connection(MOST_SUBSCRIPTIONS)
        .max_request_body_size(LONGEST_REQUEST)
        .max_response_body_size(LONGEST_RESPONSE)
        .set_batch_request_config(BatchRequestConfig::Limit(LONGEST_BATCH))
        .set_id_provider(RandomStringIdProvider::new(16))
        .build();
    let server = Server::builder()
        .set_config(config)
        .build((Ipv4Addr::LOCALHOST, port))
        .await?;
    let address = server.local_addr()?;
    let methods = methods(node).expect("no method is registered twice");
    Ok((address, server.start(methods)))
}

fn methods(node: Arc<Node>) -> Result<RpcModule<Arc<Node>>, RegisterMethodError> {
    let mut module = RpcModule::new(node);
    chain::register(&mut module)?;
    state::register(&mut module)?;
    system::register(&mut module)?;
    author::register(&mut module)?;
    let mut names: Vec<_> = module.method_names().chain(["rpc_methods"]).collect();
    names.sort_unstable();
    module.register_method(
        "rpc_methods",
        move |_, _, _| serde_json::json!({ "methods": names }),
    )?;
    Ok(module)
}

fn error(code: i32, message: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(code, message, None::<()>)
}
