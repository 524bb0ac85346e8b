//! The client: sends a request until there is an answer or an end.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue, IF_NONE_MATCH, LOCATION};
use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{debug, instrument};
use url::Url;

use crate::body::{self, BodyError};
use crate::builder::ClientBuilder;
use crate::cache::Cache;
use crate::connections::Connections;
use crate::counters::Counters;
use crate::error::{Cause, HttpError, TransportKind};
use crate::flights::Flights;
use crate::host::{Host, Hosts};
use crate::limiter::Held;
use crate::refusal::{self, Refusal};
use crate::request::{self, Request};
use crate::response::Response;
use crate::retry::{Course, Retry};

/// How long a share of concurrency is kept after its answer.
///
/// The pool takes a connection back a moment after its body has ended. A request let go before
/// that finds none free and opens another: under load some 25 connections for 16 at once.
const HANDOVER: Duration = Duration::from_millis(1);

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
    connections: Connections,
    flights: Flights,
    cache: Cache,
    settings: ClientBuilder,
}

/// What one exchange brought.
enum Reply {
    Answer(Response<Bytes>),
    Elsewhere(Url),
}

impl Client {
    /// Settings to start from.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    pub(crate) fn new(
        transport: reqwest::Client,
        hosts: Hosts,
        connections: Connections,
        settings: ClientBuilder,
    ) -> Self {
        let inner = Inner {
            transport,
            hosts,
            connections,
            flights: Flights::default(),
            cache: Cache::new(settings.cache),
            settings,
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
            connections: self.inner.connections.opened(),
        }
    }

    #[instrument(name = "request", level = "debug", skip_all, fields(location = %request.location()))]
    async fn call<T>(
        &self,
        request: Request,
        read: impl Fn(&Bytes) -> serde_json::Result<T>,
    ) -> Result<Response<T>, HttpError> {
        request.check()?;
        let inner = &*self.inner;
        let location = request.location();
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
            let answer = inner.joined(&request, &course, &host).await?;
            let body = read(&answer.body).map_err(|source| HttpError::Decode {
                location: location.clone(),
                source: Arc::new(source),
            })?;
            Ok(answer.with(body))
        };
        let again = |error: &HttpError| {
            // A rate limit has its own brake, the pause.
            let leave = matches!(error, HttpError::RateLimited { .. }) || host.budget.withdraw();
            if leave {
                host.tally.retries.fetch_add(1, Relaxed);
            }
            leave
        };
        course.run(attempt, again).await
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

    /// Sends the request once, and again wherever it is redirected to.
    async fn attempt(
        &self,
        request: &Request,
        course: &Course<'_>,
    ) -> Result<Response<Bytes>, HttpError> {
        let mut url = request.url.clone();
        for _ in 0..=self.settings.redirects {
            let host = self.hosts.of(&url);
            match self.exchange(request, &url, &host, course).await? {
                Reply::Answer(answer) => return Ok(answer),
                Reply::Elsewhere(next) => {
                    debug!(to = %request::location(&next), "redirected");
                    url = next;
                }
            }
        }
        Err(HttpError::Redirect {
            location: request.location(),
            why: format!("more than {} times", self.settings.redirects),
        })
    }

    /// One request, one answer.
    async fn exchange(
        &self,
        request: &Request,
        url: &Url,
        host: &Host,
        course: &Course<'_>,
    ) -> Result<Reply, HttpError> {
        let location = request::location(url);
        let deadline = course.deadline();
        let leave = host.leave(deadline).await.map_err(|held| match held {
            Held::TooLate => course.too_late(None),
            Held::Paused(pause) => course.too_late(Some(HttpError::RateLimited {
                location: location.clone(),
                retry_after: Some(pause),
            })),
        })?;
        let limit = request.deadline.unwrap_or(self.settings.request_deadline);
        let by = deadline.min(Instant::now() + limit);
        let transport = |kind| HttpError::Transport {
            location: location.clone(),
            kind,
            source: None,
        };
        let late = || transport(TransportKind::Timeout);
        let slow = || transport(TransportKind::Slow);

        host.tally.requests.fetch_add(1, Relaxed);
        let known = self.cache.find(request, url);
        let mut outgoing = self.outgoing(request, url);
        if let Some(known) = &known {
            outgoing
                .headers_mut()
                .insert(IF_NONE_MATCH, known.tag.clone());
        }
        let first_byte = Instant::now() + self.settings.first_byte;
        let sent = timeout_at(by.min(first_byte), self.transport.execute(outgoing)).await;
        let response = sent
            .map_err(|_| if first_byte < by { slow() } else { late() })?
            .map_err(|error| transport_error(&location, error))?;

        let status = response.status();
        if status.is_success() {
            leave.place.accepted();
            let _at_once = leave.answered();
            let headers = response.headers().clone();
            let reading = body::read(response, self.settings.caps, self.settings.pace);
            let body = timeout_at(by, reading)
                .await
                .map_err(|_| late())?
                .map_err(|error| body_error(&location, error))?;
            host.tally.body(body.wire, body.bytes.len() as u64);
            sleep(HANDOVER).await;
            let answer = Response::new(status.as_u16(), headers, body.bytes);
            self.cache.keep(request, url, &answer);
            return Ok(Reply::Answer(answer));
        }
        if let (StatusCode::NOT_MODIFIED, Some(known)) = (status, known) {
            leave.place.accepted();
            host.tally.cache_hits.fetch_add(1, Relaxed);
            return Ok(Reply::Answer(known.answer()));
        }
        if let Some(target) = redirect_target(request, status, response.headers()) {
            return self.follow(url, &location, target).map(Reply::Elsewhere);
        }

        let headers = response.headers().clone();
        let body = timeout_at(by, body::beginning(response, refusal::KEPT))
            .await
            .unwrap_or_default();
        sleep(HANDOVER).await;
        let refusal = Refusal::new(status.as_u16(), headers, &body);
        if let Some(limit) = (request.rate_limit)(&refusal) {
            host.tally.rate_limited.fetch_add(1, Relaxed);
            let pause = leave.place.turned_away(limit.retry_after);
            return Err(HttpError::RateLimited {
                location,
                retry_after: Some(limit.retry_after.map_or(pause, |asked| asked.max(pause))),
            });
        }
        leave.place.accepted();
        Err(HttpError::Status {
            location,
            refusal: Box::new(refusal),
        })
    }

    fn outgoing(&self, request: &Request, url: &Url) -> reqwest::Request {
        let mut outgoing = reqwest::Request::new(request.method.clone(), url.clone());
        let headers = outgoing.headers_mut();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        headers.extend(request.headers.clone());
        if url.origin() == request.url.origin() {
            headers.extend(request.secrets.clone());
        }
        *outgoing.body_mut() = request.body.clone().map(Into::into);
        outgoing
    }

    /// Where a redirect leads, unless that would weaken what was asked for.
    fn follow(&self, from: &Url, location: &str, target: &HeaderValue) -> Result<Url, HttpError> {
        let refused = |why: &str| HttpError::Redirect {
            location: location.to_owned(),
            why: why.to_owned(),
        };
        let target = target
            .to_str()
            .ok()
            .and_then(|target| from.join(target).ok());
        let target = target.ok_or_else(|| refused("to something that is no URL"))?;
        match target.scheme() {
            "https" => Ok(target),
            "http" if from.scheme() == "http" => Ok(target),
            scheme => Err(refused(&format!("to `{scheme}`, which is less safe"))),
        }
    }
}

