#![doc = include_str!("../README.md")]

mod archive;
mod error;
mod key;
mod layout;
mod reader;
#[cfg(feature = "s3")]
mod s3;
mod writer;

pub use archive::Archive;
pub use error::ArchiveError;
pub use key::{PromptKey, PromptKeyError};
pub use layout::MinerPaths;
pub use reader::PromptReader;
#[cfg(feature = "s3")]
pub use s3::S3;
pub use writer::{Precision, PromptWriter};
