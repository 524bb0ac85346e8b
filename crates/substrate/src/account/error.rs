use axonry_chain::{ChainError, PoolRejection, SignedExtrinsic};

/// Why an account's extrinsic is not, or may not be, in the pool.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// Nothing was handed in.
    #[error("the extrinsic was not sent")]
    NotSent(#[source] ChainError),
    /// The pool said no: it is certain that it has not taken the extrinsic, and its nonce is the
    /// next one to be used.
    #[error("the transaction pool refused the extrinsic: {rejection}")]
    Refused {
        /// The nonce it had.
        nonce: u64,
        /// The pool's reason.
        rejection: PoolRejection,
    },
    /// It was handed in, and it is not known what became of it: look for it with
    /// [`Account::outcome`](crate::Account::outcome) before doing the same again.
    #[error("it is not known whether extrinsic {} was taken", extrinsic.hash)]
    Unsettled {
        /// What was handed in.
        extrinsic: SignedExtrinsic,
        /// Why there was no answer, if there is a reason.
        #[source]
        source: Option<ChainError>,
    },
}

impl AccountError {
    /// Whether the same call may be submitted again as it is.
    ///
    /// It is not where that could do it twice, nor where the answer would be the same.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::NotSent(error) => error.is_transient(),
            Self::Refused { rejection, .. } => matches!(
                rejection,
                PoolRejection::PoolFull | PoolRejection::Banned | PoolRejection::UnknownValidity(_)
            ),
            Self::Unsettled { .. } => false,
        }
    }
}
