//! The tokens a client reads with, and what became of each.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axonry_http::Secret;

/// What GitHub makes of a token that a client reads with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenState {
    /// As far as is known, it may be used.
    Usable,
    /// One of its allowances is used up, or GitHub asked for a pause; it may be used again then.
    Waiting(Duration),
    /// Revoked, expired, or never valid: it is not used again.
    Refused,
}

/// A token that a client reads with, as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenReport {
    /// Its last four characters, after `***`.
    pub name: String,
    /// What GitHub makes of it.
    pub state: TokenState,
    /// Requests made with it.
    pub requests: u64,
}

/// The tokens of one client.
#[derive(Debug)]
pub(super) struct Tokens(Mutex<Vec<Arc<Token>>>);

#[derive(Debug)]
pub(super) struct Token {
    pub(super) secret: Secret,
    refused: AtomicBool,
    requests: AtomicU64,
}

impl Token {
    /// Notes that GitHub no longer knows it.
    pub(super) fn refuse(&self) {
        self.refused.store(true, Relaxed);
    }

    pub(super) fn used(&self) {
        self.requests.fetch_add(1, Relaxed);
    }
}

impl Tokens {
    pub(super) fn new(secrets: Vec<Secret>) -> Self {
        let tokens = Self(Mutex::default());
        tokens.replace(secrets);
        tokens
    }

    /// Takes these from now on; what is known of those that stay is kept.
    pub(super) fn replace(&self, secrets: Vec<Secret>) {
        let mut tokens = self.lock();
        let before = std::mem::take(&mut *tokens);
        for secret in secrets.into_iter().filter(|secret| !secret.is_empty()) {
            let same = |token: &&Arc<Token>| token.secret.expose() == secret.expose();
            if tokens.iter().any(|token| same(&token)) {
                continue;
            }
            let known = before.iter().find(same).cloned();
            tokens.push(known.unwrap_or_else(|| {
                Arc::new(Token {
                    secret,
                    refused: AtomicBool::new(false),
                    requests: AtomicU64::new(0),
                })
            }));
        }
    }

    /// The token to ask with next: one that need not wait, and of these the least used. None of
    /// those that were `tried` before.
    pub(super) fn choose(
        &self,
        tried: &[Arc<Token>],
        wait: impl Fn(&Secret) -> Option<Duration>,
    ) -> Option<Arc<Token>> {
        let usable = |token: &&Arc<Token>| {
            !token.refused.load(Relaxed) && !tried.iter().any(|one| Arc::ptr_eq(one, token))
        };
        let tokens: Vec<_> = self.lock().iter().filter(usable).cloned().collect();
        tokens
            .into_iter()
            .min_by_key(|token| (wait(&token.secret), token.requests.load(Relaxed)))
    }

    pub(super) fn report(&self, wait: impl Fn(&Secret) -> Option<Duration>) -> Vec<TokenReport> {
        let tokens = self.lock().clone();
        let report = |token: Arc<Token>| TokenReport {
            name: token.secret.masked(),
            state: match wait(&token.secret) {
                _ if token.refused.load(Relaxed) => TokenState::Refused,
                Some(pause) => TokenState::Waiting(pause),
                None => TokenState::Usable,
            },
            requests: token.requests.load(Relaxed),
        };
        tokens.into_iter().map(report).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Token>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(names: &[&str]) -> Tokens {
        Tokens::new(names.iter().map(|name| Secret::new(*name)).collect())
    }

    #[test]
    fn reading_goes_round_and_leaves_out_those_that_wait_or_are_refused() {
        let tokens = tokens(&["ghp_aaaa", "ghp_bbbb", "ghp_cccc"]);
        let waits = |secret: &Secret| secret.expose().ends_with('a').then_some(Duration::MAX);
        let mut names = Vec::new();
        for _ in 0..4 {
            let token = tokens.choose(&[], waits).unwrap();
            token.used();
            names.push(token.secret.masked());
        }
        assert_eq!(names, ["***bbbb", "***cccc", "***bbbb", "***cccc"]);

        let refused = tokens.choose(&[], waits).unwrap();
        refused.refuse();
        assert_eq!(
            tokens.choose(&[], waits).unwrap().secret.masked(),
            "***cccc"
        );
        let states: Vec<_> = tokens.report(waits).iter().map(|one| one.state).collect();
        let expected = [
            TokenState::Waiting(Duration::MAX),
            TokenState::Refused,
            TokenState::Usable,
        ];
        assert_eq!(states, expected);
    }

    #[test]
    fn new_tokens_take_the_place_of_old_ones_and_known_ones_stay_known() {
        let tokens = tokens(&["ghp_aaaa"]);
        tokens.choose(&[], |_| None).unwrap().refuse();
        assert!(tokens.choose(&[], |_| None).is_none());
        tokens.replace(vec![Secret::new("ghp_aaaa"), Secret::new("ghp_dddd")]);
        assert_eq!(
            tokens.choose(&[], |_| None).unwrap().secret.masked(),
            "***dddd"
        );
    }

    #[test]
    fn of_a_token_its_end_is_shown_at_most() {
        for (token, shown) in [("ghp_abcd1234", "***1234"), ("abc", "***")] {
            let tokens = tokens(&[token]);
            assert_eq!(tokens.report(|_| None)[0].name, shown);
            assert!(!format!("{tokens:?}").contains(token));
        }
    }
}
