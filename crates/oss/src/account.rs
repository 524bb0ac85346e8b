//! Which GitHub account is whose.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use axonry_chain::Neuron;
use axonry_github::{GitHub, GithubId, Identity, PatStore, PatStoreError};
use axonry_scoring::duplicate::is_account;
use axonry_scoring::emission::RECYCLE_UID;

/// Where a round's tokens come from.
#[derive(Clone, Debug)]
pub enum TokenSource {
    /// The same ones in every round.
    Fixed(Arc<PatStore>),
    /// A file, read anew at the start of every round. A missing file holds no tokens.
    File(PathBuf),
}

impl TokenSource {
    /// One snapshot for a whole round.
    pub(crate) fn snapshot(&self) -> Result<Arc<PatStore>, PatStoreError> {
        match self {
            Self::Fixed(tokens) => Ok(Arc::clone(tokens)),
            Self::File(path) => match PatStore::read(path) {
                Err(error) if error.is_missing() => Ok(Arc::default()),
                tokens => tokens.map(Arc::new),
            },
        }
    }
}

impl From<PatStore> for TokenSource {
    fn from(tokens: PatStore) -> Self {
        Self::Fixed(Arc::new(tokens))
    }
}

/// What is known about a neuron's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Account {
    /// It is this one.
    Known(GithubId),
    /// GitHub did not say; earlier it was this one, if any.
    Unknown {
        earlier: Option<GithubId>,
        why: String,
    },
    /// It has none that counts, for sure.
    None(NoAccount),
}

/// Why a neuron has no account that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoAccount {
    /// Uid 0 receives what nobody can claim.
    Recycles,
    /// It never sent a token.
    NoToken,
    /// The token is of an earlier owner of the uid.
    TokenOfAnother,
    /// GitHub refused the token.
    InvalidToken,
}

impl fmt::Display for NoAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Recycles => "receives what is recycled",
            Self::NoToken => "no stored token: the miner must send one",
            Self::TokenOfAnother => "the stored token is of another hotkey: send it again",
            Self::InvalidToken => "GitHub refuses the stored token",
        })
    }
}

/// Finds out whose account a neuron's is; asks GitHub unless the entry was checked already.
///
/// The rules are those of `validate_github_credentials`
/// (`gittensor/validator/utils/github_validation.py`): a stored id stands in while GitHub is not
/// answering, but never for a token that GitHub refuses.
pub(crate) async fn account(neuron: &Neuron, tokens: &PatStore, github: &GitHub) -> Account {
    let uid = neuron.uid.0;
    if uid == RECYCLE_UID {
        return Account::None(NoAccount::Recycles);
    }
    // Of several entries for one uid the last counts.
    let Some(entry) = tokens.entries().iter().rev().find(|entry| entry.uid == uid) else {
        return Account::None(NoAccount::NoToken);
    };
    if entry.hotkey != neuron.hotkey.to_string() {
        return Account::None(NoAccount::TokenOfAnother);
    }
    let earlier = entry.github_id.clone().filter(|id| is_account(id.as_str()));
    match (&entry.pat, earlier) {
        (None, None) => Account::None(NoAccount::NoToken),
        (None, Some(checked)) => Account::Known(checked),
        (Some(token), earlier) => match github.identity(token).await {
            Identity::Valid(id) => Account::Known(id),
            Identity::InvalidAuth => Account::None(NoAccount::InvalidToken),
            Identity::Transient(why) => Account::Unknown { earlier, why },
        },
    }
}
