//! What the frames say: tables if the child takes them, hello, then changes one way and answers
//! the other, as JSON.
//!
//! JSON writes the shortest decimal text that reads back as the same float, so scores arrive to
//! the bit.

use std::borrow::Cow;
use std::io;

use serde::{Deserialize, Serialize};

use crate::change::{Change, ChangeStatus};
use crate::score::ChangeScore;
use crate::tables::Tables;

/// What a child says first: the build it is of.
pub(super) fn hello() -> String {
    format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
}

/// Tables on their way, as the text of their two files.
pub(super) fn encode_tables(tables: &Tables) -> Vec<u8> {
    serde_json::to_vec(&tables.to_json()).expect("texts are JSON")
}

/// The tables that came.
pub(super) fn decode_tables(frame: &[u8]) -> io::Result<Tables> {
    let [token_weights, languages]: [String; 2] = serde_json::from_slice(frame)?;
    Tables::from_json(&token_weights, &languages).map_err(io::Error::other)
}

/// What became of a change.
#[derive(Debug, Deserialize, Serialize)]
pub(super) enum Answer {
    Score(ChangeScore),
    Panicked,
}

/// A [`Change`] on its way.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct File<'a> {
    filename: Cow<'a, str>,
    status: ChangeStatus,
    deletions: i64,
    changes: i64,
    base: Option<Cow<'a, str>>,
    head: Option<Cow<'a, str>>,
}

pub(super) fn encode(change: &[Change<'_>]) -> Vec<u8> {
    let files: Vec<_> = change
        .iter()
        .map(|file| File {
            filename: file.filename.into(),
            status: file.status,
            deletions: file.deletions,
            changes: file.changes,
            base: file.base.map(Cow::from),
            head: file.head.map(Cow::from),
        })
        .collect();
    serde_json::to_vec(&files).expect("texts and numbers are JSON")
}

impl File<'_> {
    pub(super) fn change(&self) -> Change<'_> {
        Change {
            filename: &self.filename,
            status: self.status,
            deletions: self.deletions,
            changes: self.changes,
            base: self.base.as_deref(),
            head: self.head.as_deref(),
        }
    }
}
