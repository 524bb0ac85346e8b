/// What does not fit the presented runtime.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PresentedError {
    /// The runtime does not have the item.
    #[error("the presented runtime has no `{item}`")]
    Missing {
        /// Pallet and item.
        item: String,
    },
    /// A value does not fit the type the runtime gives the item.
    #[error("`{item}` does not take this value: {reason}")]
    Encode {
        /// Pallet and item.
        item: String,
        /// What differs.
        reason: String,
    },
    /// Bytes are not of the type the runtime gives the item.
    #[error("`{item}` does not decode: {reason}")]
    Decode {
        /// Pallet and item.
        item: String,
        /// What is wrong.
        reason: String,
    },
}
