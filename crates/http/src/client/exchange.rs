//! One request and its answer, wherever it is redirected to.

use std::sync::atomic::Ordering::Relaxed;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{ACCEPT_ENCODING, HeaderValue, IF_NONE_MATCH};
use tokio::time::{Instant, timeout_at};
use tracing::debug;
use url::Url;

use super::{Inner, failure, redirect};
use crate::body;
use crate::connections;
use crate::error::{HttpError, TransportKind};
use crate::host::{Host, Leave};
use crate::limiter::Held;
use crate::refusal::{self, Refusal};
use crate::request::{self, Request};
use crate::response::Response;
use crate::retry::Course;

/// What one exchange brought.
enum Reply {
    Answer(Response<Bytes>),
    Elsewhere(Url),
}

impl Inner {
    /// Sends the request once, and again wherever it is redirected to.
    pub(super) async fn attempt(
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

    /// Waits for leave, then asks.
    async fn exchange(
        &self,
        request: &Request,
        url: &Url,
        host: &Host,
        course: &Course<'_>,
    ) -> Result<Reply, HttpError> {
        let location = request::location(url);
        // Another host knows nothing of the account, as it is not shown the secret.
        let account = request.account.filter(|_| at_home(request, url));
        let leave = host.leave(account, course.deadline()).await;
        let leave = leave.map_err(|held| match held {
            Held::TooLate => course.too_late(None),
            Held::Paused(pause) => course.too_late(Some(HttpError::RateLimited {
                location: location.clone(),
                retry_after: Some(pause),
            })),
        })?;
        let limit = request.deadline.unwrap_or(self.settings.request_deadline);
        let by = course.deadline().min(Instant::now() + limit);
        let asking = Asking {
            inner: self,
            request,
            url,
            host,
            location,
            by,
        };
        asking.ask(leave).await
    }
}

/// Secrets stay where they were meant for.
fn at_home(request: &Request, url: &Url) -> bool {
    url.origin() == request.url.origin()
}

/// A request that has leave to be sent.
struct Asking<'a> {
    inner: &'a Inner,
    request: &'a Request,
    url: &'a Url,
    host: &'a Host,
    location: String,
    /// When it is given up.
    by: Instant,
}

impl Asking<'_> {
    async fn ask(&self, mut leave: Leave<'_>) -> Result<Reply, HttpError> {
        let Self { inner, host, .. } = *self;
        host.tally.requests.fetch_add(1, Relaxed);
        let known = inner.cache.find(self.request, self.url);
        let mut outgoing = self.outgoing();
        if let Some(known) = &known {
            outgoing
                .headers_mut()
                .insert(IF_NONE_MATCH, known.tag.clone());
        }
        let response = self.send(outgoing).await?;
        leave.place.answered();
        host.connections.answered(response.headers());

        let status = response.status();
        if status.is_success() {
            leave.place.accepted();
            let answer = self.read(response).await?;
            if let Some(pause) = (self.request.spent)(&answer) {
                leave.place.spent(pause);
            }
            inner.cache.keep(self.request, self.url, &answer);
            return Ok(Reply::Answer(answer));
        }
        if let (StatusCode::NOT_MODIFIED, Some(known)) = (status, known) {
            leave.place.accepted();
            host.tally.cache_hits.fetch_add(1, Relaxed);
            return Ok(Reply::Answer(known.answer()));
        }
        let headers = response.headers().clone();
        let beginning = body::beginning(response, refusal::KEPT);
        let (body, whole) = timeout_at(self.by, beginning).await.unwrap_or_default();
        if !whole {
            host.connections.broken();
        }
        if let Some(target) = redirect::target(self.request, status, &headers) {
            leave.place.accepted();
            return redirect::follow(self.url, &self.location, target).map(Reply::Elsewhere);
        }
        let refusal = Refusal::new(status.as_u16(), headers, &body);
        if let Some(limit) = (self.request.rate_limit)(&refusal) {
            host.tally.rate_limited.fetch_add(1, Relaxed);
            let pause = leave.place.turned_away(limit);
            return Err(HttpError::RateLimited {
                location: self.location.clone(),
                retry_after: Some(limit.retry_after.map_or(pause, |asked| asked.max(pause))),
            });
        }
        leave.place.accepted();
        Err(HttpError::Status {
            location: self.location.clone(),
            refusal: Box::new(refusal),
        })
    }

    fn outgoing(&self) -> reqwest::Request {
        let Self { request, url, .. } = *self;
        let mut outgoing = reqwest::Request::new(request.method.clone(), url.clone());
        let headers = outgoing.headers_mut();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        headers.extend(request.headers.clone());
        if at_home(request, url) {
            headers.extend(request.secrets.clone());
        }
        *outgoing.body_mut() = request.body.clone().map(Into::into);
        outgoing
    }

    async fn send(&self, outgoing: reqwest::Request) -> Result<reqwest::Response, HttpError> {
        let first_byte = Instant::now() + self.inner.settings.first_byte;
        let sending = self.inner.transport.execute(outgoing);
        let sending = connections::over(&self.host.connections, sending);
        let sent = timeout_at(self.by.min(first_byte), sending).await;
        let outcome = match sent {
            Ok(sent) => sent.map_err(|error| failure::of_transport(&self.location, error)),
            Err(_) if first_byte < self.by => Err(self.failed(TransportKind::Slow)),
            Err(_) => Err(self.failed(TransportKind::Timeout)),
        };
        outcome.inspect_err(|error| self.note(error))
    }

    async fn read(&self, response: reqwest::Response) -> Result<Response<Bytes>, HttpError> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let settings = &self.inner.settings;
        let reading = body::read(response, settings.caps, settings.pace);
        let outcome = match timeout_at(self.by, reading).await {
            Ok(body) => body.map_err(|error| failure::of_body(&self.location, error)),
            Err(_) => Err(self.failed(TransportKind::Timeout)),
        };
        let body = outcome.inspect_err(|error| self.note(error))?;
        self.host.tally.body(body.wire, body.bytes.len() as u64);
        Ok(Response::new(status, headers, body.bytes))
    }

    /// A connection that failed is not used again; one that never was has no place.
    fn note(&self, error: &HttpError) {
        let never = matches!(
            error,
            HttpError::Transport {
                kind: TransportKind::Connect,
                ..
            }
        );
        if !never {
            self.host.connections.broken();
        }
    }

    fn failed(&self, kind: TransportKind) -> HttpError {
        HttpError::Transport {
            location: self.location.clone(),
            kind,
            source: None,
        }
    }
}
