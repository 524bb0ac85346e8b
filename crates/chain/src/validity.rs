use crate::PoolRejection;

/// What the pool would say to a signed extrinsic, without handing it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Validity {
    /// It would be taken.
    Valid {
        /// Where it would stand among others, higher first.
        priority: u64,
        /// For how many blocks it stays valid.
        longevity: u64,
        /// Whether it would have to wait for an earlier nonce.
        waits: bool,
    },
    /// It would be refused.
    Refused(PoolRejection),
}

impl Validity {
    /// Whether it would be taken.
    pub const fn is_valid(&self) -> bool {
        matches!(self, Self::Valid { .. })
    }
}
