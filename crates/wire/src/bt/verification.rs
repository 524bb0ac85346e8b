//! Who sent a request, by its signature.
//!
//! `opentensor/bittensor` 10.2.0, `Axon.default_verify`; stricter in what it lets pass by.

use std::time::Duration;

use axonry_core::Hotkey;

use super::{BodyHash, Head, signing_text};
use crate::signature::{self, Scheme, SignatureError};

/// The SDK's own allowance for clocks and the way.
const SDK_GRACE: Duration = Duration::from_secs(4);

/// Longest uuid that is remembered; the SDK's have 36 characters.
const LONGEST_UUID: usize = 64;

/// How far a nonce, which is a time, may be from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How old it may be in any case.
    pub grace: Duration,
    /// How much of the sender's announced timeout is added to that. It is not signed, so that
    /// whoever captured a request can announce what he likes: nothing, unless old senders need it.
    pub announced_at_most: Duration,
    /// How far ahead it may be.
    pub ahead_at_most: Duration,
}

impl Rules {
    /// Ten seconds back, four ahead, whatever the sender announces.
    pub const STRICT: Self = Self {
        grace: Duration::from_secs(10),
        announced_at_most: Duration::ZERO,
        ahead_at_most: SDK_GRACE,
    };

    /// As the SDK: four seconds and what the sender announces, but no more than two minutes of it;
    /// four seconds ahead, where the SDK knows no bound.
    pub const COMPAT: Self = Self {
        grace: SDK_GRACE,
        announced_at_most: Duration::from_secs(120),
        ahead_at_most: SDK_GRACE,
    };

    /// How old a nonce may be at most, whatever the sender announces.
    pub const fn longest(&self) -> Duration {
        self.grace.saturating_add(self.announced_at_most)
    }

    /// How old a nonce may be, given what the sender announces.
    ///
    /// The SDK lets a negative timeout take from its grace, and so does this.
    pub fn age_at_most(&self, announced: Option<f64>) -> Duration {
        let most = self.announced_at_most.as_secs_f64();
        let announced = announced.filter(|seconds| !seconds.is_nan()).unwrap_or(0.0);
        let seconds = self.grace.as_secs_f64() + announced.min(most);
        // A bound is a duration or nothing at all; it is never too long to be one, by the minimum.
        Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX)
    }

    /// A nonce that is no further from now than it may be.
    pub(crate) fn in_time(
        &self,
        nonce: i128,
        now: u64,
        announced: Option<f64>,
    ) -> Result<u64, Refusal> {
        in_time(nonce, now, self, announced)
    }
}

/// A request whose signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Who signed.
    pub sender: Hotkey,
    /// What the sender calls itself; at most 64 bytes.
    pub uuid: String,
    /// Nanoseconds since 1970; to be taken once:
    /// [`ReplayGuard::take_increasing`](crate::ReplayGuard::take_increasing).
    pub nonce: u64,
    /// The body hash that was signed.
    body_hash: String,
}

impl Verified {
    /// Whether a body whose listed fields hash to `hash` is the one that was signed.
    pub fn binds(&self, hash: &BodyHash) -> bool {
        hash.is(&self.body_hash)
    }
}

/// Why a request is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No sender, or one that is no address.
    #[error("the header `bt_header_dendrite_hotkey` is missing or no address")]
    Hotkey,
    /// No nonce.
    #[error("the header `bt_header_dendrite_nonce` is missing")]
    NoNonce,
    /// No uuid, or one that is too long.
    #[error("the header `bt_header_dendrite_uuid` is missing, or longer than 64 bytes")]
    Uuid,
    /// No signature. The SDK lets such requests pass.
    #[error("the header `bt_header_dendrite_signature` is missing: requests are signed here")]
    NoSignature,
    /// A signature that is none.
    #[error("the header `bt_header_dendrite_signature` is wrong")]
    Signature(#[from] SignatureError),
    /// Older than the rules allow.
    #[error(
        "the nonce is {age_ms} ms old and may be {most_ms} ms old: set the clock, or sign later"
    )]
    Old {
        /// How old it is.
        age_ms: u128,
        /// How old it may be.
        most_ms: u128,
    },
    /// Further ahead than the rules allow. The SDK knows no bound here.
    #[error("the nonce is {ahead_ms} ms ahead and may be {most_ms} ms ahead: set the clock")]
    Ahead {
        /// How far it is ahead.
        ahead_ms: u128,
        /// How far it may be.
        most_ms: u128,
    },
    /// The signature is not the sender's over this request to this receiver.
    #[error(
        "the signature of {sender} does not hold for nonce, receiver, uuid and body hash of this \
         request"
    )]
    Mismatch {
        /// Who is said to have signed.
        sender: Hotkey,
    },
}

/// Judges a request's headers at `now`, in nanoseconds since 1970.
///
/// Cheap checks come first, the signature last. What was not signed is not used: a nonce under an
/// old version number is a time here as under any other, since the version can be forged.
///
/// # Errors
/// [`Refusal`].
pub fn verify(
    head: &Head,
    receiver: &Hotkey,
    now: u64,
    rules: &Rules,
) -> Result<Verified, Refusal> {
    let dendrite = &head.dendrite;
    let sender = dendrite.hotkey.as_deref().map(str::parse::<Hotkey>);
    let Some(Ok(sender)) = sender else {
        return Err(Refusal::Hotkey);
    };
    let nonce = dendrite.nonce.ok_or(Refusal::NoNonce)?;
    let uuid = dendrite.uuid.as_deref().unwrap_or_default();
    if uuid.is_empty() || uuid.len() > LONGEST_UUID {
        return Err(Refusal::Uuid);
    }
    let signature = dendrite.signature.as_deref().ok_or(Refusal::NoSignature)?;
    let signature = signature::prefixed(signature)?;
    let nonce = in_time(nonce, now, rules, head.timeout)?;
    let body_hash = head.computed_body_hash.as_deref().unwrap_or_default();
    let text = signing_text(nonce.into(), &sender, receiver, uuid, body_hash);
    let holds = |text: &[u8]| Scheme::Sr25519.verify(&sender.account(), text, &signature);
    // Browser wallets wrap what they sign; the SDK takes both.
    if !holds(text.as_bytes()) && !holds(format!("<Bytes>{text}</Bytes>").as_bytes()) {
        return Err(Refusal::Mismatch { sender });
    }
    Ok(Verified {
        sender,
        uuid: uuid.to_owned(),
        nonce,
        body_hash: body_hash.to_owned(),
    })
}

fn in_time(nonce: i128, now: u64, rules: &Rules, announced: Option<f64>) -> Result<u64, Refusal> {
    const NANOS_IN_MS: u128 = 1_000_000;

    let age = i128::from(now) - nonce;
    let distance = age.unsigned_abs();
    if age >= 0 {
        let most = rules.age_at_most(announced).as_nanos();
        // The edge is out, as in the SDK.
        if distance >= most {
            return Err(Refusal::Old {
                age_ms: distance / NANOS_IN_MS,
                most_ms: most / NANOS_IN_MS,
            });
        }
    } else if distance > rules.ahead_at_most.as_nanos() {
        return Err(Refusal::Ahead {
            ahead_ms: distance / NANOS_IN_MS,
            most_ms: rules.ahead_at_most.as_millis(),
        });
    }
    // Within the bounds it is a time of this age of the world, unless the clock is at 1970.
    u64::try_from(nonce).map_err(|_| Refusal::Old {
        age_ms: distance / NANOS_IN_MS,
        most_ms: rules.age_at_most(announced).as_millis(),
    })
}
