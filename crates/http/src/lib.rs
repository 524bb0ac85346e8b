#![doc = include_str!("../README.md")]

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
