//! What becomes of a token, by upstream's rules in upstream's order
//! (`entrius/gittensor` `validator/pat_handler.py`, `validator/utils/github_validation.py`).

use std::time::Duration;

use axonry_core::Uid;
use axonry_github::{GithubId, Identity, Secret, TokenCheck};
use axonry_wire::Caller;
use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};
use tracing::{info, warn};

use super::{
    BROADCAST, BroadcastAnswer, CHECK, CheckAnswer, Exchange, TokenStore, TokenStoreError,
};

/// Kept free for everything but GitHub: a miner that has given up waiting learns nothing.
const OWN_TIME: Duration = Duration::from_secs(4);

/// Why a token is not taken, in upstream's words where upstream has any.
#[derive(Debug, thiserror::Error)]
enum Rejection {
    #[error("Hotkey not registered on subnet")]
    NotRegistered,
    #[error("No Github PAT provided by miner {0}")]
    NoToken(Uid),
    #[error("Could not validate Github id for miner {0}: GitHub /user lookup failed transiently")]
    NoAnswer(Uid),
    #[error("No Github id found for miner {0}'s PAT")]
    Nobodys(Uid),
    #[error(
        "GitHub identity is locked for this hotkey. Deregister and re-register to change GitHub \
         accounts."
    )]
    Locked,
    #[error("PAT test query failed: {0}")]
    Probe(String),
    #[error("Validator PAT store temporarily unavailable; please retry.")]
    Store,
    #[error("Too many attempts with this hotkey; retry in {} s.", .0.as_secs().max(1))]
    TooOften(Duration),
}

impl From<TokenStoreError> for Rejection {
    fn from(error: TokenStoreError) -> Self {
        if error.is_locked() {
            return Self::Locked;
        }
        // What is wrong on this machine is told here, and not to a miner.
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        warn!(%error, cause, "the token store cannot be used");
        Self::Store
    }
}

impl Exchange {
    /// Judges a token that a miner hands in, and keeps it if there is nothing against it.
    ///
    /// A token counts from the next round on. An account stays with its hotkey for as long as the
    /// hotkey holds its slot: another account's token is refused.
    pub async fn broadcast(&self, caller: &Caller, token: Secret) -> BroadcastAnswer {
        let deadline = Instant::now() + BROADCAST - OWN_TIME;
        let shown = token.masked();
        match self.admit(caller, token, deadline).await {
            Ok(account) => {
                info!(hotkey = %caller.hotkey, %account, token = shown, "a miner's token is kept");
                BroadcastAnswer::accepted()
            }
            Err(rejection) => {
                info!(
                    hotkey = %caller.hotkey, token = shown, reason = %rejection,
                    "a miner's token is refused"
                );
                BroadcastAnswer::rejected(rejection.to_string())
            }
        }
    }

    async fn admit(
        &self,
        caller: &Caller,
        token: Secret,
        deadline: Instant,
    ) -> Result<GithubId, Rejection> {
        let (hotkey, standing) = (caller.hotkey, caller.standing.as_ref());
        let uid = standing.ok_or(Rejection::NotRegistered)?.uid;
        if token.is_empty() {
            return Err(Rejection::NoToken(uid));
        }
        self.may_try(caller)?;
        let account = match self.identity(&token, deadline).await {
            Some(Identity::Valid(account)) => account,
            Some(Identity::InvalidAuth) => return Err(Rejection::Nobodys(uid)),
            Some(Identity::Transient(_)) | None => return Err(Rejection::NoAnswer(uid)),
        };
        let pinned = self
            .stored(move |store| store.account(uid, &hotkey))
            .await?;
        if pinned.is_some_and(|pinned| pinned != account) {
            return Err(Rejection::Locked);
        }
        if let Some(reason) = self.probe(&token, deadline).await.fault() {
            return Err(Rejection::Probe(reason));
        }
        // Whether the account fits is looked at once more there, together with the writing: another
        // request of the same hotkey may have come in between.
        let saved = account.clone();
        self.stored(move |store| store.save(uid, &hotkey, &token, &saved, Timestamp::now()))
            .await?;
        Ok(account)
    }

