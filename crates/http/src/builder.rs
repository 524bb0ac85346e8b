//! The settings of a client.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::body::Caps;
use crate::client::Client;
use crate::connections::{IDLE, Opened};
use crate::error::BuildError;
use crate::host::Hosts;
use crate::pace::Pace;
use crate::quota::Quota;
use crate::retry::Retry;
use crate::tape::Tape;
use crate::tls;

/// Settings of a [`Client`] in the making. The defaults work for a well-behaved public API.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    user_agent: String,
    quotas: BTreeMap<String, Quota>,
    default_quota: Option<Quota>,
    pub(crate) concurrency: usize,
    pub(crate) connect_deadline: Duration,
    pub(crate) request_deadline: Duration,
    pub(crate) total_deadline: Duration,
    pub(crate) retry: Retry,
    pub(crate) caps: Caps,
    pub(crate) first_byte: Duration,
    pub(crate) pace: Pace,
    pub(crate) cache: usize,
    pub(crate) redirects: u32,
    pub(crate) tape: Option<Arc<dyn Tape>>,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            user_agent: concat!("axonry/", env!("CARGO_PKG_VERSION")).to_owned(),
            quotas: BTreeMap::new(),
            default_quota: None,
            concurrency: 16,
            connect_deadline: Duration::from_secs(10),
            request_deadline: Duration::from_secs(30),
            total_deadline: Duration::from_secs(300),
            retry: Retry::standard(),
            caps: Caps {
                wire: 32 << 20,
                decoded: 128 << 20,
                ratio: 200,
            },
            first_byte: Duration::from_secs(20),
            pace: Pace {
                bytes_per_second: 1024,
                grace: Duration::from_secs(5),
            },
            cache: 16 << 20,
            redirects: 5,
            tape: None,
        }
    }
}

impl ClientBuilder {
    /// What the client calls itself; GitHub refuses requests without a name. Default `axonry/…`.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = name.into();
        self
    }

    /// What `host` (a name, or name and port) allows. All clones keep to it together.
    pub fn quota(mut self, host: impl AsRef<str>, quota: Quota) -> Self {
        self.quotas
            .insert(host.as_ref().to_ascii_lowercase(), quota);
        self
    }

    /// Lets a tape listen to all calls, or answer them. Default: none.
    pub fn tape(mut self, tape: Arc<dyn Tape>) -> Self {
        self.tape = Some(tape);
        self
    }

    /// What hosts allow for which nothing is set, this machine left out. Default: no limit.
    pub const fn default_quota(mut self, quota: Quota) -> Self {
        self.default_quota = Some(quota);
        self
    }

    /// How many requests may be under way to one host at once. Default 16.
    ///
    /// As connections are reused, it bounds them too.
    pub const fn concurrency(mut self, at_once: usize) -> Self {
        self.concurrency = at_once;
        self
    }

    /// How long a connection may take to open, TLS included. Default 10 s.
    pub const fn connect_deadline(mut self, deadline: Duration) -> Self {
        self.connect_deadline = deadline;
        self
    }

    /// How long one attempt may take, from sending to the last byte. Default 30 s.
    pub const fn request_deadline(mut self, deadline: Duration) -> Self {
        self.request_deadline = deadline;
        self
    }

    /// How long an answer may take to begin. Default 20 s.
    pub const fn first_byte_deadline(mut self, deadline: Duration) -> Self {
        self.first_byte = deadline;
        self
    }

    /// How many bytes of a body must come in every second, on average and as sent, after `grace`
    /// for a start. Default 1 KiB after 5 s; zero bytes are no limit.
    pub const fn min_rate(mut self, bytes_per_second: u32, grace: Duration) -> Self {
        self.pace = Pace {
            bytes_per_second,
            grace,
        };
        self
    }

    /// How long a call may take in all: waiting for the quota, attempts, pauses. Default 5 min.
    pub const fn total_deadline(mut self, deadline: Duration) -> Self {
        self.total_deadline = deadline;
        self
    }

    /// When failed requests are sent again. Default [`Retry::standard`].
    pub const fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// The largest body accepted, in bytes as sent. Default 32 MiB.
    pub const fn max_wire_bytes(mut self, bytes: u64) -> Self {
        self.caps.wire = bytes;
        self
    }

    /// The largest body accepted, in bytes after decompression. Default 128 MiB.
    pub const fn max_decoded_bytes(mut self, bytes: u64) -> Self {
        self.caps.decoded = bytes;
        self
    }

    /// The highest compression ratio accepted of bodies over 1 MiB. Default 200.
    pub const fn max_ratio(mut self, ratio: u32) -> Self {
        self.caps.ratio = ratio;
        self
    }

    /// How many bytes of answers with an `ETag` are kept in memory, to be asked for again only in
    /// case they changed. Default 16 MiB; zero keeps none.
    pub const fn cache_bytes(mut self, bytes: usize) -> Self {
        self.cache = bytes;
        self
    }

    /// How many redirects are followed; only reads follow any. Default 5.
    pub const fn redirects(mut self, most: u32) -> Self {
        self.redirects = most;
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    ///
    /// When a setting makes no sense: a zero where nothing would ever work, a user agent that
    /// is no header.
    pub fn build(self) -> Result<Client, BuildError> {
        for (setting, zero) in [
            ("concurrency", self.concurrency == 0),
            ("connect_deadline", self.connect_deadline.is_zero()),
            ("first_byte_deadline", self.first_byte.is_zero()),
            ("request_deadline", self.request_deadline.is_zero()),
            ("total_deadline", self.total_deadline.is_zero()),
        ] {
            if zero {
                return Err(BuildError::Setting {
                    setting,
                    value: "zero".to_owned(),
                    expected: "more than zero",
                });
            }
        }
        let opened = Opened::default();
        let tls = tls::config().map_err(|error| BuildError::Transport(Arc::new(error)))?;
        let transport = reqwest::Client::builder()
            .user_agent(&self.user_agent)
            .tls_backend_preconfigured(tls)
            .connect_timeout(self.connect_deadline)
            .pool_max_idle_per_host(self.concurrency)
            .pool_idle_timeout(IDLE)
            .connector_layer(opened.clone())
            // Retries and redirects are ours, so that each one passes the limiter.
            .retry(reqwest::retry::never())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| BuildError::Transport(Arc::new(error)))?;
        // Tokio counts permits in part of a word; more at once than that is no limit anyway.
        let at_once = self.concurrency.min(tokio::sync::Semaphore::MAX_PERMITS);
        let hosts = Hosts::new(self.quotas.clone(), self.default_quota, at_once);
        Ok(Client::new(transport, hosts, opened, self))
    }
}
