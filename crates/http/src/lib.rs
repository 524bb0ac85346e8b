//! A polite HTTP client: one pool, one limiter per host, retries with a deadline.
//!
//! Use it wherever a program asks somebody else's server for something again and again: it keeps
//! to the operator's quota (retries included), waits when told to, gives up in time, and refuses
//! answers that are too large before it has room for them.
//!
//! ```
//! use std::time::Duration;
//! use axonry_http::{Client, Quota, Request, Url};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder()
//!     .user_agent("my-subnet/0.1")
//!     .quota("mirror.gittensor.io", Quota::per(50, Duration::from_secs(10)))
//!     .build()?;
//! let url = Url::parse("https://mirror.gittensor.io/api/v1/health")?;
//! let health = client.json::<serde_json::Value>(Request::get(url)).await?;
//! println!("{:?} after {} requests", health.body, client.counters().total().requests);
//! # Ok(())
//! # }
//! ```
//!
//! A [`Client`] is cheap to clone; clones share the pool, the limits and the counters, so make one
//! per process and hand out clones. Equal reads under way at the same time are sent once, and what
//! came with an `ETag` is sent again only when it has changed. Services that count by token and not
//! by address are asked [on an account](Request::on_account). The caller owns the client: nothing in
//! this crate makes one by itself.
//!
//! It knows nothing of Bittensor, GitHub or any other service: which refusals are really rate
//! limits is told to it with [`Request::rate_limited_when`], which errors to retry with [`Retry`].
//! It reads no environment, so it uses no proxy, and it stores nothing on disk.

mod body;
mod budget;
mod builder;
mod cache;
mod client;
mod connections;
mod counters;
mod error;
mod flights;
mod host;
mod limiter;
mod pace;
mod pauses;
mod quota;
mod refusal;
mod request;
mod response;
mod retry;
mod retry_after;
mod secret;
mod tape;
mod tls;

pub use builder::ClientBuilder;
pub use client::Client;
pub use counters::{Counters, HostCounters};
pub use error::{BuildError, HttpError, SizeLimit, TransportKind};
pub use quota::{InvalidQuota, Quota};
pub use refusal::{AllowanceRule, RateLimit, RateLimitRule, Refusal};
pub use request::Request;
pub use response::Response;
pub use retry::Retry;
pub use secret::Secret;
pub use tape::{Asked, Body, Failure, Tape, Told};

pub use url::Url;
