//! The order in which a request is looked at: what is cheap comes first, what the caller pays for
//! (a signature) before what we pay for (an answer).

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axonry_core::Hotkey;
use axum::body::Body;
use axum::http::{Method, Request, Response};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tokio::time::timeout_at;
use tracing::debug;

use super::admission::{Buckets, neighbourhood};
use super::elsewhere::elsewhere;
use super::judgement::Judged;
use super::queue::Queue;
use super::streaming::{Pieces, Streaming, Work};
use super::visitors::Visitor;
use super::{Counting, Failure, Limits, Route, answer};
use crate::moment::later;
use crate::{Caller, ReplayGuard, Roster};

/// Runs a handler on a body: reads the request, writes the answer.
pub(super) type Handler =
    Arc<dyn Fn(Caller, Bytes) -> BoxFuture<'static, Result<Said, Failure>> + Send + Sync>;

/// What a handler answers.
pub(super) enum Said {
    /// JSON.
    Whole(Vec<u8>),
    /// One piece after the other.
    Pieces(Pieces),
}

/// Says what time it is, in nanoseconds since 1970.
pub(super) type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// One synapse that is served.
pub(super) struct Served {
    pub(super) name: &'static str,
    pub(super) hashed: &'static [&'static str],
    pub(super) route: Route,
    pub(super) handler: Handler,
}

/// Everything requests are judged and answered by.
pub(super) struct Pipeline {
    pub(super) hotkey: Hotkey,
    pub(super) served: HashMap<&'static str, Served>,
    pub(super) roster: watch::Receiver<Arc<Roster>>,
    pub(super) clock: Clock,
    pub(super) counters: Arc<Counting>,
    pub(super) body_time: Duration,
    pub(super) guard: Mutex<ReplayGuard>,
    pub(super) claims: Mutex<Buckets<(IpAddr, Hotkey)>>,
    pub(super) hotkeys: Mutex<Buckets<Hotkey>>,
    addresses: Mutex<Buckets<IpAddr>>,
    queue: Arc<Queue>,
}

impl Pipeline {
    pub(super) fn new(
        hotkey: Hotkey,
        served: HashMap<&'static str, Served>,
        roster: watch::Receiver<Arc<Roster>>,
        clock: Clock,
        limits: &Limits,
    ) -> Self {
        Self {
            hotkey,
            served,
            roster,
            clock,
            counters: Arc::default(),
            body_time: limits.body_time,
            queue: Queue::new(limits.at_work, limits.waiting),
            guard: Mutex::new(ReplayGuard::new(limits.nonces)),
            addresses: Mutex::new(Buckets::new(limits.requests_per_address)),
            claims: Mutex::new(Buckets::new(limits.requests_per_hotkey)),
            hotkeys: Mutex::new(Buckets::new(limits.requests_per_hotkey)),
        }
    }

    /// Answers a request, one way or another.
    pub(super) async fn respond(
        &self,
        visitor: &Visitor,
        request: Request<Body>,
    ) -> Response<Body> {
        let counters = &self.counters;
        let mut leaving = Leaving(Some(counters));
        let outcome = self.outcome(visitor, request).await;
        leaving.0 = None;
        match outcome {
            Ok(response) => response,
            Err(Refused { failure, at_work }) => {
                Counting::add(if at_work {
                    &counters.failed
                } else {
                    &counters.refused
                });
                debug!(address = %visitor.address, %failure, at_work, "a request got no answer");
                answer::failure(&failure)
            }
        }
    }

    async fn outcome(
        &self,
        visitor: &Visitor,
        request: Request<Body>,
    ) -> Result<Response<Body>, Refused> {
        let place = neighbourhood(visitor.address);
        if !lock(&self.addresses).take(place, Instant::now()) {
            return Err(Failure::TOO_OFTEN.into());
        }
        let name = request.uri().path().trim_start_matches('/');
        let served = self.served.get(name).ok_or(Failure::NO_SUCH_SYNAPSE)?;
        if request.method() != Method::POST {
            return Err(Failure::METHOD.into());
        }
        let judged = self.judge(served, visitor.address, request).await?;
        visitor.is_known();
        let Judged { caller, body, head } = judged;
        let (name, started) = (served.name, Instant::now());
        let (said, work) = self.run(served, caller, body.clone()).await?;
        let response = match (said, head) {
            (Said::Whole(json), None) => Ok(answer::plain(json)),
            (Said::Whole(json), Some(head)) => {
                let (took, size) = (started.elapsed(), body.len() + json.len());
                let whole = move || answer::synapse(name, head, &body, &json, took);
                elsewhere(size, whole).await
            }
            (Said::Pieces(pieces), head) => {
                let pieces = Streaming::new(pieces, work, Arc::clone(&self.counters));
                return answer::stream(name, head, pieces).map_err(Refused::at_work);
            }
        };
        let response = response.map_err(Refused::at_work)?;
        Counting::add(&self.counters.answered);
        Ok(response)
    }

    /// Waits for a place and runs the handler, all within the route's deadline.
    async fn run(
        &self,
        served: &Served,
        caller: Caller,
        body: Bytes,
    ) -> Result<(Said, Work), Refused> {
        let priority = (served.route.priority)(&caller);
        let until = later(tokio::time::Instant::now(), served.route.deadline);
        let answering = async {
            let place = self.queue.place(priority).await;
            let place = place.ok_or(Failure::BUSY)?;
            // A handler that panics fails this request and no other.
            let handling = AssertUnwindSafe((served.handler)(caller, body)).catch_unwind();
            let said = handling.await.unwrap_or(Err(Failure::PANICKED));
            let said = said.map_err(Refused::at_work)?;
            Ok((said, Work { place, until }))
        };
        let answered = timeout_at(until, answering).await;
        answered.unwrap_or_else(|_| Err(Refused::at_work(Failure::LATE)))
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing is left half done behind these locks.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts a caller who left before there was an answer, by being dropped with his request.
struct Leaving<'a>(Option<&'a Counting>);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        if let Some(counters) = self.0 {
            Counting::add(&counters.abandoned);
        }
    }
}

/// A request without an answer, and whether a handler was at work on it.
pub(super) struct Refused {
    failure: Failure,
    at_work: bool,
}

impl Refused {
    const fn at_work(failure: Failure) -> Self {
        Self {
            failure,
            at_work: true,
        }
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            at_work: false,
        }
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline")
            .field("hotkey", &self.hotkey)
            .field("served", &self.served.keys())
            .finish_non_exhaustive()
    }
}
