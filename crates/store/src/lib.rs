//! What must survive a restart: the journal of intents, the averages, the rounds.
//!
//! One SQLite file per validator. What was acknowledged is on disk (`synchronous=FULL`), a file
//! that cannot be read is an error and never a fresh start, and what is written together is read
//! together.
//!
//! ```
//! use axonry_core::{Hotkey, NetUid};
//! use axonry_store::Store;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("state.sqlite");
//! let store = Store::open(&path).await?;
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
mod database;
mod error;
mod file;
mod journal;
mod rounds;
mod schema;

pub use database::Store;
pub use error::StoreError;
pub use journal::{Attempt, Entry, EntryId, EntryState, Intent};
pub use rounds::RoundRecord;
