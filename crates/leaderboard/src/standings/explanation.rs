use serde::{Deserialize, Serialize};

/// How many numbers of one explanation a board shows; a note says how many are left out.
pub const EXPLAINED: usize = 1_000;
/// How deep a tree is shown.
const DEPTH: usize = 24;

/// A number, and the numbers it is made of; or a heading over some.
///
/// ```
/// use axonry_leaderboard::Explanation;
///
/// let score = Explanation::number("score", 0.75)
///     .because("right of all answers")
///     .made_of([
///         Explanation::number("right answers", 9.0),
///         Explanation::number("answers", 12.0).missing("at least 20, 8 short"),
///     ]);
/// assert_eq!(score.count(), 3);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// What it is.
    pub name: String,
    /// The number; a heading has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// What it counts; empty for a factor.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// How it came about, in a word or a line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rule: String,
    /// What it lacks, and why it is nothing therefore.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// A remark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Where more is to be seen; anything but an `https://` address is not made a link.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
    /// What it is made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Self>,
}

impl Explanation {
    /// A heading.
    pub fn heading(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// A number.
    pub fn number(name: impl Into<String>, value: f64) -> Self {
        Self {
            value: Some(value),
            ..Self::heading(name)
        }
    }

    /// Says what it counts.
    #[must_use]
    pub fn in_unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    /// Says how it came about.
    #[must_use]
    pub fn because(mut self, rule: impl Into<String>) -> Self {
        self.rule = rule.into();
        self
    }

    /// Adds something that it lacks.
    #[must_use]
    pub fn missing(mut self, what: impl Into<String>) -> Self {
        self.missing.push(what.into());
        self
    }

    /// Adds a remark.
    #[must_use]
    pub fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Says where more is to be seen.
    #[must_use]
    pub fn seen_at(mut self, link: impl Into<String>) -> Self {
        self.link = link.into();
        self
    }

    /// Adds what it is made of.
    #[must_use]
    pub fn made_of(mut self, parts: impl IntoIterator<Item = Self>) -> Self {
        self.parts.extend(parts);
        self
    }

    /// How many numbers and headings there are.
    pub fn count(&self) -> usize {
        1 + self.parts.iter().map(Self::count).sum::<usize>()
    }

    /// Cuts it down to what a board shows: what comes first stays, and a note says what went.
    pub(crate) fn bounded(mut self) -> Self {
        let mut left = EXPLAINED;
        self.bound(&mut left, DEPTH);
        self
    }

    fn bound(&mut self, left: &mut usize, depth: usize) {
        if self.value.is_some_and(|value| !value.is_finite()) {
            self.value = None;
        }
        let (mut kept, mut cut) = (0, 0);
        for part in &mut self.parts {
            if *left == 0 || depth == 0 {
                cut += part.count();
                continue;
            }
            *left -= 1;
            part.bound(left, depth - 1);
            kept += 1;
        }
        self.parts.truncate(kept);
        if cut > 0 {
            self.parts.push(Self::heading(format!("{cut} more")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_without_end_is_cut_and_says_by_how_much() {
        let wide = Explanation::heading("all")
            .made_of((0..5_000).map(|n| Explanation::number(format!("{n}"), f64::from(n))));
        let shown = wide.bounded();
        assert_eq!(shown.parts.len(), EXPLAINED + 1);
        assert_eq!(shown.parts[EXPLAINED].name, "4000 more");

        let mut deep = Explanation::number("leaf", 1.0);
        for _ in 0..200 {
            deep = Explanation::heading("above").made_of([deep]);
        }
        assert_eq!(deep.bounded().count(), DEPTH + 2);
    }

    #[test]
    fn a_number_that_is_none_is_not_shown_as_one() {
        let odd = Explanation::number("ratio", f64::NAN).bounded();
        assert_eq!(odd.value, None);
    }
}
