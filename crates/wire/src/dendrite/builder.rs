use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axonry_core::Signer;

use super::breaker::Breaker;
use super::counting::Counting;
use super::pool::Pool;
use super::{Dendrite, Inner};
use crate::{NonceSource, bt};

/// How requests are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// By headers, as SDK 10 does and its axons expect.
    Headers {
        /// The version it claims: [`bt::version`].
        version: i64,
    },
    /// By `btauth/1` of SDK 11, which covers the whole body.
    BtAuth,
}

/// What an answer may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerLimits {
    /// How long a connection may take.
    pub connect: Duration,
    /// How long the first byte of an answer may take; within the call's own time in any case.
    pub first_byte: Duration,
    /// Bytes a second that an answer has to come in with, once `grace` is over.
    pub bytes_per_second: u32,
    /// How long an answer may come in more slowly than that.
    pub grace: Duration,
    /// Bytes of a body on the wire.
    pub wire: usize,
    /// Bytes of a body unpacked.
    pub unpacked: usize,
    /// How many times larger than packed a body may be; 64 KiB are always allowed.
    pub ratio: u32,
}

impl Default for AnswerLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::MAX,
            bytes_per_second: 1_024,
            grace: Duration::from_secs(5),
            wire: 16 << 20,
            unpacked: 64 << 20,
            ratio: 100,
        }
    }
}

/// Settings of a [`Dendrite`] that is not there yet.
#[derive(Debug)]
pub struct DendriteBuilder {
    signer: Arc<dyn Signer>,
    protocol: Protocol,
    own_ip: Option<IpAddr>,
    limits: AnswerLimits,
    private_addresses: bool,
    idle: Duration,
    idle_at_most: usize,
}

impl DendriteBuilder {
    pub(super) fn new(signer: Arc<dyn Signer>) -> Self {
        Self {
            signer,
            protocol: Protocol::Headers {
                version: bt::version(10, 2, 0),
            },
            own_ip: None,
            limits: AnswerLimits::default(),
            private_addresses: false,
            // Below what servers customarily wait, so that it is us who close.
            idle: Duration::from_secs(4),
            idle_at_most: 512,
        }
    }

    /// How requests are signed; by headers if nothing else is said.
    #[must_use]
    pub const fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        self
    }

    /// What this machine is called in requests. Axons put the socket's address in its place.
    #[must_use]
    pub const fn own_ip(mut self, ip: IpAddr) -> Self {
        self.own_ip = Some(ip);
        self
    }

    /// What an answer may cost.
    #[must_use]
    pub const fn limits(mut self, limits: AnswerLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Asks axons on loopback and in private networks as well: on a dev network, or where all
    /// miners are one's own.
    #[must_use]
    pub const fn private_addresses(mut self) -> Self {
        self.private_addresses = true;
        self
    }

    /// How long a connection without a request is kept; 4 s if nothing else is said.
    #[must_use]
    pub const fn idle(mut self, idle: Duration) -> Self {
        self.idle = idle;
        self
    }

    /// Makes it. Nothing is connected yet.
    pub fn build(self) -> Dendrite {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Dendrite {
            inner: Arc::new(Inner {
                signer: self.signer,
                protocol: self.protocol,
                own_ip: self.own_ip,
                limits: self.limits,
                private_addresses: self.private_addresses,
                nonces: NonceSource::default(),
                pool: Pool::new(self.idle, self.idle_at_most),
                breaker: Mutex::new(Breaker::default()),
                parsing: Arc::new(tokio::sync::Semaphore::new(threads)),
                counting: Counting::default(),
            }),
        }
    }
}
