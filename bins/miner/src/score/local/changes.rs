//! The files of a change, as the mirror would give them.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use axonry_github::PullRequestFile;
use serde_json::json;

use super::git::Git;

/// The mirror keeps no content above this.
const LARGEST_BYTES: u64 = 1_000_000;
/// The id of what is not there.
const NOTHING: &str = "0000000000000000000000000000000000000000";
/// How the mode of a submodule begins.
const SUBMODULE: &str = "16";

/// The files that differ between two commits, with their contents.
pub(super) async fn files(git: &Git, base: &str, head: &str) -> Result<Vec<PullRequestFile>> {
    let words = [
        "diff-tree",
        "-r",
        "-M",
        "-z",
        "--no-abbrev",
        "--raw",
        "--numstat",
        base,
        head,
    ];
    let answer = git.text(&words, "").await?;
    let entries = parse(&answer)?;
    let contents = contents(
        git,
        entries
            .iter()
            .flat_map(|entry| [&entry.before, &entry.after]),
    )
    .await?;
    let content = |id: &Option<String>| id.as_ref().and_then(|id| contents.get(id).cloned());
    entries
        .iter()
        .map(|entry| {
            let (before, after) = (content(&entry.before), content(&entry.after));
            let row = json!({
                "filename": entry.path,
                "previous_filename": entry.previous,
                "status": entry.status,
                "additions": entry.added,
                "deletions": entry.deleted,
                "changes": entry.added + entry.deleted,
                "is_binary": entry.is_binary,
                "head_content": after,
                "base_content": before,
            });
            serde_json::from_value(row).context("a file in another form than the mirror's")
        })
        .collect()
}

/// One file of a change.
#[derive(Debug, Default, PartialEq, Eq)]
struct Entry {
    status: &'static str,
    path: String,
    previous: Option<String>,
    /// Blobs; `None` of what is not there or no file.
    before: Option<String>,
    after: Option<String>,
    added: u64,
    deleted: u64,
    is_binary: bool,
}

/// Reads what `git diff-tree -z --raw --numstat` says: first every file's blobs, then its lines.
fn parse(answer: &str) -> Result<Vec<Entry>> {
    const FORM: &str = "git compares in another form";
    let mut words = answer
        .split('\0')
        .filter(|word| !word.is_empty())
        .peekable();
    let mut entries = Vec::new();
    while let Some(head) = words.next_if(|word| word.starts_with(':')) {
        let fields: Vec<_> = head.trim_start_matches(':').split(' ').collect();
        let &[old_mode, new_mode, old, new, letter] = fields.as_slice() else {
            bail!(FORM);
        };
        let first = words.next().context(FORM)?.to_owned();
        let (status, is_moved) = match letter.as_bytes().first() {
            Some(b'A') => ("added", false),
            Some(b'D') => ("removed", false),
            Some(b'R') => ("renamed", true),
            Some(b'C') => ("copied", true),
            _ => ("modified", false),
        };
        let (previous, path) = if is_moved {
            (Some(first), words.next().context(FORM)?.to_owned())
        } else {
            (None, first)
        };
        let blob = |mode: &str, id: &str| {
            let is_file = id != NOTHING && !mode.starts_with(SUBMODULE);
            is_file.then(|| id.to_owned())
        };
        entries.push(Entry {
            status,
            path,
            previous,
            before: blob(old_mode, old),
            after: blob(new_mode, new),
            ..Entry::default()
        });
    }
    for entry in &mut entries {
        let counts = words.next().context(FORM)?;
        let mut counts = counts.splitn(3, '\t');
        let (added, deleted) = (counts.next().context(FORM)?, counts.next().context(FORM)?);
        // Of a moved file both names follow, each by itself.
        if counts.next().context(FORM)?.is_empty() {
            words.next().context(FORM)?;
            words.next().context(FORM)?;
        }
        entry.is_binary = added == "-";
        entry.added = added.parse().unwrap_or(0);
        entry.deleted = deleted.parse().unwrap_or(0);
    }
    Ok(entries)
}

/// The texts of blobs, by id; none of what is large or no text.
async fn contents(
    git: &Git,
    blobs: impl Iterator<Item = &Option<String>>,
) -> Result<BTreeMap<String, String>> {
    let asked: String = blobs.flatten().map(|id| format!("{id}\n")).collect();
    let sizes = ["cat-file", "--batch-check=%(objectname) %(objectsize)"];
    let sizes = git.text(&sizes, &asked).await?;
    let small = sizes.lines().filter_map(|line| {
        let (id, size) = line.split_once(' ')?;
        (size.parse::<u64>().ok()? <= LARGEST_BYTES).then(|| format!("{id}\n"))
    });
    let small: String = small.collect();
    let answer = git
        .bytes(&["cat-file", "--batch=%(objectname) %(objectsize)"], &small)
        .await?;
    let mut contents = BTreeMap::new();
    let mut rest = answer.as_slice();
    while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
        const FORM: &str = "git gives contents in another form";
        let head = std::str::from_utf8(&rest[..end]).context(FORM)?;
        let (id, size) = head.split_once(' ').context(FORM)?;
        let size: usize = size.parse().context(FORM)?;
        let body = rest.get(end + 1..end + 1 + size).context(FORM)?;
        // A line end follows the content.
        rest = rest.get(end + 2 + size..).context(FORM)?;
        let is_text = !body.contains(&0);
        if let Some(text) = std::str::from_utf8(body).ok().filter(|_| is_text) {
            contents.insert(id.to_owned(), text.to_owned());
        }
    }
    Ok(contents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_changed_file_is_read() {
        let (old, new) = ("1".repeat(40), "2".repeat(40));
        let answer = format!(
            ":000000 100644 {NOTHING} {new} A\0a b.rs\0\
             :100644 100644 {old} {new} R090\0old.rs\0new.rs\0\
             :100644 000000 {old} {NOTHING} D\0gone.png\0\
             :160000 160000 {old} {new} M\0vendor\0\
             3\t0\ta b.rs\0\
             1\t2\t\0old.rs\0new.rs\0\
             -\t-\tgone.png\0\
             1\t1\tvendor\0"
        );
        let entries = parse(&answer).expect("git's form");
        let told: Vec<_> = entries
            .iter()
            .map(|entry| {
                (
                    entry.status,
                    entry.path.as_str(),
                    entry.added,
                    entry.is_binary,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("added", "a b.rs", 3, false),
                ("renamed", "new.rs", 1, false),
                ("removed", "gone.png", 0, true),
                ("modified", "vendor", 1, false),
            ]
        );
        assert_eq!(entries[1].previous.as_deref(), Some("old.rs"));
        assert_eq!((&entries[0].before, &entries[2].after), (&None, &None));
        assert_eq!(
            (&entries[3].before, &entries[3].after),
            (&None, &None),
            "no file"
        );
    }
}
