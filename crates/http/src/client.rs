//! The client: sends a request until there is an answer or an end.

mod exchange;
mod failure;
mod redirect;

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};
use tracing::instrument;

use crate::builder::ClientBuilder;
use crate::cache::Cache;
use crate::connections::Opened;
use crate::counters::Counters;
use crate::error::HttpError;
use crate::flights::Flights;
use crate::host::{Host, Hosts};
use crate::request::Request;
use crate::response::Response;
use crate::retry::{Course, Retry};
use crate::tape::Listening;

/// An HTTP client: one connection pool, one limiter per host, one set of counters.
///
/// Clones are cheap and share all of it, so make one per process and hand out clones.
#[derive(Clone, Debug)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    transport: reqwest::Client,
    hosts: Hosts,
    opened: Opened,
    flights: Flights,
    cache: Cache,
    settings: ClientBuilder,
    under_way: AtomicUsize,
}

impl Client {
    /// Settings to start from.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    pub(crate) fn new(
        transport: reqwest::Client,
        hosts: Hosts,
        opened: Opened,
        settings: ClientBuilder,
    ) -> Self {
        let inner = Inner {
            transport,
            hosts,
            opened,
            flights: Flights::default(),
            cache: Cache::new(settings.cache),
            settings,
            under_way: AtomicUsize::new(0),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Sends `request` and reads the answer as JSON.
    ///
    /// # Errors
    ///
    /// See [`HttpError`]. A body that is not JSON is tried again, JSON of another shape is not.
    pub async fn json<T: DeserializeOwned>(
        &self,
        request: Request,
    ) -> Result<Response<T>, HttpError> {
        self.call(request, |body| serde_json::from_slice(body))
            .await
    }

    /// Sends `request` and gives the answer's body as it is, decompressed.
    ///
    /// # Errors
    ///
    /// See [`HttpError`].
    pub async fn bytes(&self, request: Request) -> Result<Response<Bytes>, HttpError> {
        self.call(request, |body| Ok(body.clone())).await
    }

    /// What this client and its clones have done so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        Counters {
            hosts: self.inner.hosts.counters(),
            connections: self.inner.opened.count(),
        }
    }

    /// How many calls have not come to their end yet, whether they are on the wire or wait for their
    /// turn. Each has a deadline: while there are any, whoever waits for them is not stuck.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.inner.under_way.load(Relaxed)
    }

    /// How long `request` would wait before it is sent, because its host asked for a pause. A
    /// caller that can ask in another way may do so instead.
    #[must_use]
    pub fn paused_for(&self, request: &Request) -> Option<Duration> {
        let host = self.inner.hosts.of(&request.url);
        host.gate(request.account).paused_for()
    }

    #[instrument(name = "request", level = "debug", skip_all, fields(location = %request.location()))]
    async fn call<T>(
        &self,
        request: Request,
        read: impl Fn(&Bytes) -> serde_json::Result<T>,
    ) -> Result<Response<T>, HttpError> {
        request.check()?;
        let inner = &*self.inner;
        let _counted = UnderWay::of(&inner.under_way);
        let location = request.location();
        let taped = inner.settings.tape.as_ref();
        let taped = taped.map(|tape| Listening::to(tape, &request));
        let decoded = |answer: Response<Bytes>| {
            let body = read(&answer.body).map_err(|source| HttpError::Decode {
                location: location.clone(),
                source: Arc::new(source),
            })?;
            Ok(answer.with(body))
        };
        if let Some(played) = taped.as_ref().and_then(|tape| tape.play(&location)) {
            return played.and_then(decoded);
        }
        let retry = match request.retry.unwrap_or(inner.settings.retry) {
            retry if request.idempotent => retry,
            _ => Retry::never(),
        };
        let course = Course {
            retry,
            started: Instant::now(),
            total: request
                .total_deadline
                .unwrap_or(inner.settings.total_deadline),
            location: &location,
        };
        let host = inner.hosts.of(&request.url);
        host.budget.deposit();
        let attempt = || async {
            let answer = inner.joined(&request, &course, &host).await;
            match &answer {
                // Nobody was asked, or the server is there and busy.
                Err(HttpError::RateLimited { .. } | HttpError::DeadlineExceeded { .. }) => {}
                // A refusal of what was asked is an answer, too.
                other => host
                    .budget
                    .note(!other.as_ref().is_err_and(HttpError::is_transient)),
            }
            let answer = answer?;
            let taken = taped.as_ref().map(|_| answer.clone());
            Ok((decoded(answer)?, taken))
        };
        let again = |limited: bool| {
            let (host, deadline) = (&host, course.deadline());
            async move {
                // A rate limit has its own brake, the pause.
                let leave = limited || host.budget.withdraw(deadline).await;
                if leave {
                    host.tally.retries.fetch_add(1, Relaxed);
                }
                leave
            }
        };
        let outcome = course.run(attempt, again).await;
        match (outcome, &taped) {
            (Ok((answer, taken)), Some(tape)) => {
                if let Some(taken) = taken {
                    tape.record(&Ok(taken));
                }
                Ok(answer)
            }
            (Err(error), Some(tape)) => {
                tape.record(&Err(error.clone()));
                Err(error)
            }
            (outcome, None) => outcome.map(|(answer, _)| answer),
        }
    }
}

/// A call that has not come to its end, counted as long as it lasts.
#[derive(Debug)]
struct UnderWay<'a>(&'a AtomicUsize);

impl<'a> UnderWay<'a> {
    fn of(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Relaxed);
        Self(count)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Inner {
    /// Sends the request once, unless an equal one is under way: then its answer is shared.
    async fn joined(
        &self,
        request: &Request,
        course: &Course<'_>,
        host: &Host,
    ) -> Result<Response<Bytes>, HttpError> {
        if request.method != Method::GET {
            return self.attempt(request, course).await;
        }
        loop {
            let flight = self.flights.join(request, || self.attempt(request, course));
            let landed = timeout_at(course.deadline(), flight)
                .await
                .map_err(|_| course.too_late(None))?;
            if landed.shared {
                // Whoever sent it may have had less time than this call has.
                if matches!(landed.landing, Err(HttpError::DeadlineExceeded { .. })) {
                    continue;
                }
                host.tally.coalesced.fetch_add(1, Relaxed);
            }
            return landed.landing;
        }
    }
}
