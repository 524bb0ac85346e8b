use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Asked, Failure, Signed};
use crate::Caller;

/// A verification in place of the axon's own.
type Verify = Arc<dyn Fn(&Asked<'_>) -> Result<Signed, Failure> + Send + Sync>;

/// A verification beside it.
type VerifyAlso = Arc<dyn Fn(&Caller, &Asked<'_>) -> Result<(), Failure> + Send + Sync>;

/// Who is let in at a route, and how much he may ask.
#[derive(Clone)]
pub struct Route {
    pub(super) compat: bool,
    pub(super) body_at_most: usize,
    pub(super) deadline: Duration,
    pub(super) admits: Arc<dyn Fn(&Caller) -> bool + Send + Sync>,
    pub(super) priority: Arc<dyn Fn(&Caller) -> f64 + Send + Sync>,
    pub(super) verifies: Option<Verify>,
    pub(super) verifies_also: VerifyAlso,
}

impl Route {
    /// Takes requests whose signature covers every field: `btauth/1`, or header requests that hash
    /// them. Bodies of up to 10 MiB, answered within 30 s, from anybody.
    pub fn strict() -> Self {
        Self {
            compat: false,
            body_at_most: 10 << 20,
            deadline: Duration::from_secs(30),
            admits: Arc::new(|_| true),
            priority: Arc::new(|caller| {
                let standing = caller.standing.as_ref();
                // Beyond 2^53 neighbours look alike, which does no harm to a priority.
                standing.map_or(0.0, |standing| standing.stake.base_units() as f64)
            }),
            verifies: None,
            verifies_also: Arc::new(|_, _| Ok(())),
        }
    }

    /// Takes requests of SDK 10 as well, whose senders sign who asks whom and when, but not what;
    /// with its window for nonces. Never without a signature.
    pub fn compat() -> Self {
        Self {
            compat: true,
            ..Self::strict()
        }
    }

    /// The largest body, in bytes.
    #[must_use]
    pub const fn body_at_most(mut self, bytes: usize) -> Self {
        self.body_at_most = bytes;
        self
    }

    /// How long an answer may take, from the last byte of the request; all pieces of it, where it
    /// comes in pieces.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Lets in only whom `admits` lets in. It is asked before the signature is verified, about who
    /// the caller *says* he is, so that strangers cost nothing; by the time a handler sees a
    /// caller he is who he said.
    #[must_use]
    pub fn only(mut self, admits: impl Fn(&Caller) -> bool + Send + Sync + 'static) -> Self {
        self.admits = Arc::new(admits);
        self
    }

    /// Lets in only neurons with a validator permit.
    #[must_use]
    pub fn only_validators(self) -> Self {
        self.only(|caller| caller.standing.as_ref().is_some_and(|one| one.permit))
    }

    /// Verifies besides: after the signature held, about a caller who is who he says. What it
    /// answers as a [`Failure`] is what the caller is told.
    ///
    /// ```
    /// use axonry_wire::{Failure, Route};
    ///
    /// let route = Route::strict().verify_also(|caller, asked| match asked.header("x-season") {
    ///     Some("7") => Ok(()),
    ///     _ => Err(Failure::new(403, format!("{} asks of another season", caller.hotkey))),
    /// });
    /// ```
    #[must_use]
    pub fn verify_also(
        mut self,
        verify: impl Fn(&Caller, &Asked<'_>) -> Result<(), Failure> + Send + Sync + 'static,
    ) -> Self {
        self.verifies_also = Arc::new(verify);
        self
    }

    /// Verifies in place of the axon's own ways: for senders who sign something else, as SDK 10's
    /// `verify_fn` allows. A proof is only had for a signature that holds, and limits, nonces and
    /// [`only`](Self::only) stay as they are; `only` is asked after the signature here.
    ///
    /// ```
    /// use axonry_wire::{Asked, Failure, Route, Scheme, Signed};
    ///
    /// fn by_header(asked: &Asked<'_>) -> Option<Result<Signed, Failure>> {
    ///     let (sender, nonce) = (asked.header("x-sender")?.parse().ok()?, asked.header("x-nonce")?);
    ///     let signature = hex::decode(asked.header("x-signature")?).ok()?.try_into().ok()?;
    ///     let message = [nonce.as_bytes(), asked.receiver.to_string().as_bytes(), asked.body].concat();
    ///     let nonce = nonce.parse().ok()?;
    ///     Some(Signed::verify(Scheme::Sr25519, sender, &message, &signature, nonce))
    /// }
    ///
    /// let route = Route::strict().verify_by(|asked| {
    ///     by_header(asked).unwrap_or_else(|| Err(Failure::new(400, "three headers are needed")))
    /// });
    /// ```
    #[must_use]
    pub fn verify_by(
        mut self,
        verify: impl Fn(&Asked<'_>) -> Result<Signed, Failure> + Send + Sync + 'static,
    ) -> Self {
        self.verifies = Some(Arc::new(verify));
        self
    }

    /// Who is served first when all places are taken: the one with the larger number; by default
    /// the one with more stake.
    #[must_use]
    pub fn priority(mut self, priority: impl Fn(&Caller) -> f64 + Send + Sync + 'static) -> Self {
        self.priority = Arc::new(priority);
        self
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route")
            .field("compat", &self.compat)
            .field("body_at_most", &self.body_at_most)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
