//! Whether a request is believed: who he is says who asks, by what signature, and once.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use axonry_core::Hotkey;
use axum::body::Body;
use axum::http::Request;
use axum::http::request::Parts;
use bytes::Bytes;
use tokio::time::timeout;

use super::Failure;
use super::admission::neighbourhood;
use super::elsewhere::elsewhere;
use super::pipeline::{Pipeline, Refused, Served, lock};
use super::question::{self, Fields};
use super::verification::{Asked, Signed};
use crate::bt::{self, Head};
use crate::{Caller, btauth};

/// A request that is believed.
pub(super) struct Judged {
    pub(super) caller: Caller,
    pub(super) body: Bytes,
    /// What its headers say, if they are those of SDK 10, which wants them back.
    pub(super) head: Option<Head>,
}

impl Pipeline {
    /// Believes a request or refuses it.
    pub(super) async fn judge(
        &self,
        served: &Served,
        address: IpAddr,
        request: Request<Body>,
    ) -> Result<Judged, Refused> {
        let place = neighbourhood(address);
        let (parts, body) = request.into_parts();
        let headers: Vec<_> = parts
            .headers
            .iter()
            .filter_map(|(name, value)| {
                // What is no text can be no header of ours.
                Some((name.as_str(), std::str::from_utf8(value.as_bytes()).ok()?))
            })
            .collect();
        let read = async {
            let most = served.route.body_at_most;
            let body = question::read(&parts.headers, body, most);
            timeout(self.body_time, body)
                .await
                .unwrap_or(Err(Failure::SLOW_BODY))
        };
        let now = (self.clock)();
        let (caller, body, head) = if let Some(verify) = &served.route.verifies {
            let head = Head::parse(headers).map_err(|_| Failure::HEADERS)?;
            let body = read.await?;
            let signed = verify(&asked(&parts, &body, address, self.hotkey, now))?;
            self.admit_signed(&signed)?;
            let caller = self.claim(served, place, address, Some(signed.sender()))?;
            let head = head.dendrite.hotkey.is_some().then_some(head);
            (caller, body, head)
        } else if parts.headers.contains_key(btauth::VERSION) {
            let claimed = parts.headers.get(btauth::HOTKEY);
            let claimed = claimed.and_then(|hotkey| hotkey.to_str().ok()?.parse().ok());
            let caller = self.claim(served, place, address, claimed)?;
            let body = read.await?;
            let hash = {
                let body = body.clone();
                elsewhere(body.len(), move || Ok(btauth::body_hash(&body))).await?
            };
            let asked = asked(&parts, &body, address, self.hotkey, now);
            let message = btauth::Message {
                method: asked.method,
                path: asked.path,
                body: asked.body,
            };
            self.admit(&message, &hash, headers)?;
            (caller, body, None)
        } else {
            let head = Head::parse(headers).map_err(|_| Failure::HEADERS)?;
            let claimed = head.dendrite.hotkey.as_deref();
            let claimed = claimed.and_then(|hotkey| hotkey.parse().ok());
            let caller = self.claim(served, place, address, claimed)?;
            let verified = self.admit_bt(served, &head)?;
            let body = read.await?;
            let (hashed, compat) = (served.hashed, served.route.compat);
            let asked = body.clone();
            elsewhere(body.len(), move || bound(hashed, compat, &verified, &asked)).await?;
            (caller, body, Some(head))
        };
        let asked = asked(&parts, &body, address, self.hotkey, now);
        (served.route.verifies_also)(&caller, &asked)?;
        Ok(Judged { caller, body, head })
    }

    /// Who the caller says he is, if that one may ask here and not too often.
    fn claim(
        &self,
        served: &Served,
        place: IpAddr,
        address: IpAddr,
        claimed: Option<Hotkey>,
    ) -> Result<Caller, Failure> {
        let hotkey = claimed.ok_or(Failure::HEADERS)?;
        // By address as well: nobody can use up what another hotkey is allowed.
        if !lock(&self.claims).take((place, hotkey), Instant::now()) {
            return Err(Failure::TOO_OFTEN);
        }
        let caller = Caller {
            hotkey,
            address,
            standing: self.roster.borrow().standing(&hotkey).cloned(),
        };
        match (served.route.admits)(&caller) {
            true => Ok(caller),
            false => Err(Failure::FORBIDDEN),
        }
    }

