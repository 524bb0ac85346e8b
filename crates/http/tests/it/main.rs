//! The client against servers at the socket: well-behaved ones (wiremock) and broken ones.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it is"
)]

mod broken;
mod fake;
mod polite;
mod redirects;
mod sizes;
mod sparing;
mod taped;
