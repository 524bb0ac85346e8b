//! The asking end.

mod answer;
mod breaker;
mod builder;
mod chunks;
mod counting;
mod error;
mod exchange;
mod fan_out;
mod intake;
mod pool;
mod question;
mod socket;
mod times;
mod unpack;

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axonry_core::{Hotkey, Signer, Uid};
use bytes::Bytes;
use tokio::time::Instant;

use crate::moment::later;
use crate::{NonceSource, Synapse};
use breaker::Breaker;
use counting::Counting;
use pool::Pool;

pub use builder::{AnswerLimits, DendriteBuilder, Protocol};
pub use chunks::Chunks;
pub use counting::DendriteCounters;
pub use error::CallError;
pub use fan_out::{Answers, Patience};
pub use question::Question;

/// A client that asks axons, one or hundreds at once.
///
/// Clones share one pool of connections; make one per process. Answers are bounded in size and
/// time, redirects are not followed, and addresses that are not public are not asked unless that is
/// allowed. A failure is an error of that one call and never a value: what it means for a score
/// is for others to say.
///
/// ```no_run
/// use std::time::Duration;
/// use axonry_wire::{Dendrite, Patience, Synapse, Target};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Serialize, Deserialize)]
/// # struct Question { text: String }
/// # #[derive(Serialize, Deserialize)]
/// # struct Answer { echo: String }
/// # struct Echo;
/// # impl Synapse for Echo {
/// #     const NAME: &'static str = "Echo";
/// #     const REQUIRED: &'static [&'static str] = &["text"];
/// #     type Request = Question;
/// #     type Response = Answer;
/// # }
/// # async fn example(
/// #     signer: std::sync::Arc<dyn axonry_core::Signer>,
/// #     targets: Vec<Target>,
/// # ) -> Result<(), Box<dyn std::error::Error>> {
/// let dendrite = Dendrite::builder(signer).build();
/// let request = Question { text: "hello".to_owned() };
/// let patience = Patience::each(Duration::from_secs(12));
/// let mut answers = dendrite.ask::<Echo>(targets, &request, patience)?;
/// while let Some((uid, answer)) = answers.next().await {
///     match answer {
///         Ok(answer) => println!("{uid}: {} in {:?}", answer.value.echo, answer.latency),
///         Err(error) => println!("{uid}: {error}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Dendrite {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    signer: Arc<dyn Signer>,
    protocol: Protocol,
    own_ip: Option<IpAddr>,
    limits: AnswerLimits,
    private_addresses: bool,
    nonces: NonceSource,
    pool: Pool,
    breaker: Mutex<Breaker>,
    parsing: Arc<tokio::sync::Semaphore>,
    counting: Counting,
}

/// An axon to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its slot, which answers are told apart by.
    pub uid: Uid,
    /// Its hotkey, which the request is for.
    pub hotkey: Hotkey,
    /// Where it says it is.
    pub address: SocketAddr,
}

/// What an axon answered.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// The answer.
    pub value: T,
    /// From the first byte of the request to the last byte of the answer, at the socket: the making
    /// of the connection is not in it, nor is reading what it says, nor (on Linux, where the kernel
    /// tells when bytes arrived) how long they lay there until this process had its turn.
    pub latency: Duration,
    /// Bytes of the answer's body on the wire.
    pub bytes: usize,
}

impl<T> Answer<T> {
    fn map<U>(self, value: U) -> Answer<U> {
        Answer {
            value,
            latency: self.latency,
            bytes: self.bytes,
        }
    }
}

impl Dendrite {
    /// Starts from the key that requests are signed with.
    pub fn builder(signer: Arc<dyn Signer>) -> DendriteBuilder {
        DendriteBuilder::new(signer)
    }

    /// Asks one axon, and waits for its answer for at most `within`.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn call<S: Synapse>(
        &self,
        target: &Target,
        request: &S::Request,
        within: Duration,
    ) -> Result<Answer<S::Response>, CallError> {
        let question = Question::of::<S>(request, within)?;
        let deadline = later(Instant::now(), within);
        let answer = self.call_bytes(target, &question, deadline).await?;
        self.read::<S>(answer).await
    }

    /// Asks one axon something that is prepared, and hands out the body as it came, for those who
    /// have a better reader for it.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn call_bytes(
        &self,
        target: &Target,
        question: &Question,
        deadline: Instant,
    ) -> Result<Answer<Bytes>, CallError> {
        let asking = self.inner.ask(target, question, deadline);
        let (head, answer) = self.within(target, deadline, asking).await?;
        self.unpacked(head, answer).await
    }

    /// What it has done so far.
    pub fn counters(&self) -> DendriteCounters {
        let resting = self.breaker(|breaker| breaker.resting(Instant::now()));
        self.inner.counting.snapshot(resting)
    }

    fn breaker<T>(&self, ask: impl FnOnce(&mut Breaker) -> T) -> T {
        let mut breaker = self
            .inner
            .breaker
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        ask(&mut breaker)
    }
}

impl Inner {
    /// Whether an address can be somebody else's axon.
    fn may_ask(&self, address: SocketAddr) -> bool {
        let ip = address.ip().to_canonical();
        let somewhere = address.port() != 0 && !ip.is_unspecified() && !ip.is_multicast();
        somewhere && (self.private_addresses || is_public(ip))
    }
}

/// The first words of a text that may be of any length and hold anything.
fn shortened(text: String) -> String {
    const WORDS: usize = 256;

    let mut kept = String::with_capacity(text.len().min(WORDS));
    for one in text.chars() {
        if kept.len() + one.len_utf8() > WORDS {
            break;
        }
        kept.push(if one.is_control() { ' ' } else { one });
    }
    kept
}

/// Whether an address is one of the open Internet, rather than of somebody's own network: a miner
/// chooses what address he announces, and must not choose what inside of ours is asked.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let benchmark = a == 198 && (b & 0xfe) == 18;
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_broadcast()
                || ip.is_documentation()
                || shared
                || benchmark
                || a == 0
                || a >= 240)
        }
        IpAddr::V6(ip) => {
            // Unique local, link local, documentation; and what carries an IPv4 address inside.
            let [first, second, ..] = ip.segments();
            let inner = first == 0x2002 || (first, second) == (0x64, 0xff9b);
            let own = (first & 0xfe00) == 0xfc00 || (first & 0xffc0) == 0xfe80;
            let documentation = (first, second) == (0x2001, 0xdb8);
            !(ip.is_loopback() || own || documentation || inner)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_open_internet_is_public() {
        for (ip, public) in [
            ("8.8.8.8", true),
            ("2606:4700::1111", true),
            ("127.0.0.1", false),
            ("10.1.2.3", false),
            ("172.31.0.1", false),
            ("172.32.0.1", true),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("198.19.0.1", false),
            ("0.1.2.3", false),
            ("255.255.255.255", false),
            ("203.0.113.7", false),
            ("::1", false),
            ("fe80::1", false),
            ("fd00::1", false),
            ("2002:7f00:1::", false),
            ("64:ff9b::7f00:1", false),
        ] {
            assert_eq!(is_public(ip.parse().expect("an address")), public, "{ip}");
        }
    }
}
