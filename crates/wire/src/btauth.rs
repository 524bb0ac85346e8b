//! `btauth/1`: a signature over method, path and the whole body.
//!
//! `bittensor` 11.3.0, `bittensor/http_auth.py`.

use std::time::Duration;

use axonry_core::{Hotkey, Signer, SignerError};
use sha2::{Digest, Sha256};

use crate::signature::{self, Scheme, SignatureError};

/// The header that says that a request is signed this way, and how: `1`.
pub const VERSION: &str = "x-bittensor-version";
pub(crate) const HOTKEY: &str = "x-bittensor-hotkey";
const NONCE: &str = "x-bittensor-nonce";
const SIGNATURE: &str = "x-bittensor-signature";
const RECEIVER: &str = "x-bittensor-receiver";
const CRYPTO: &str = "x-bittensor-crypto";

/// What is signed, but for the sender's and the signature's own parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// The HTTP method, in either case.
    pub method: &'a str,
    /// The path with its query, exactly as it is sent.
    pub path: &'a str,
    /// The body as it is on the wire.
    pub body: &'a [u8],
}

/// Where and when a request may be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How old a nonce may be.
    pub age_at_most: Duration,
    /// How far ahead it may be.
    pub ahead_at_most: Duration,
    /// Whether a request must name its receiver. One that does not can be shown to anybody.
    pub receiver_required: bool,
}

impl Rules {
    /// The SDK's own: ten seconds back, two ahead, with a receiver.
    pub const STANDARD: Self = Self {
        age_at_most: Duration::from_secs(10),
        ahead_at_most: Duration::from_secs(2),
        receiver_required: true,
    };
}

/// A request whose signature holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Who signed.
    pub sender: Hotkey,
    /// Nanoseconds since 1970; to be taken once:
    /// [`ReplayGuard::take_unique`](crate::ReplayGuard::take_unique).
    pub nonce: u64,
}

/// Why a request is not believed; the names are the SDK's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A header is missing or makes no sense.
    #[error("the header `{header}` is missing or wrong: {expected} is expected")]
    MalformedAuth {
        /// The header.
        header: &'static str,
        /// What should be there.
        expected: &'static str,
    },
    /// Meant for somebody else, or for nobody in particular where somebody must be named.
    #[error("the request is not for {receiver}: its header `x-bittensor-receiver` must say so")]
    WrongReceiver {
        /// Who was asked.
        receiver: Hotkey,
    },
    /// Too old, or too far ahead.
    #[error(
        "the nonce is {}{off_ms} ms from now, and may be {most_ms} ms: set the clock",
        if *.ahead { "+" } else { "-" }
    )]
    StaleRequest {
        /// How far it is off.
        off_ms: u128,
        /// How far it may be.
        most_ms: u128,
        /// Whether it is ahead.
        ahead: bool,
    },
    /// The signature is not the sender's over this request.
    #[error("the signature of {sender} does not hold for this method, path, body and receiver")]
    BadSignature {
        /// Who is said to have signed.
        sender: Hotkey,
    },
}

