//! The score of one file: the first rule that applies wins.
//!
//! Reproduces the branches of `calculate_token_score_from_file_changes` in `entrius/gittensor`
//! `gittensor/validator/utils/tree_sitter_scoring.py`.

use crate::breakdown::Breakdown;
use crate::change::{Change, ChangeStatus};
use crate::classification::{
    MAX_FILE_SIZE_BYTES, MAX_LINES_SCORED, extension, has_inline_tests, is_non_code, is_test_file,
    short_name,
};
use crate::grammar::{Grammars, Treatment};
use crate::parse::{Meter, Unparsed};
use crate::score::{FileScore, Method};
use crate::tables::Tables;
use crate::tree_diff;

/// What a test file is worth, as a part of what it were worth as source.
const TEST_FILE_WEIGHT: f64 = 0.05;
/// Weight of a non-code file whose extension the language table lacks.
const DEFAULT_LANGUAGE_WEIGHT: f64 = 0.12;

/// Scores one file by its own texts.
pub(crate) fn score(
    file: &Change<'_>,
    tables: &Tables,
    grammars: &Grammars,
    meter: &Meter<'_>,
) -> FileScore {
    let extension = extension(file.filename);
    let is_test_file = is_test_file(file.filename);
    let skipped = |method| FileScore {
        filename: short_name(file.filename).to_owned(),
        score: 0.0,
        nodes_scored: 0,
        total_lines: file.changes,
        is_test_file,
        method,
        breakdown: None,
    };
    let entry = tables.language(&extension);

    if file.status == ChangeStatus::Removed {
        return FileScore {
            total_lines: file.deletions,
            ..skipped(Method::Skipped)
        };
    }
    if is_non_code(&extension) {
        let lines = file.changes.min(MAX_LINES_SCORED);
        let weight = entry.map_or(DEFAULT_LANGUAGE_WEIGHT, |entry| entry.weight);
        return FileScore {
            score: weight * float(lines) * file_weight(is_test_file),
            nodes_scored: lines,
            ..skipped(Method::LineCount)
        };
    }
    let Some(head) = file.head else {
        return skipped(Method::SkippedBinary);
    };
    let is_large = |text: &str| text.len() > MAX_FILE_SIZE_BYTES;
    if is_large(head) || file.base.is_some_and(is_large) {
        return skipped(Method::SkippedLarge);
    }
    let parsed = entry.and_then(|entry| Some((entry.language.as_deref()?, entry.weight)));
    let Some((language, language_weight)) = parsed else {
        return skipped(Method::SkippedUnsupported { language: None });
    };
    let treatment = grammars.treatment(language, tables);
    if matches!(treatment, Treatment::Missing) {
        return skipped(Method::SkippedUnsupported {
            language: Some(language.to_owned()),
        });
    }
    if file.status != ChangeStatus::Added && file.base.is_none() {
        return skipped(Method::SkippedMissingBase);
    }

    let difference = match treatment {
        Treatment::Parse(grammar) => tree_diff::diff(grammar, file.base, file.head, meter),
        Treatment::Nothing | Treatment::Missing => Ok(Breakdown::default()),
    };
    let difference = match difference {
        Ok(difference) => difference,
        Err(Unparsed::OutOfTime) => return skipped(Method::TimedOut),
        Err(Unparsed::Hazard) => return skipped(Method::SkippedHazard),
    };
    let is_test_file = is_test_file || has_inline_tests(head, &extension);
    let breakdown = difference.scaled(language_weight * file_weight(is_test_file));
    let nodes = breakdown.added_count() + breakdown.deleted_count();
    FileScore {
        score: breakdown.total_score(),
        nodes_scored: i64::try_from(nodes).expect("the nodes of a file fit in memory"),
        is_test_file,
        breakdown: Some(breakdown),
        ..skipped(Method::TreeDiff)
    }
}

const fn file_weight(is_test_file: bool) -> f64 {
    if is_test_file { TEST_FILE_WEIGHT } else { 1.0 }
}

/// At most [`MAX_LINES_SCORED`]; a count below -2^53, which no source sends, loses its last digits.
const fn float(lines: i64) -> f64 {
    lines as f64
}
