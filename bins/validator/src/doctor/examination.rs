use std::fmt::Write as _;

use serde::Serialize;

/// What was found, in the order in which things depend on each other.
#[derive(Debug, Default)]
pub(super) struct Examination(Vec<Check>);

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    name: &'static str,
    outcome: Outcome,
    /// What was seen.
    said: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Passed,
    /// Weights land, and somebody should look all the same.
    Warning,
    Failed,
    /// It could not be looked at, because of a failure above.
    Skipped,
}

#[derive(Serialize)]
struct Output<'a> {
    healthy: bool,
    /// The first check that failed.
    cause: Option<&'static str>,
    checks: &'a [Check],
}

impl Examination {
    pub(super) fn pass(&mut self, name: &'static str, said: impl Into<String>) {
        self.put(name, Outcome::Passed, said.into(), None);
    }

    pub(super) fn warn(
        &mut self,
        name: &'static str,
        said: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.put(name, Outcome::Warning, said.into(), Some(remedy.into()));
    }

    pub(super) fn fail(
        &mut self,
        name: &'static str,
        said: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.put(name, Outcome::Failed, said.into(), Some(remedy.into()));
    }

    pub(super) fn skip(&mut self, names: &[&'static str], because: &str) {
        for &name in names {
            self.put(name, Outcome::Skipped, because.to_owned(), None);
        }
    }

    fn put(&mut self, name: &'static str, outcome: Outcome, said: String, remedy: Option<String>) {
        self.0.push(Check {
            name,
            outcome,
            // Causes of several lines would break the table.
            said: said.split_whitespace().collect::<Vec<_>>().join(" "),
            remedy,
        });
    }

    /// Whether nothing failed.
    pub(super) fn is_well(&self) -> bool {
        self.cause().is_none()
    }

    fn cause(&self) -> Option<&Check> {
        self.0.iter().find(|check| check.outcome == Outcome::Failed)
    }

    pub(super) fn json(&self) -> String {
        let output = Output {
            healthy: self.is_well(),
            cause: self.cause().map(|check| check.name),
            checks: &self.0,
        };
        serde_json::to_string(&output).expect("a report is plain data") + "\n"
    }

    pub(super) fn table(&self) -> String {
        let mut text = String::new();
        for check in &self.0 {
            let mark = match check.outcome {
                Outcome::Passed => "ok",
                Outcome::Warning => "warn",
                Outcome::Failed => "FAIL",
                Outcome::Skipped => "-",
            };
            let _ = writeln!(text, "{mark:<5} {:<14} {}", check.name, check.said);
            if let Some(remedy) = &check.remedy {
                let _ = writeln!(text, "{:<20} -> {remedy}", "");
            }
        }
        let _ = match self.cause() {
            None => writeln!(text, "nothing keeps weights from landing"),
            Some(check) => writeln!(text, "the cause: {}: {}", check.name, check.said),
        };
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_is_the_cause_and_warnings_are_none() {
        let mut found = Examination::default();
        found.warn("clock", "3 s behind", "set it");
        assert!(found.is_well());
        found.fail("registered", "no\nslot", "register");
        found.fail("permit", "none", "add stake");
        assert!(found.json().contains("\"cause\":\"registered\""));
        assert!(found.table().contains("the cause: registered: no slot"));
    }
}