/// Only reads are redirected: another server should not be handed what was posted to this one.
fn redirect_target<'a>(
    request: &Request,
    status: StatusCode,
    headers: &'a HeaderMap,
) -> Option<&'a HeaderValue> {
    let redirects = matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308);
    (redirects && request.method == Method::GET)
        .then(|| headers.get(LOCATION))
        .flatten()
}

fn transport_error(location: &str, error: reqwest::Error) -> HttpError {
    let kind = if error.is_timeout() {
        TransportKind::Timeout
    } else if error.is_connect() {
        TransportKind::Connect
    } else if error.is_body() || error.is_decode() {
        TransportKind::Body
    } else {
        TransportKind::Reset
    };
    HttpError::Transport {
        location: location.to_owned(),
        kind,
        // The URL may hold a secret in its query, and the location names it already.
        source: Some(Arc::new(error.without_url())),
    }
}

fn body_error(location: &str, error: BodyError) -> HttpError {
    let location = location.to_owned();
    let (kind, source): (_, Option<Cause>) = match error {
        BodyError::TooLarge(limit) => return HttpError::TooLarge { location, limit },
        BodyError::Slow => (TransportKind::Slow, None),
        BodyError::Transport(error) if error.is_timeout() => {
            (TransportKind::Timeout, Some(Arc::new(error.without_url())))
        }
        BodyError::Transport(error) => (TransportKind::Body, Some(Arc::new(error.without_url()))),
        BodyError::Corrupt(error) => (TransportKind::Body, Some(Arc::new(error))),
    };
    HttpError::Transport {
        location,
        kind,
        source,
    }
}
