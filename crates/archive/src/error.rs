use parquet::errors::ParquetError;

/// Why predictions could not be archived or found again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The place cannot be used.
    #[error("cannot use `{place}` as an archive: {reason}")]
    Place {
        /// Which place.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The store did not do what it was asked to.
    #[error("could not {what}")]
    Store {
        /// What was being done.
        what: &'static str,
        /// The store's reason.
        #[source]
        source: object_store::Error,
    },
    /// Rows could not be put into a file's form or read from it.
    #[error("could not {what}")]
    Form {
        /// What was being done.
        what: &'static str,
        /// The reason.
        #[source]
        source: ParquetError,
    },
    /// A miner's prices are no paths of this prompt.
    #[error("{prices} prices are no paths of {points} points")]
    Shape {
        /// How many prices there are.
        prices: usize,
        /// How many points a path has.
        points: usize,
    },
    /// A file was not written by this crate, or was written over.
    #[error("`{file}` is no file of this archive: {reason}")]
    Foreign {
        /// Which file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An earlier call failed, and the file is not to be published.
    #[error("the file is not whole, because an earlier part of it failed: write it again")]
    Broken,
}

impl ArchiveError {
    /// Whether the same call may succeed later: a service that was away, a full disk.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Store { source, .. } => !matches!(
                source,
                object_store::Error::NotFound { .. }
                    | object_store::Error::PermissionDenied { .. }
                    | object_store::Error::Unauthenticated { .. }
                    | object_store::Error::NotSupported { .. }
                    | object_store::Error::NotImplemented { .. }
            ),
            _ => false,
        }
    }
}

/// Says what was being done when the store failed.
pub(crate) const fn store(what: &'static str) -> impl FnOnce(object_store::Error) -> ArchiveError {
    move |source| ArchiveError::Store { what, source }
}

/// Says what was being done when rows could not be put into their form.
pub(crate) const fn form(what: &'static str) -> impl FnOnce(ParquetError) -> ArchiveError {
    move |source| ArchiveError::Form { what, source }
}
