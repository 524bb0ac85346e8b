use axonry_chain::{ExtrinsicHash, InvalidReason, PoolRejection};

use crate::extrinsic::{Invalid, Unknown, ValidityError};

/// Why the pool does not take an extrinsic, and how a node says so over JSON-RPC.
///
/// `substrate/client/rpc-api/src/author/error.rs` in `paritytech/polkadot-sdk`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PoolRefusal {
    /// Not bytes with their length in front.
    Format(String),
    /// The runtime cannot read it.
    Verification(String),
    Validity(ValidityError),
    Banned,
    AlreadyImported(ExtrinsicHash),
    TooLowPriority {
        old: u64,
        new: u64,
    },
    Full,
    /// Refused on command.
    Ordered(PoolRejection),
}

impl PoolRefusal {
    /// Code, message and data of the JSON-RPC error.
    pub(crate) fn rpc(&self) -> (i32, String, Option<String>) {
        match self {
            Self::Format(reason) => (
                1001,
                format!("Extrinsic has invalid format: {reason}"),
                None,
            ),
            Self::Verification(reason) => (
                1002,
                format!("Verification Error: Runtime error: Execution failed: {reason}"),
                Some(format!("RuntimeApi(\"Execution failed: {reason}\")")),
            ),
            Self::Validity(ValidityError::Invalid(invalid)) => (
                1010,
                "Invalid Transaction".to_owned(),
                Some(invalid.words()),
            ),
            Self::Validity(ValidityError::Unknown(unknown)) => (
                1011,
                "Unknown Transaction Validity".to_owned(),
                Some(format!("{unknown:?}")),
            ),
            Self::Banned => (1012, "Transaction is temporarily banned".to_owned(), None),
            Self::AlreadyImported(hash) => (
                1013,
                "Transaction Already Imported".to_owned(),
                Some(hash.to_string()),
            ),
            Self::TooLowPriority { old, new } => (
                1014,
                format!("Priority is too low: ({old} vs {new})"),
                Some(
                    "The transaction has too low priority to replace another transaction already \
                     in the pool."
                        .to_owned(),
                ),
            ),
            Self::Full => (
                1016,
                "Immediately Dropped".to_owned(),
                Some("The transaction couldn't enter the pool because of the limit".to_owned()),
            ),
            Self::Ordered(rejection) => Self::ordered(rejection),
        }
    }

    /// The code and words a node refuses with, from a client's vocabulary.
    fn ordered(rejection: &PoolRejection) -> (i32, String, Option<String>) {
        let words = |code, message: &str, data: Option<&str>| {
            (code, message.to_owned(), data.map(str::to_owned))
        };
        match rejection {
            PoolRejection::Invalid(reason) => {
                let data = match reason {
                    InvalidReason::Stale => Invalid::Stale.words(),
                    InvalidReason::Future => "Transaction will be valid in the future".to_owned(),
                    InvalidReason::BadProof => Invalid::BadProof.words(),
                    InvalidReason::AncientBirthBlock => Invalid::AncientBirthBlock.words(),
                    InvalidReason::Payment => Invalid::Payment.words(),
                    InvalidReason::Custom(number) => Invalid::Custom(*number).words(),
                    other => other.to_string(),
                };
                words(1010, "Invalid Transaction", Some(&data))
            }
            PoolRejection::UnknownValidity(reason) => {
                words(1011, "Unknown Transaction Validity", Some(reason))
            }
            PoolRejection::Banned => words(1012, "Transaction is temporarily banned", None),
            PoolRejection::AlreadyImported => words(1013, "Transaction Already Imported", None),
            PoolRejection::PriorityTooLow => words(1014, "Priority is too low: (1 vs 1)", None),
            PoolRejection::Cycle => words(1015, "Cycle Detected", None),
            PoolRejection::PoolFull => words(1016, "Immediately Dropped", None),
            PoolRejection::Other { code, message } => words(*code, message, None),
            other => words(1, &other.to_string(), None),
        }
    }

    /// The refusal as a client's vocabulary has it.
    pub(crate) fn rejection(&self) -> PoolRejection {
        let (code, message, data) = self.rpc();
        PoolRejection::from_rpc(code, &message, data.as_deref())
    }
}

impl From<Unknown> for PoolRefusal {
    fn from(unknown: Unknown) -> Self {
        Self::Validity(ValidityError::Unknown(unknown))
    }
}
