//! The JSON-RPC methods of a node, in a node's own shapes.
//!
//! `substrate/client/rpc` in `paritytech/polkadot-sdk`.

mod author;
mod chain;
mod face;
mod hex;
mod state;
mod system;

use jsonrpsee::core::RegisterMethodError;
use jsonrpsee::server::{
    BatchRequestConfig, Methods, RandomStringIdProvider, RpcModule, Server, ServerConfig,
    StopHandle, TowerServiceBuilder, serve_with_graceful_shutdown,
};
use jsonrpsee::types::ErrorObjectOwned;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tower_layer::Identity;

pub(crate) use face::Face;

/// What one connection and all of them together may cost.
const MOST_CONNECTIONS: u32 = 256;
const MOST_SUBSCRIPTIONS: u32 = 256;
const LONGEST_REQUEST: u32 = 4 << 20;
const LONGEST_RESPONSE: u32 = 16 << 20;
const LONGEST_BATCH: u32 = 256;

/// An answer as a method gives it.
type Answer<T> = Result<T, ErrorObjectOwned>;

/// The JSON-RPC server, ready for connections.
#[derive(Clone)]
pub(crate) struct Serving {
    builder: TowerServiceBuilder<Identity, Identity>,
    methods: Methods,
    stop: StopHandle,
}

impl Serving {
    /// A server of the chain as one door shows it.
    pub(crate) fn new(face: Face, stop: StopHandle) -> Self {
        let config = ServerConfig::builder()
            .max_connections(MOST_CONNECTIONS)
            .max_subscriptions_per_connection(MOST_SUBSCRIPTIONS)
            .max_request_body_size(LONGEST_REQUEST)
            .max_response_body_size(LONGEST_RESPONSE)
            .set_batch_request_config(BatchRequestConfig::Limit(LONGEST_BATCH))
            .set_id_provider(RandomStringIdProvider::new(16))
            .build();
        let methods = methods(face).expect("no method is registered twice");
        Self {
            builder: Server::builder().set_config(config).to_service_builder(),
            methods: methods.into(),
            stop,
        }
    }

    /// Serves one connection to its end.
    pub(crate) async fn connection(
        &self,
        io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ) {
        let stop = self.stop.clone();
        let service = self
            .builder
            .clone()
            .build(self.methods.clone(), stop.clone());
        if let Err(error) = serve_with_graceful_shutdown(io, service, stop.shutdown()).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

fn methods(face: Face) -> Result<RpcModule<Face>, RegisterMethodError> {
    let mut module = RpcModule::new(face);
    chain::register(&mut module)?;
    state::register(&mut module)?;
    system::register(&mut module)?;
    author::register(&mut module)?;
    let mut names: Vec<_> = module.method_names().chain(["rpc_methods"]).collect();
    names.sort_unstable();
    module.register_method("rpc_methods", move |_, face, _| -> Answer<Value> {
        Ok(json!({ "methods": face.listed(&names)? }))
    })?;
    Ok(module)
}

fn error(code: i32, message: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(code, message, None::<()>)
}
