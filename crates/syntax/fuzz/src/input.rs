//! What fuzz inputs mean, and what must hold of them; the crate's tests run the corpus through it.

use axonry_syntax::{Change, ChangeStatus, Method, Scorer, Tables};

/// Reads a change from bytes and scores it: an extension up to the first line end, then the text
/// before and after, with a line of `=======` between them (without one, the file is new).
///
/// # Errors
///
/// A law of scores that does not hold.
pub fn check_change(scorer: &Scorer, bytes: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(bytes);
    let (extension, texts) = text.split_once('\n').unwrap_or((&text, ""));
    let filename = format!("file.{extension}");
    let (base, head) = match texts.split_once("=======\n") {
        Some((base, head)) => (Some(base), head),
        None => (None, texts),
    };
    let change = |base, head| Change {
        filename: &filename,
        status: match base {
            Some(_) => ChangeStatus::Modified,
            None => ChangeStatus::Added,
        },
        deletions: 0,
        changes: 1,
        base,
        head: Some(head),
    };
    let score = scorer.score(&[change(base, head)]);
    let total = score.total_score;
    if !(total.is_finite() && total >= 0.0) {
        return Err(format!("the score is {total}"));
    }
    let same = scorer.score(&[change(Some(head), head)]);
    if same.files[0].method == Method::TreeDiff && same.files[0].nodes_scored != 0 {
        return Err(format!(
            "no change counts {} nodes",
            same.files[0].nodes_scored
        ));
    }
    let again = scorer.score(&[change(base, head)]);
    if !score.is_cut_short() && !again.is_cut_short() && again != score {
        return Err("the same change has two scores".to_owned());
    }
    Ok(())
}

/// Reads both tables from the same bytes, and weighs with what was read.
///
/// # Errors
///
/// A weight that is not one.
pub fn check_tables(bytes: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(bytes);
    let tables = [
        Tables::from_json(&text, "{}"),
        Tables::from_json("{}", &text),
    ];
    for tables in tables.into_iter().flatten() {
        for (extension, entry) in tables.languages() {
            if !(entry.weight.is_finite() && entry.weight >= 0.0) {
                return Err(format!("`{extension}` weighs {}", entry.weight));
            }
        }
    }
    Ok(())
}
