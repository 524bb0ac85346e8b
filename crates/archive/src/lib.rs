//! Predictions as Parquet, partitioned by day and asset, in a folder or on S3.
//!
//! Use it when predictions outgrow the database: one file per prompt, in a layout that DuckDB, Spark,
//! Trino and DataFusion read as it is (`day=2026-02-03/asset=BTC/…`), written a miner at a time, there
//! as a whole or not at all, and read back a miner at a time for scoring.
//!
//! ```
//! use axonry_archive::{Archive, MinerPaths, PromptKey};
//! use axonry_core::{Hotkey, Uid};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let archive = Archive::folder(folder.path())?;
//! let prompt = PromptKey::new("BTC", 1_770_114_060, 600, 300)?;
//! let miner = MinerPaths {
//!     uid: Uid(7),
//!     hotkey: Hotkey::from_bytes([7; 32]),
//!     process_time: Some(1.5),
//!     // Two paths of three points.
//!     prices: vec![1.5, 1.25, 1.75, 1.5, 1.75, 2.0],
//! };
//! let mut file = archive.write(&prompt).await?;
//! file.add(miner.clone()).await?;
//! file.publish().await?;
//!
//! let mut file = archive.read(&prompt).await?.expect("it was published");
//! assert_eq!(file.next().await?, Some(miner));
//! # Ok(())
//! # }
//! ```
//!
//! It does not know: what makes a prediction valid, scores, databases, any chain.

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
