//! The token exchange: how a miner proves to validators which GitHub account is its own.
//!
//! A miner posts a personal access token to each validator's axon ([`PatBroadcast`]); the validator
//! asks GitHub whose it is, and keeps it by uid and hotkey ([`TokenStore`]). Later the miner can ask
//! whether it is still there and good ([`PatCheck`]). Both ends speak as upstream does
//! (`entrius/gittensor` `synapses.py`, `validator/pat_handler.py`): miners of either side can talk to
//! validators of the other.
//!
//! ```no_run
//! use axonry_github::GitHub;
//! use axonry_oss::exchange::{Exchange, TokenStore};
//! use axonry_wire::Axon;
//!
//! # async fn example(hotkey: axonry_core::Hotkey) -> Result<(), Box<dyn std::error::Error>> {
//! let store = TokenStore::open("miner_pats.json")?;
//! let exchange = Exchange::new(store.clone(), GitHub::builder().build()?);
//! let listener = tokio::net::TcpListener::bind("0.0.0.0:8099").await?;
//! let axon = exchange.serve_on(Axon::builder(hotkey)).serve(listener)?;
//! // `OpenSource::builder(…).tokens(&store)` takes one snapshot of it in every round.
//! # let _ = axon;
//! # Ok(())
//! # }
//! ```
//!
//! The token travels in the body, which senders of SDK 10 do not sign, over plain HTTP: whoever is
//! on the way can read it. That is the protocol's; a token for this should be able to read public
//! repositories and nothing else. A sender that speaks `btauth/1` at least has it signed.

mod attempts;
mod file;
mod roster;
mod rules;
mod store;
mod synapse;

use std::sync::Arc;
use std::time::Duration;

use axonry_github::GitHub;
use axonry_wire::{AxonBuilder, Caller, Failure, Nothing, Route};

pub use roster::{follow_roster, read_roster, roster_of};
pub use store::{Imported, TokenStore, TokenStoreError};
pub use synapse::{BroadcastAnswer, BroadcastRequest, CheckAnswer, PatBroadcast, PatCheck};

use attempts::Attempts;

/// How long upstream's miners wait for an answer to each synapse.
const BROADCAST: Duration = Duration::from_secs(30);
const CHECK: Duration = Duration::from_secs(15);

/// The largest request: a token and the SDK's fields around it are below 2 kB.
const LARGEST: usize = 16 << 10;

/// A validator's end of the exchange. Clones share everything.
#[derive(Clone, Debug)]
pub struct Exchange {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: TokenStore,
    github: GitHub,
    attempts: Attempts,
}

impl Exchange {
    /// Keeps tokens in `store`, once `github` has said whose they are.
    pub fn new(store: TokenStore, github: GitHub) -> Self {
        Self {
            inner: Arc::new(Inner {
                store,
                github,
                attempts: Attempts::default(),
            }),
        }
    }

    /// Adds both synapses to an axon: for hotkeys that are registered by its roster, those with more
    /// stake first, and always signed.
    #[must_use]
    pub fn serve_on(&self, axon: AxonBuilder) -> AxonBuilder {
        let route = |deadline| {
            Route::compat()
                .only(|caller| caller.standing.is_some())
                .body_at_most(LARGEST)
                .deadline(deadline)
        };
        let (posting, checking) = (self.clone(), self.clone());
        axon.route::<PatBroadcast, _, _>(
            route(BROADCAST),
            move |caller: Caller, request: BroadcastRequest| {
                let exchange = posting.clone();
                async move {
                    let token = request.into_token();
                    Ok::<_, Failure>(exchange.broadcast(&caller, token).await)
                }
            },
        )
        .route::<PatCheck, _, _>(route(CHECK), move |caller: Caller, _: Nothing| {
            let exchange = checking.clone();
            async move { Ok::<_, Failure>(exchange.check(&caller).await) }
        })
    }
}
