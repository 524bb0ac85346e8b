//! The numbers behind a score, as a tree that folds.

use std::fmt::Write as _;

use crate::html::{Text, compact};
use crate::{Explanation, Miner};

/// How many levels are unfolded.
const OPEN: usize = 2;

/// Why a miner has its score: a part of its page, and of the table when it is asked for.
pub(crate) fn why(miner: &Miner) -> String {
    let mut out = String::from("<div class=\"reasons\">\n");
    if let Some(verdict) = &miner.verdict {
        let _ = writeln!(out, "<p class=\"verdict\">{}</p>", Text(verdict));
    }
    if let Some(unknown) = &miner.unknown {
        let _ = writeln!(
            out,
            "<p class=\"unknown\">This round's score is not known, and the average stays: {}</p>",
            Text(unknown)
        );
    }
    let reasons = miner.eligibility.reasons.join("; ");
    let eligible = match miner.eligibility.eligible {
        Some(true) => "Eligible",
        Some(false) => "Not eligible",
        None => "Whether it is eligible is not known",
    };
    if !reasons.is_empty() {
        let _ = writeln!(
            out,
            "<p class=\"eligibility\">{eligible}: {}</p>",
            Text(&reasons)
        );
    }
    match &miner.explanation {
        Some(explanation) => {
            out.push_str("<ul class=\"tree\">");
            branch(&mut out, explanation, 0);
            out.push_str("</ul>\n");
        }
        None => out.push_str("<p class=\"quiet\">No explanation is kept for this round.</p>\n"),
    }
    out.push_str("</div>\n");
    out
}

fn branch(out: &mut String, explanation: &Explanation, depth: usize) {
    let closed = match explanation.missing.is_empty() {
        true => "",
        false => " class=\"closed\"",
    };
    let _ = write!(out, "<li{closed}>");
    if explanation.parts.is_empty() {
        out.push_str("<div class=\"leaf\">");
        line(out, explanation);
        out.push_str("</div>");
    } else {
        let open = if depth < OPEN { " open" } else { "" };
        let _ = write!(out, "<details{open}><summary>");
        line(out, explanation);
        out.push_str("</summary><ul>");
        for part in &explanation.parts {
            branch(out, part, depth + 1);
        }
        out.push_str("</ul></details>");
    }
    out.push_str("</li>\n");
}

fn line(out: &mut String, explanation: &Explanation) {
    let name = Text(&explanation.name);
    // Whoever wrote the explanation does not choose where a script runs.
    let _ = match explanation.link.starts_with("https://") {
        true => write!(
            out,
            "<a class=\"name\" href=\"{}\" rel=\"noreferrer nofollow\">{name}</a>",
            Text(&explanation.link)
        ),
        false => write!(out, "<span class=\"name\">{name}</span>"),
    };
    if !explanation.rule.is_empty() {
        let _ = write!(
            out,
            " <span class=\"rule\">{}</span>",
            Text(&explanation.rule)
        );
    }
    if let Some(value) = explanation.value {
        let _ = write!(
            out,
            " <span class=\"value\" title=\"{value}\">{}</span>",
            compact(value)
        );
        if !explanation.unit.is_empty() {
            let _ = write!(
                out,
                " <span class=\"unit\">{}</span>",
                Text(&explanation.unit)
            );
        }
    }
    for missing in &explanation.missing {
        let _ = write!(out, " <span class=\"missing\">{}</span>", Text(missing));
    }
    if !explanation.note.is_empty() {
        let _ = write!(
            out,
            " <span class=\"note\">{}</span>",
            Text(&explanation.note)
        );
    }
}

#[cfg(test)]
mod tests {
    use axonry_core::{Hotkey, Uid};

    use super::*;

    #[test]
    fn only_a_web_address_becomes_a_link() {
        let mut miner = Miner::new(Uid(1), Hotkey::from_bytes([1; 32]));
        let parts = [
            Explanation::heading("fine").seen_at("https://github.com/a/b/pull/1"),
            Explanation::heading("foul").seen_at("javascript:alert(1)"),
        ];
        miner.explanation = Some(Explanation::heading("work").made_of(parts));
        let shown = why(&miner);
        assert!(shown.contains("href=\"https://github.com/a/b/pull/1\""));
        assert!(!shown.contains("javascript:"), "{shown}");
    }

    #[test]
    fn two_levels_are_open_and_what_lies_deeper_is_folded() {
        let leaf = Explanation::number("leaf", 1.0);
        let third = Explanation::number("third", 1.0).made_of([leaf]);
        let second = Explanation::number("second", 1.0).made_of([third]);
        let mut miner = Miner::new(Uid(1), Hotkey::from_bytes([1; 32]));
        miner.explanation = Some(Explanation::number("first", 1.0).made_of([second]));
        let shown = why(&miner);
        let (open, all) = (
            shown.matches("<details open>").count(),
            shown.matches("<details").count(),
        );
        assert_eq!((open, all), (2, 3));
    }
}
