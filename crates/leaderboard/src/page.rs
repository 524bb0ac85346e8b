//! Pages, as text: what a browser shows without a script, and a script keeps up to date.

mod layout;
mod miner;
mod plot;
mod row;
mod standings;
mod state;
mod tree;

pub(crate) use layout::{missing, waiting};
pub(crate) use miner::miner_page;
pub(crate) use row::{Row, rows};
pub(crate) use standings::standings_page;
pub(crate) use tree::why;
