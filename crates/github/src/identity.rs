//! Whose a token is.

use crate::names::GithubId;

/// What GitHub says of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// It is this account's.
    Valid(GithubId),
    /// It is nobody's: wrong, expired or revoked.
    InvalidAuth,
    /// GitHub gave no usable answer; ask again later.
    Transient(String),
}