    /// Says what there is of a miner, and whether it is still good.
    ///
    /// Unlike upstream, a probe that GitHub did not answer leaves it open whether the token is good,
    /// as a lookup does that was not answered.
    pub async fn check(&self, caller: &Caller) -> CheckAnswer {
        let deadline = Instant::now() + CHECK - OWN_TIME;
        let answer = |has_pat, pat_valid, reason: Option<String>| CheckAnswer {
            has_pat: Some(has_pat),
            pat_valid,
            rejection_reason: reason,
        };
        let Some(standing) = &caller.standing else {
            let reason = Rejection::NotRegistered.to_string();
            return answer(false, Some(false), Some(reason));
        };
        let (uid, hotkey) = (standing.uid, caller.hotkey);
        let token = match self.stored(move |store| store.token(uid, &hotkey)).await {
            Ok(Some(token)) => token,
            Ok(None) => {
                let reason = "No PAT stored for this miner".to_owned();
                return answer(false, Some(false), Some(reason));
            }
            Err(error) => {
                return answer(false, None, Some(Rejection::from(error).to_string()));
            }
        };
        if let Err(rejection) = self.may_try(caller) {
            return answer(true, None, Some(rejection.to_string()));
        }
        let unanswered = "GitHub API temporarily unavailable; retry the check in a few minutes.";
        match self.identity(&token, deadline).await {
            Some(Identity::Valid(_)) => {}
            Some(Identity::InvalidAuth) => {
                let reason = Rejection::Nobodys(uid).to_string();
                return answer(true, Some(false), Some(reason));
            }
            Some(Identity::Transient(_)) | None => {
                return answer(true, None, Some(unanswered.to_owned()));
            }
        }
        match self.probe(&token, deadline).await {
            Probe(Some(TokenCheck::Passes(_))) => answer(true, Some(true), None),
            Probe(None | Some(TokenCheck::Transient(_))) => {
                answer(true, None, Some(unanswered.to_owned()))
            }
            Probe(Some(fault)) => {
                let reason = Rejection::Probe(fault.to_string()).to_string();
                answer(true, Some(false), Some(reason))
            }
        }
    }

    fn may_try(&self, caller: &Caller) -> Result<(), Rejection> {
        let attempts = &self.inner.attempts;
        attempts
            .take(caller.hotkey, Instant::now())
            .map_err(Rejection::TooOften)
    }

    /// Whose a token is; `None` when there was no time left to find out.
    async fn identity(&self, token: &Secret, deadline: Instant) -> Option<Identity> {
        let asking = self.inner.github.identity(token);
        timeout_at(deadline, asking).await.ok()
    }

    async fn probe(&self, token: &Secret, deadline: Instant) -> Probe {
        let asking = self.inner.github.check(token);
        Probe(timeout_at(deadline, asking).await.ok())
    }

    /// Works on the store where the disk holds nobody up.
    async fn stored<T: Send + 'static>(
        &self,
        work: impl FnOnce(&TokenStore) -> Result<T, TokenStoreError> + Send + 'static,
    ) -> Result<T, TokenStoreError> {
        let store = self.inner.store.clone();
        let working = tokio::task::spawn_blocking(move || work(&store));
        working.await.unwrap_or(Err(TokenStoreError::Interrupted))
    }
}

/// What GitHub says to a query with a token, if it says anything in time.
struct Probe(Option<TokenCheck>);

impl Probe {
    /// What speaks against the token.
    fn fault(self) -> Option<String> {
        match self.0 {
            Some(TokenCheck::Passes(_)) => None,
            Some(fault) => Some(fault.to_string()),
            None => Some("GitHub did not answer in time".to_owned()),
        }
    }
}
