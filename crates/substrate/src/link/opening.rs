//! How a link begins and ends.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axonry_chain::ChainError;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::task::AbortOnDropHandle;
use tracing::debug;

use super::archive::Archive;
use super::attempts::Attempts;
use super::endpoints::Endpoints;
use super::keeper::{self, Live};
use super::requests::Requests;
use super::shared::Shared;
use super::{Link, Patience};
use crate::endpoint::Endpoint;

/// How long the keeper may take to take leave of the node; it has deadlines of its own.
const LEAVE: Duration = Duration::from_secs(2);

impl Link {
    /// Connects, trying each endpoint once, or again and again for as long as `within` says; from
    /// then on the link reconnects by itself until it is dropped.
    pub(crate) async fn open(
        endpoints: Vec<Endpoint>,
        archive: Option<Endpoint>,
        patience: Patience,
        within: Option<Duration>,
    ) -> Result<Self, ChainError> {
        let endpoints = Endpoints::new(endpoints);
        let shared = Shared::new(endpoints, patience.clone(), Arc::new(Requests::default()));
        let live = first_connection(&shared, within).await?;
        let mut of_archive = patience;
        // What takes too long there must be told of it, before the deadline around it passes here.
        of_archive.call = of_archive.call.mul_f64(0.75);
        let archive =
            archive.map(|archive| Archive::new(Arc::new(Self::asleep(archive, of_archive))));
        Ok(Self::kept(shared, Some(live), archive))
    }

    /// A link that connects when it is first asked something.
    fn asleep(endpoint: Endpoint, patience: Patience) -> Self {
        let endpoints = Endpoints::new(vec![endpoint]);
        let shared = Shared::new(endpoints, patience, Arc::new(Requests::default()));
        Self::kept(shared, None, None)
    }

    fn kept(shared: Shared, live: Option<Live>, archive: Option<Archive>) -> Self {
        let shared = Arc::new(shared);
        if let Some(live) = &live {
            // Whoever asks before the keeper has run must not find it asleep.
            shared.put_up(shared.endpoints.current(), &live.connection, 1);
        }
        let keeping = keeper::keep(Arc::clone(&shared), live);
        let keeper = AbortOnDropHandle::new(tokio::spawn(keeping));
        Self {
            shared,
            archive,
            keeper: Mutex::new(Some(keeper)),
        }
    }

    /// Ends every call under way and refuses further ones; no task and no socket is left when this
    /// returns.
    pub(crate) async fn close(&self) {
        self.shared.close();
        let keeper = {
            let mut keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
            keeper.take()
        };
        if let Some(keeper) = keeper {
            // Beyond its time it is aborted, by being dropped.
            let _ = timeout(LEAVE, keeper).await;
        }
        if let Some(archive) = &self.archive {
            Box::pin(archive.link.close()).await;
        }
    }
}

async fn first_connection(shared: &Shared, within: Option<Duration>) -> Result<Live, ChainError> {
    let (endpoints, patience) = (&shared.endpoints, &shared.patience);
    let until = within.map(|within| Instant::now() + within);
    let mut attempts = Attempts::new(patience.attempts);
    let mut tried = 0;
    loop {
        let place = match until {
            None => tried,
            Some(_) => endpoints.next(patience.rest),
        };
        let reason = match keeper::open(shared, place).await {
            Ok(live) => {
                endpoints.choose(place);
                return Ok(live);
            }
            Err(reason) => reason,
        };
        let endpoint = endpoints.at(place);
        debug!(%endpoint, %reason, "no connection");
        endpoints.failed(place, patience.rest);
        tried += 1;
        let pause = if tried < endpoints.len() {
            Duration::ZERO
        } else {
            attempts.next_pause(Instant::now())
        };
        let more = match until {
            None => tried < endpoints.len(),
            Some(until) => Instant::now() + pause < until,
        };
        if !more {
            return Err(ChainError::Unavailable {
                endpoint: endpoint.to_string(),
                what: "a connection".to_owned(),
                source: reason.to_string().into(),
            });
        }
        sleep(pause).await;
    }
}
