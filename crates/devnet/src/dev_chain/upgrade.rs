use crate::metadata::MetadataError;
use crate::presented::PresentedError;

/// Why a runtime was not put in force.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpgradeError {
    /// The metadata cannot be presented.
    #[error("the metadata cannot be presented")]
    Metadata(#[from] MetadataError),
    /// The version does not increase.
    #[error("spec version {found} is no upgrade of {from}: it needs to increase")]
    Version {
        /// The runtime in force.
        from: u32,
        /// The one given.
        found: u32,
    },
    /// No block could be made.
    #[error("no block could be made")]
    Seal(#[from] PresentedError),
}
