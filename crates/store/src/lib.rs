#![doc = include_str!("../README.md")]

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
