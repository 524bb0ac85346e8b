use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::Caller;

/// Who is let in at a route, and how much he may ask.
#[derive(Clone)]
pub struct Route {
    pub(super) compat: bool,
    pub(super) body_at_most: usize,
    pub(super) deadline: Duration,
    pub(super) admits: Arc<dyn Fn(&Caller) -> bool + Send + Sync>,
    pub(super) priority: Arc<dyn Fn(&Caller) -> f64 + Send + Sync>,
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

    /// How long an answer may take, from the last byte of the request.
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
