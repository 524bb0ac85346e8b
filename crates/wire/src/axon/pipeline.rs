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
use tokio::time::timeout;
use tracing::debug;

use super::admission::{Buckets, neighbourhood};
use super::question::{self, Fields};
use super::queue::Queue;
use super::{Counting, Failure, Limits, Route, answer};
use crate::bt::{self, Head};
use crate::{Caller, ReplayGuard, Roster, btauth};

/// Runs a handler on a body: reads the request, writes the answer as JSON.
pub(super) type Handler =
    Arc<dyn Fn(Caller, Bytes) -> BoxFuture<'static, Result<Vec<u8>, Failure>> + Send + Sync>;

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
    body_time: Duration,
    queue: Arc<Queue>,
    guard: Mutex<ReplayGuard>,
    addresses: Mutex<Buckets<IpAddr>>,
    claims: Mutex<Buckets<(IpAddr, Hotkey)>>,
    hotkeys: Mutex<Buckets<Hotkey>>,
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
    pub(super) async fn respond(&self, address: IpAddr, request: Request<Body>) -> Response<Body> {
        let outcome = self.outcome(address, request).await;
        let counters = &self.counters;
        match outcome {
            Ok(response) => {
                Counting::add(&counters.answered);
                response
            }
            Err(Refused { failure, at_work }) => {
                Counting::add(if at_work {
                    &counters.failed
                } else {
                    &counters.refused
                });
                debug!(%address, %failure, at_work, "a request got no answer");
                answer::failure(&failure)
            }
        }
    }

    async fn outcome(
        &self,
        address: IpAddr,
        request: Request<Body>,
    ) -> Result<Response<Body>, Refused> {
        let place = neighbourhood(address);
        if !lock(&self.addresses).take(place, Instant::now()) {
            return Err(Failure::TOO_OFTEN.into());
        }
        let name = request.uri().path().trim_start_matches('/');
        let served = self.served.get(name).ok_or(Failure::NO_SUCH_SYNAPSE)?;
        if request.method() != Method::POST {
            return Err(Failure::METHOD.into());
        }
        let (parts, body) = request.into_parts();
        let headers: Vec<_> = parts
            .headers
            .iter()
            .filter_map(|(name, value)| {
                // What is no text can be no header of ours.
                Some((name.as_str(), std::str::from_utf8(value.as_bytes()).ok()?))
            })
            .collect();
        let read = async {
            let most = served.route.body_at_most;
            let body = question::read(&parts.headers, body, most);
            timeout(self.body_time, body)
                .await
                .unwrap_or(Err(Failure::SLOW_BODY))
        };
        if parts.headers.contains_key(btauth::VERSION) {
            let claimed = parts.headers.get(btauth::HOTKEY);
            let claimed = claimed.and_then(|hotkey| hotkey.to_str().ok());
            let caller = self.claim(served, place, address, claimed)?;
            let body = read.await?;
            let path = parts.uri.path_and_query();
            let message = btauth::Message {
                method: parts.method.as_str(),
                path: path.map_or("/", |path| path.as_str()),
                body: &body,
            };
            self.admit(&message, headers)?;
            let answered = self.run(served, caller, body).await?;
            return Ok(answer::plain(answered));
        }
        let head = Head::parse(headers).map_err(|_| Failure::HEADERS)?;
        let claimed = head.dendrite.hotkey.as_deref();
        let caller = self.claim(served, place, address, claimed)?;
        let verified = self.admit_bt(served, &head)?;
        let body = read.await?;
        let fields = Fields::of(&body)?;
        bound(served, &verified, &fields)?;
        let started = Instant::now();
        let answered = self.run(served, caller, body.clone()).await?;
        let response = answer::synapse(served.name, head, &fields, &answered, started.elapsed());
        response.map_err(Refused::at_work)
    }

    /// Who the caller says he is, if that one may ask here and not too often.
    fn claim(
        &self,
        served: &Served,
        place: IpAddr,
        address: IpAddr,
        claimed: Option<&str>,
    ) -> Result<Caller, Failure> {
        let claimed = claimed.and_then(|hotkey| hotkey.parse::<Hotkey>().ok());
        let hotkey = claimed.ok_or(Failure::HEADERS)?;
        // By address as well: nobody can use up what another hotkey is allowed.
        if !lock(&self.claims).take((place, hotkey), Instant::now()) {
            return Err(Failure::TOO_OFTEN);
        }
        let caller = Caller {
            hotkey,
            address,
            standing: self.roster.borrow().standing(&hotkey).cloned(),
        };
        match (served.route.admits)(&caller) {
            true => Ok(caller),
            false => Err(Failure::FORBIDDEN),
        }
    }

    fn admit(
        &self,
        message: &btauth::Message<'_>,
        headers: Vec<(&str, &str)>,
    ) -> Result<(), Failure> {
        let (now, rules) = ((self.clock)(), btauth::Rules::STANDARD);
        let verified = message
            .verify(headers, &self.hotkey, now, &rules)
            .map_err(|refusal| Failure::unverified(&refusal))?;
        let mut guard = lock(&self.guard);
        guard.forget_until(before(
            now,
            rules.age_at_most.max(bt::Rules::COMPAT.longest()),
        ));
        guard
            .take_unique(verified.sender, verified.nonce)
            .map_err(|replay| Failure::unverified(&replay))?;
        drop(guard);
        self.signed(verified.sender)
    }

    fn admit_bt(&self, served: &Served, head: &Head) -> Result<bt::Verified, Failure> {
        let rules = match served.route.compat {
            true => bt::Rules::COMPAT,
            false => bt::Rules::STRICT,
        };
        let now = (self.clock)();
        let verified = bt::verify(head, &self.hotkey, now, &rules)
            .map_err(|refusal| Failure::unverified(&refusal))?;
        let mut guard = lock(&self.guard);
        guard.forget_until(before(now, bt::Rules::COMPAT.longest()));
        guard
            .take_increasing(verified.sender, &verified.uuid, verified.nonce)
            .map_err(|replay| Failure::unverified(&replay))?;
        drop(guard);
        self.signed(verified.sender)?;
        Ok(verified)
    }

    /// What one hotkey signs counts together, wherever it comes from.
    fn signed(&self, hotkey: Hotkey) -> Result<(), Failure> {
        match lock(&self.hotkeys).take(hotkey, Instant::now()) {
            true => Ok(()),
            false => Err(Failure::TOO_OFTEN),
        }
    }

    /// Waits for a place and runs the handler, all within the route's deadline.
    async fn run(&self, served: &Served, caller: Caller, body: Bytes) -> Result<Vec<u8>, Refused> {
        let priority = (served.route.priority)(&caller);
        let answering = async {
            let place = self.queue.place(priority).await;
            let _place = place.ok_or(Failure::BUSY)?;
            // A handler that panics fails this request and no other.
            let handling = AssertUnwindSafe((served.handler)(caller, body)).catch_unwind();
            let answered = handling.await.unwrap_or(Err(Failure::PANICKED));
            answered.map_err(Refused::at_work)
        };
        let answered = timeout(served.route.deadline, answering).await;
        answered.unwrap_or_else(|_| Err(Refused::at_work(Failure::LATE)))
    }
}

/// Whether what was signed covers what is asked, as far as the route insists on it.
fn bound(served: &Served, verified: &bt::Verified, fields: &Fields<'_>) -> Result<(), Failure> {
    if !served.route.compat && !fields.all_in(served.hashed) {
        return Err(Failure::UNBOUND);
    }
    match verified.binds(&fields.hash(served.hashed)?) {
        true => Ok(()),
        // SDK 10 signs the hash of no field where its class lists none.
        false if served.route.compat && verified.binds(&bt::body_hash([])) => Ok(()),
        false => Err(Failure::TAMPERED),
    }
}

fn before(now: u64, age: Duration) -> u64 {
    let age = u64::try_from(age.as_nanos()).unwrap_or(u64::MAX);
    now.saturating_sub(age)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing is left half done behind these locks.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request without an answer, and whether a handler was at work on it.
struct Refused {
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
