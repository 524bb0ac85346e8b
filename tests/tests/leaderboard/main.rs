//! The standings as people and programs see them, after rounds of a validator in its own process.

mod browser;
mod driver;
mod page;
mod shown;
#[path = "../../../crates/leaderboard/benches/subnet/mod.rs"]
mod subnet;
