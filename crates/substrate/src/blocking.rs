//! The client for people without async.
//!
//! The same names as the async client's, which give their answer when they return. A thread of the
//! client's own does the waiting for the network, so that the connection lives between calls too;
//! clones may be used from any number of threads at once.
//!
//! ```no_run
//! use axonry_core::NetUid;
//! use axonry_substrate::blocking::Substrate;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let chain = Substrate::connect("finney")?;
//! let head = chain.head()?;
//! let metagraph = chain.metagraph(NetUid(74), head)?;
//! let tempo: Option<u16> = chain
//!     .at(head.hash)?
//!     .storage("SubtensorModule", "Tempo", (74_u16,))?;
//! println!("{} neurons, {tempo:?} blocks per epoch", metagraph.len());
//! for block in chain.blocks()?.take(3) {
//!     println!("block {}", block?.number);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Inside of an async runtime it would stop the thread that others wait for; it refuses to, with
//! [`BlockingError::InsideAsync`], also on threads made for blocking. Use the async client there.

mod calls;
mod following;
mod thread;
mod view;

use std::sync::Arc;

use axonry_chain::{ChainError, SubmitError};

use crate::{ConnectError, SubstrateBuilder};
use thread::Worker;

pub use following::Following;
pub use view::View;

/// The async client, waited for.
///
/// Clones share it; the last one to be dropped closes the connection and ends the thread.
#[derive(Clone, Debug)]
pub struct Substrate {
    // Dropped before the thread that its tasks run on.
    client: crate::Substrate,
    worker: Arc<Worker>,
}

/// Why a call gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlockingError {
    /// It was called from inside of an async runtime, whose thread it would stop.
    #[error("the blocking client cannot be used inside of an async runtime: use the async one")]
    InsideAsync,
    /// The thread for the client could not be had.
    #[error("cannot start a thread for the client")]
    Thread(#[source] std::io::Error),
    /// There is no client.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The chain gave no answer.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The extrinsic was refused, or it is not known whether it was taken.
    #[error(transparent)]
    Submit(#[from] SubmitError),
}

impl BlockingError {
    /// Whether the same call may succeed later.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Chain(error) | Self::Connect(ConnectError::Chain(error)) => error.is_transient(),
            Self::InsideAsync | Self::Thread(_) | Self::Connect(_) | Self::Submit(_) => false,
        }
    }
}

impl SubstrateBuilder {
    /// Connects as [`connect`](Self::connect) does, for a caller without async.
    ///
    /// # Errors
    /// As there, and [`BlockingError::InsideAsync`].
    pub fn connect_blocking(self) -> Result<Substrate, BlockingError> {
        let worker = Arc::new(Worker::start()?);
        let client = worker.wait(self.connect())??;
        Ok(Substrate { client, worker })
    }
}

impl Substrate {
    /// Connects to a node by URL, or to a network by name (`finney`, `test`, `local`).
    ///
    /// # Errors
    /// As [`SubstrateBuilder::connect_blocking`], and for a text that is no endpoint.
    pub fn connect(endpoint: &str) -> Result<Self, BlockingError> {
        let endpoint = endpoint.parse().map_err(ConnectError::Endpoint)?;
        crate::Substrate::builder()
            .endpoint(endpoint)
            .connect_blocking()
    }

    /// The async client itself, for what needs no waiting.
    pub const fn client(&self) -> &crate::Substrate {
        &self.client
    }

    /// Waits for anything that is done with the async client and has no name of its own here.
    ///
    /// # Errors
    /// The call's own, and [`BlockingError::InsideAsync`].
    pub fn wait<T, E>(&self, call: impl Future<Output = Result<T, E>>) -> Result<T, BlockingError>
    where
        BlockingError: From<E>,
    {
        Ok(self.worker.wait(call)??)
    }

    /// Closes the connection for good, for all clones.
    ///
    /// # Errors
    /// [`BlockingError::InsideAsync`].
    pub fn close(&self) -> Result<(), BlockingError> {
        self.worker.wait(self.client.close())
    }
}