impl Message<'_> {
    /// The eight lines that are signed.
    pub fn payload(
        &self,
        scheme: Scheme,
        nonce: u64,
        sender: &Hotkey,
        receiver: Option<&Hotkey>,
    ) -> String {
        self.payload_of(&body_hash(self.body), scheme, nonce, sender, receiver)
    }

    fn payload_of(
        &self,
        body: &str,
        scheme: Scheme,
        nonce: u64,
        sender: &Hotkey,
        receiver: Option<&Hotkey>,
    ) -> String {
        let method = self.method.to_ascii_uppercase();
        let receiver = receiver.map_or_else(|| "-".to_owned(), Hotkey::to_string);
        let (scheme, path) = (name(scheme), self.path);
        format!("btauth/1\n{scheme}\n{method}\n{path}\n{body}\n{nonce}\n{sender}\n{receiver}")
    }

    /// The headers that make this message one of the signer's, for one receiver.
    ///
    /// # Errors
    /// [`SignerError`].
    pub async fn sign(
        &self,
        signer: &dyn Signer,
        receiver: &Hotkey,
        nonce: u64,
    ) -> Result<Vec<(&'static str, String)>, SignerError> {
        let sender = Hotkey::from(signer.account());
        let payload = self.payload(Scheme::Sr25519, nonce, &sender, Some(receiver));
        let signature = signer.sign(payload.as_bytes()).await?;
        Ok(vec![
            (VERSION, "1".to_owned()),
            (HOTKEY, sender.to_string()),
            (NONCE, nonce.to_string()),
            (SIGNATURE, format!("0x{}", hex::encode(signature.0))),
            (RECEIVER, receiver.to_string()),
        ])
    }

    /// Judges a request by its headers at `now`, in nanoseconds since 1970.
    ///
    /// Of a header that stands there twice, none is believed.
    ///
    /// # Errors
    /// [`Refusal`], in the order in which the SDK looks.
    pub fn verify<'a>(
        &self,
        headers: impl IntoIterator<Item = (&'a str, &'a str)>,
        receiver: &Hotkey,
        now: u64,
        rules: &Rules,
    ) -> Result<Verified, Refusal> {
        self.verify_hashed(&body_hash(self.body), headers, receiver, now, rules)
    }

    /// The same, where the hash of the body has been taken already.
    pub(crate) fn verify_hashed<'a>(
        &self,
        body_hash: &str,
        headers: impl IntoIterator<Item = (&'a str, &'a str)>,
        receiver: &Hotkey,
        now: u64,
        rules: &Rules,
    ) -> Result<Verified, Refusal> {
        let head = Head::read(headers)?;
        let wrong_receiver = Refusal::WrongReceiver {
            receiver: *receiver,
        };
        let named = match head.receiver {
            None if rules.receiver_required => return Err(wrong_receiver),
            None => None,
            Some(named) if named == receiver.to_string() => Some(receiver),
            Some(_) => return Err(wrong_receiver),
        };
        in_time(head.nonce, now, rules)?;
        let sender = head
            .hotkey
            .parse()
            .map_err(|_| malformed(HOTKEY, "an address"))?;
        let payload = self.payload_of(body_hash, head.scheme, head.nonce, &sender, named);
        let holds = head
            .scheme
            .verify(&sender.account(), payload.as_bytes(), &head.signature);
        if !holds {
            return Err(Refusal::BadSignature { sender });
        }
        Ok(Verified {
            sender,
            nonce: head.nonce,
        })
    }
}

/// The hash of a body, as it stands in what is signed.
pub(crate) fn body_hash(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

/// The headers, read but not believed.
struct Head<'a> {
    hotkey: &'a str,
    nonce: u64,
    signature: [u8; 64],
    receiver: Option<&'a str>,
    scheme: Scheme,
}

impl<'a> Head<'a> {
    fn read(headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Refusal> {
        const NAMES: [&str; 6] = [VERSION, HOTKEY, NONCE, SIGNATURE, RECEIVER, CRYPTO];

        let mut values = [None; 6];
        for (name, value) in headers {
            let place = NAMES.iter().position(|one| name.eq_ignore_ascii_case(one));
            if let Some(place) = place
                && values[place].replace(value).is_some()
            {
                return Err(malformed(NAMES[place], "one of it"));
            }
        }
        let [version, hotkey, nonce, signature, receiver, crypto] = values;
        if version != Some("1") {
            return Err(malformed(VERSION, "`1`"));
        }
        let hotkey = hotkey.filter(|hotkey| !hotkey.is_empty());
        let digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
        let nonce = nonce.filter(digits).and_then(|text| text.parse().ok());
        let scheme = match crypto {
            None | Some("sr25519") => Scheme::Sr25519,
            Some("ed25519") => Scheme::Ed25519,
            Some(_) => return Err(malformed(CRYPTO, "`sr25519` or `ed25519`")),
        };
        let signature = signature
            .ok_or(SignatureError)
            .and_then(|text| signature::digits(text.strip_prefix("0x").unwrap_or(text)));
        Ok(Self {
            hotkey: hotkey.ok_or_else(|| malformed(HOTKEY, "an address"))?,
            nonce: nonce.ok_or_else(|| malformed(NONCE, "nanoseconds since 1970"))?,
            signature: signature.map_err(|_| malformed(SIGNATURE, "128 hexadecimal digits"))?,
            receiver,
            scheme,
        })
    }
}

const fn malformed(header: &'static str, expected: &'static str) -> Refusal {
    Refusal::MalformedAuth { header, expected }
}

const fn name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Sr25519 => "sr25519",
        Scheme::Ed25519 => "ed25519",
    }
}

/// Both edges are in, as in the SDK.
fn in_time(nonce: u64, now: u64, rules: &Rules) -> Result<(), Refusal> {
    let ahead = nonce > now;
    let most = if ahead {
        rules.ahead_at_most
    } else {
        rules.age_at_most
    };
    let off = Duration::from_nanos(nonce.abs_diff(now));
    if off <= most {
        return Ok(());
    }
    Err(Refusal::StaleRequest {
        off_ms: off.as_millis(),
        most_ms: most.as_millis(),
        ahead,
    })
}
