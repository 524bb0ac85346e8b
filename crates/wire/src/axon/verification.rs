//! What a route may add to the verification of requests, or put in its place.

use std::net::IpAddr;

use axonry_core::Hotkey;
use axum::http::HeaderMap;

use super::Failure;
use crate::Scheme;

/// A request as a route's own verification sees it: whole, and not believed yet.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The path, with its query.
    pub path: &'a str,
    /// The body, as it came.
    pub body: &'a [u8],
    /// Where the connection comes from.
    pub address: IpAddr,
    /// The hotkey that the axon serves for, which requests must be meant for.
    pub receiver: Hotkey,
    /// Nanoseconds since 1970.
    pub now: u64,
    pub(super) headers: &'a HeaderMap,
}

impl<'a> Asked<'a> {
    /// The text of a header, if it stands there once: of two, none is to be believed.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?;
        match values.next() {
            None => std::str::from_utf8(value.as_bytes()).ok(),
            Some(_) => None,
        }
    }
}

/// Who signed a request, and which nonce.
///
/// It can be had for a signature that holds, and in no other way: a verification of one's own may
/// have any form, but cannot let in what nobody signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed {
    sender: Hotkey,
    nonce: u64,
}

impl Signed {
    /// Verifies that `sender` signed `message`.
    ///
    /// `nonce` is the time in nanoseconds since 1970 and has to be part of the message, as have the
    /// receiver and a hash of the body: what is not can be changed on the way. The axon takes a
    /// nonce once, and only if it is of this moment ([`Rules::STRICT`](crate::bt::Rules::STRICT)).
    ///
    /// # Errors
    /// A [`Failure`] that says so, when the signature does not hold.
    pub fn verify(
        scheme: Scheme,
        sender: Hotkey,
        message: &[u8],
        signature: &[u8; 64],
        nonce: u64,
    ) -> Result<Self, Failure> {
        match scheme.verify(&sender.account(), message, signature) {
            true => Ok(Self { sender, nonce }),
            false => Err(Failure::new(
                401,
                format!("not verified: the signature of {sender} does not hold"),
            )),
        }
    }

    /// Who signed.
    pub const fn sender(&self) -> Hotkey {
        self.sender
    }

    /// The nonce.
    pub const fn nonce(&self) -> u64 {
        self.nonce
    }
}
