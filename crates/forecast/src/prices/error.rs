use std::error::Error;
use std::path::PathBuf;

use axonry_core::Unknown;

use crate::Asset;

/// Why real prices are not known.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PriceError {
    /// The source does not have the asset.
    #[error("{source_name} has no prices of {asset}: name a source that does")]
    NotListed {
        /// Which asset.
        asset: Asset,
        /// Which source.
        source_name: &'static str,
    },
    /// The last minute is not over yet.
    #[error("the prices of {asset} up to {end} are not settled yet (newest minute: {newest:?})")]
    NotSettled {
        /// Which asset.
        asset: Asset,
        /// The last point, in seconds since 1970.
        end: i64,
        /// The newest minute that is there.
        newest: Option<i64>,
    },
    /// There is no price at the end, which all others are compared with.
    #[error("{asset} has no price for the minute at {end}, the last of the horizon")]
    EndMissing {
        /// Which asset.
        asset: Asset,
        /// The last point, in seconds since 1970.
        end: i64,
    },
    /// The source did not answer, or refused to.
    #[error("could not ask {source_name} for the prices of {asset}")]
    Failed {
        /// Which asset.
        asset: Asset,
        /// Which source.
        source_name: &'static str,
        /// Whether asking again may help.
        transient: bool,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// What the source said cannot be understood.
    #[error("could not read what {source_name} said about {asset}: {reason}")]
    Malformed {
        /// Which asset.
        asset: Asset,
        /// Which source.
        source_name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A file of prices cannot be read.
    #[error("could not read prices from `{path}`: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl PriceError {
    /// Whether the same question may have an answer later. A missing price may still be filled in.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::NotSettled { .. } | Self::EndMissing { .. } | Self::Malformed { .. } => true,
            Self::Failed { transient, .. } => *transient,
            Self::NotListed { .. } | Self::File { .. } => false,
        }
    }

    /// Why a score that needs these prices is not known.
    pub fn unknown(&self) -> Unknown {
        match self {
            Self::NotSettled { .. } => Unknown::NotStoredYet,
            Self::Malformed { .. } => Unknown::Malformed(self.to_string()),
            _ => Unknown::SourceFailed(self.to_string()),
        }
    }
}
