//! Which GitHub account is whose.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use axonry_chain::Neuron;
use axonry_github::{GitHub, GithubId, Identity, PatStore, PatStoreError};
use axonry_scoring::duplicate::is_account;
use axonry_scoring::emission::RECYCLE_UID;

use crate::asking::Asking;

/// Where a round's tokens come from.
#[derive(Clone, Debug)]
pub enum TokenSource {
    /// The same ones in every round.
    Fixed(Arc<PatStore>),
    /// A file, read anew at the start of every round. While it is missing or unreadable there is no
    /// round: an update that removes and rewrites it must not look like miners without tokens.
    File(PathBuf),
    /// Those of an earlier run, by round: what a round is judged again by.
    Rounds(Arc<BTreeMap<u64, PatStore>>),
}

/// Hears which tokens each round goes by.
pub trait TokenListener: fmt::Debug + Send + Sync {
    /// The tokens of a round that begins.
    fn tokens(&self, round: u64, tokens: &PatStore);
}

impl TokenSource {
    /// One snapshot for a whole round.
    pub(crate) fn snapshot(&self, round: u64) -> Result<Arc<PatStore>, PatStoreError> {
        match self {
            Self::Fixed(tokens) => Ok(Arc::clone(tokens)),
            Self::File(path) => PatStore::read(path).map(Arc::new),
            Self::Rounds(rounds) => Ok(Arc::new(rounds.get(&round).cloned().unwrap_or_default())),
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

impl Account {
    /// The account a miner claims, for whatever is kept or counted by account.
    pub(crate) fn claimed(&self) -> Option<&GithubId> {
        let id = match self {
            Self::Known(id) => Some(id),
            Self::Unknown { earlier, .. } => earlier.as_ref(),
            Self::None(_) => None,
        };
        id.filter(|id| is_account(id.as_str()))
    }
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
pub(crate) async fn account(
    neuron: &Neuron,
    tokens: &PatStore,
    github: &GitHub,
    asking: &Asking<'_>,
) -> Account {
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
        (Some(token), earlier) => match asking.wait_for(github.identity(token)).await {
            Ok(Identity::Valid(id)) => Account::Known(id),
            Ok(Identity::InvalidAuth) => Account::None(NoAccount::InvalidToken),
            Ok(Identity::Transient(why)) | Err(why) => Account::Unknown { earlier, why },
        },
    }
}

/// Refusals of most tokens of a round say more about who asks, or who is asked, than about tokens.
///
/// A wrong address for GitHub or a block of ours answers every token alike; then whose account is
/// whose is not known, rather than known to be nobody's.
pub(crate) fn doubt_mass_refusals<'a>(accounts: impl Iterator<Item = &'a mut Account>) {
    let mut asked: Vec<&mut Account> = accounts
        .filter(|account| {
            !matches!(account, Account::None(reason) if *reason != NoAccount::InvalidToken)
        })
        .collect();
    let all = asked.len();
    let is_refused = |account: &Account| *account == Account::None(NoAccount::InvalidToken);
    let refused = asked.iter().filter(|account| is_refused(account)).count();
    if all < 2 || 2 * refused <= all {
        return;
    }
    for account in asked.iter_mut().filter(|account| is_refused(account)) {
        let why =
            format!("it refuses {refused} of {all} tokens, which is more likely its fault or ours");
        **account = Account::Unknown { earlier: None, why };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusals_after(refused: usize, valid: usize) -> usize {
        let invalid = || Account::None(NoAccount::InvalidToken);
        let mut accounts: Vec<Account> = std::iter::repeat_with(invalid).take(refused).collect();
        accounts.extend((0..valid).map(|id| Account::Known(GithubId::from(id as u64 + 1))));
        accounts.push(Account::None(NoAccount::NoToken));
        doubt_mass_refusals(accounts.iter_mut());
        accounts
            .iter()
            .filter(|account| **account == invalid())
            .count()
    }

    #[test]
    fn a_refusal_is_believed_unless_most_tokens_are_refused() {
        assert_eq!(
            refusals_after(1, 0),
            1,
            "one token says nothing about the others"
        );
        assert_eq!(refusals_after(2, 2), 2, "half of them are believed");
        assert_eq!(refusals_after(2, 0), 0);
        assert_eq!(refusals_after(3, 2), 0);
    }
}