    fn admit(
        &self,
        message: &btauth::Message<'_>,
        body_hash: &str,
        headers: Vec<(&str, &str)>,
    ) -> Result<(), Failure> {
        let (now, rules) = ((self.clock)(), btauth::Rules::STANDARD);
        let verified = message
            .verify_hashed(body_hash, headers, &self.hotkey, now, &rules)
            .map_err(|refusal| Failure::unverified(&refusal))?;
        let mut guard = lock(&self.guard);
        guard.forget_until(before(
            now,
            rules.age_at_most.max(bt::Rules::COMPAT.longest()),
        ));
        guard
            .take_unique(verified.sender, verified.nonce)
            .map_err(|replay| Failure::unverified(&replay))?;
        drop(guard);
        self.signed(verified.sender)
    }

    fn admit_bt(&self, served: &Served, head: &Head) -> Result<bt::Verified, Failure> {
        let rules = match served.route.compat {
            true => bt::Rules::COMPAT,
            false => bt::Rules::STRICT,
        };
        let now = (self.clock)();
        let verified = bt::verify(head, &self.hotkey, now, &rules)
            .map_err(|refusal| Failure::unverified(&refusal))?;
        let mut guard = lock(&self.guard);
        guard.forget_until(before(now, bt::Rules::COMPAT.longest()));
        guard
            .take_increasing(verified.sender, &verified.uuid, verified.nonce)
            .map_err(|replay| Failure::unverified(&replay))?;
        drop(guard);
        self.signed(verified.sender)?;
        Ok(verified)
    }

    /// What one hotkey signs counts together, wherever it comes from.
    fn signed(&self, hotkey: Hotkey) -> Result<(), Failure> {
        match lock(&self.hotkeys).take(hotkey, Instant::now()) {
            true => Ok(()),
            false => Err(Failure::TOO_OFTEN),
        }
    }

    /// Takes the nonce of a request that the route's own rule believed.
    fn admit_signed(&self, signed: &Signed) -> Result<(), Failure> {
        let (now, rules) = ((self.clock)(), bt::Rules::STRICT);
        rules
            .in_time(signed.nonce().into(), now, None)
            .map_err(|refusal| Failure::unverified(&refusal))?;
        let mut guard = lock(&self.guard);
        guard.forget_until(before(now, bt::Rules::COMPAT.longest()));
        guard
            .take_unique(signed.sender(), signed.nonce())
            .map_err(|replay| Failure::unverified(&replay))?;
        drop(guard);
        self.signed(signed.sender())
    }
}

fn asked<'a>(
    parts: &'a Parts,
    body: &'a [u8],
    address: IpAddr,
    receiver: Hotkey,
    now: u64,
) -> Asked<'a> {
    let path = parts.uri.path_and_query();
    Asked {
        method: parts.method.as_str(),
        path: path.map_or("/", |path| path.as_str()),
        body,
        headers: &parts.headers,
        address,
        receiver,
        now,
    }
}

/// Whether what was signed covers what is asked, as far as the route insists on it.
fn bound(
    hashed: &[&str],
    compat: bool,
    verified: &bt::Verified,
    body: &[u8],
) -> Result<(), Failure> {
    let fields = Fields::of(body)?;
    if !compat && !fields.all_in(hashed) {
        return Err(Failure::UNBOUND);
    }
    match verified.binds(&fields.hash(hashed)?) {
        true => Ok(()),
        // SDK 10 signs the hash of no field where its class lists none.
        false if compat && verified.binds(&bt::body_hash([])) => Ok(()),
        false => Err(Failure::TAMPERED),
    }
}

fn before(now: u64, age: Duration) -> u64 {
    let age = u64::try_from(age.as_nanos()).unwrap_or(u64::MAX);
    now.saturating_sub(age)
}
