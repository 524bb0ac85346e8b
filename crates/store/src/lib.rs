//! What must survive a restart: the journal of intents, the averages, the rounds and their traces.
//!
//! One SQLite file per validator, or a schema of a PostgreSQL database by URL (feature `postgres`).
//! What was acknowledged is on disk, what is missing or cannot be read is an error and never a fresh
//! start, and what is written together is read together. Each row carries a checksum, so that a
//! number which changed on the disk is noticed. On a full disk the journal goes on in space that was
//! kept for it, and history waits.
//!
//! What miners predict is a thousand times as much and stands apart: [`predictions`].
//!
//! ```
//! use axonry_core::{Hotkey, NetUid};
//! use axonry_store::Store;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("state.sqlite");
//! let store = Store::create(&path).await?;
//! let netuid = NetUid(74);
//! let round = store.begin_round(netuid, "{\"block\":100}").await?;
//! let averages = [(Hotkey::from_bytes([1; 32]), 0.25)].into();
//! store.save_averages(netuid, round, &averages).await?;
//! store.close().await;
//!
//! assert_eq!(Store::open(&path).await?.averages(netuid).await?, averages);
//! # Ok(())
//! # }
//! ```
//!
//! It does not know: any chain, how weights are made, or what a round's summary means.

mod averages;
mod beginning;
mod cache;
mod error;
mod fields;
mod file;
mod journal;
mod location;
mod migration;
mod pool;
#[cfg(feature = "postgres")]
mod postgres;
pub mod predictions;
mod reserve;
mod rounds;
mod schema;
mod store;
mod traces;
mod transfer;
mod value;
mod work;

pub use averages::Seed;
pub use beginning::Beginning;
pub use cache::{CACHED_VALUES, LONGEST_VALUE};
pub use error::StoreError;
pub use journal::{Attempt, Entry, EntryId, EntryState, Intent, Salt};
pub use location::{DatabaseUrl, Location, ParseLocationError};
pub use rounds::{ROUNDS_KEPT, RoundRecord};
pub use store::Store;
pub use traces::{LONGEST_TRACE, TRACED_ROUNDS};
pub use transfer::Export;
