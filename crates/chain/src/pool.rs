use std::fmt;

use crate::ChainError;

/// Why an extrinsic was not taken, or why it is not known whether it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// The pool said no: it is certain that the extrinsic did not enter.
    #[error("the transaction pool refused the extrinsic: {0}")]
    Rejected(PoolRejection),
    /// The question or the answer was lost: the extrinsic may or may not be in the pool.
    #[error("it is not known whether the extrinsic was taken")]
    Unknown(#[source] ChainError),
}

/// The pool's answer, by JSON-RPC code.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PoolRejection {
    /// 1010: invalid as things stand.
    Invalid(InvalidReason),
    /// 1011: validity could not be found out.
    UnknownValidity(String),
    /// 1012: invalid before, and banned for a while.
    Banned,
    /// 1013: the pool has exactly these bytes already.
    AlreadyImported,
    /// 1014: another one with the same nonce is pending and does not give way.
    PriorityTooLow,
    /// 1015: would wait on itself.
    Cycle,
    /// 1016: no room.
    PoolFull,
    /// Any other code.
    Other {
        /// The JSON-RPC error code.
        code: i32,
        /// The node's words.
        message: String,
    },
}

/// What makes an extrinsic invalid (`sp_runtime::transaction_validity::InvalidTransaction`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidReason {
    /// The nonce has been used.
    Stale,
    /// The nonce lies in the future.
    Future,
    /// The signature does not match: another key, chain, runtime version or payload.
    BadProof,
    /// Born in a block too old, or its era has passed.
    AncientBirthBlock,
    /// The fee cannot be paid.
    Payment,
    /// The runtime's own number (`common/src/transaction_error.rs` in `opentensor/subtensor`).
    Custom(u8),
    /// Any other reason, in the node's words.
    Other(String),
}

impl InvalidReason {
    /// What subtensor means by a custom number.
    pub const fn custom_meaning(number: u8) -> &'static str {
        match number {
            0 => "a coldkey swap is announced",
            1 => "stake below what the call needs (the threshold for setting weights)",
            2 => "balance too low",
            3 => "the subnet does not exist",
            4 => "the hotkey account does not exist",
            5 => "not enough stake to withdraw",
            6 => "rate limit: too soon after the last one",
            7 => "insufficient liquidity",
            8 => "slippage too high",
            9 => "transfers are disallowed",
            10 => "the hotkey is not registered in any network",
            11 => "invalid IP address",
            12 => "serving rate limit",
            13 => "invalid port",
            14 => "the maximum amount is zero",
            15 => "invalid reveal round",
            16 => "no commit found to reveal",
            17 => "the commit is not in its reveal window",
            18 => "batch inputs of unequal length",
            19 => "the hotkey has no uid on that subnet",
            20 => "EVM key association rate limit",
            21 => "the coldkey swap is disputed",
            22 => "invalid real account",
            23 => "shielded transaction could not be parsed",
            24 => "shielded transaction with the wrong key hash",
            25 => "the coldkey does not own the hotkey",
            26 => "delegate take too low",
            27 => "delegate take too high",
            255 => "bad request",
            _ => "unknown to this client",
        }
    }
}

impl fmt::Display for InvalidReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stale => f.write_str("its nonce has been used (outdated)"),
            Self::Future => f.write_str("its nonce lies in the future"),
            Self::BadProof => f.write_str("its signature does not match this chain and runtime"),
            Self::AncientBirthBlock => f.write_str("its era has passed"),
            Self::Payment => f.write_str("the account cannot pay the fee"),
            Self::Custom(number) => {
                write!(
                    f,
                    "custom error {number}: {}",
                    Self::custom_meaning(*number)
                )
            }
            Self::Other(words) => f.write_str(words),
        }
    }
}

impl fmt::Display for PoolRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(reason) => write!(f, "invalid (1010): {reason}"),
            Self::UnknownValidity(words) => write!(f, "validity unknown (1011): {words}"),
            Self::Banned => f.write_str("temporarily banned (1012)"),
            Self::AlreadyImported => f.write_str("already in the pool (1013)"),
            Self::PriorityTooLow => {
                f.write_str("another one with this nonce is pending (1014, priority too low)")
            }
            Self::Cycle => f.write_str("it depends on itself (1015)"),
            Self::PoolFull => f.write_str("the pool is full (1016)"),
            Self::Other { code, message } => write!(f, "{message} ({code})"),
        }
    }
}

impl PoolRejection {
    /// Reads a JSON-RPC error of `author_submitExtrinsic` and its watching form.
    ///
    /// `data` is where substrate puts the reason of a 1010.
    pub fn from_rpc(code: i32, message: &str, data: Option<&str>) -> Self {
        let words = data.unwrap_or(message);
        match code {
            1010 => Self::Invalid(InvalidReason::from_words(words)),
            1011 => Self::UnknownValidity(words.to_owned()),
            1012 => Self::Banned,
            1013 => Self::AlreadyImported,
            1014 => Self::PriorityTooLow,
            1015 => Self::Cycle,
            1016 => Self::PoolFull,
            _ => Self::Other {
                code,
                message: message.to_owned(),
            },
        }
    }
}

impl InvalidReason {
    /// The node sends its reason as the text of `sp_runtime`'s enum, the only form there is.
    fn from_words(words: &str) -> Self {
        if let Some(number) = words.split("Custom error: ").nth(1) {
            let digits = number.trim_end_matches(|c: char| !c.is_ascii_digit());
            if let Ok(number) = digits.parse() {
                return Self::Custom(number);
            }
        }
        match words {
            _ if words.contains("outdated") => Self::Stale,
            _ if words.contains("will be valid in the future") => Self::Future,
            _ if words.contains("bad signature") => Self::BadProof,
            _ if words.contains("ancient birth block") => Self::AncientBirthBlock,
            _ if words.contains("pay some fees") => Self::Payment,
            _ => Self::Other(words.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pools_words_become_typed_reasons() {
        let reason = |data| PoolRejection::from_rpc(1010, "Invalid Transaction", Some(data));
        for (words, expected) in [
            ("Transaction is outdated", InvalidReason::Stale),
            (
                "Transaction will be valid in the future",
                InvalidReason::Future,
            ),
            ("Transaction has a bad signature", InvalidReason::BadProof),
            (
                "Transaction has an ancient birth block",
                InvalidReason::AncientBirthBlock,
            ),
            (
                "Inability to pay some fees (e.g. account balance too low)",
                InvalidReason::Payment,
            ),
            ("Custom error: 6", InvalidReason::Custom(6)),
            (
                "Custom error: 999",
                InvalidReason::Other("Custom error: 999".into()),
            ),
        ] {
            assert_eq!(reason(words), PoolRejection::Invalid(expected), "{words}");
        }
        assert_eq!(
            PoolRejection::from_rpc(1012, "", None),
            PoolRejection::Banned
        );
        assert_eq!(
            PoolRejection::from_rpc(1014, "", None),
            PoolRejection::PriorityTooLow
        );
    }
}
