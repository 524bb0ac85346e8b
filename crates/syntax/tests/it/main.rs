//! What a user of the scorer notices.

mod corpus;
mod hostile;
mod languages;
mod scores;

use axonry_syntax::{Change, ChangeStatus, GrammarSet, Scorer, Tables};

fn scorer() -> Scorer {
    Scorer::new(Tables::upstream(), GrammarSet::Parity).expect("the grammars fit the core")
}

/// A file that was changed from `base` to `head`.
fn modified<'a>(filename: &'a str, base: &'a str, head: &'a str) -> Change<'a> {
    Change {
        filename,
        status: ChangeStatus::Modified,
        deletions: 1,
        changes: 2,
        base: Some(base),
        head: Some(head),
    }
}

/// A new file.
fn added<'a>(filename: &'a str, head: &'a str) -> Change<'a> {
    Change {
        status: ChangeStatus::Added,
        base: None,
        ..modified(filename, "", head)
    }
}
