//! When a miner's work in a repository counts, and how much may be open at once.
//!
//! Reproduces `gittensor/validator/oss_contributions/credibility.py` and the thresholds of
//! `gittensor/validator/oss_contributions/scoring.py` and
//! `gittensor/validator/issue_discovery/scoring.py` of `entrius/gittensor`.

use serde::Serialize;

use crate::number::whole_slots;
use crate::registry::EligibilityRules;
use crate::trace::{Condition, Quantity, Remedy, gate, given};

/// Whether work counts, and why not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Eligibility {
    /// Part of the attempts that succeeded, 0 to 1; 0 without attempts.
    pub credibility: f64,
    /// What is missing; `None` means eligible.
    pub missing: Option<Missing>,
}

impl Eligibility {
    /// Whether the work counts.
    pub const fn is_eligible(&self) -> bool {
        self.missing.is_none()
    }
}

/// What keeps work from counting.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "gate", rename_all = "snake_case")]
pub enum Missing {
    /// Too few successes.
    #[error("{have} of {need} needed")]
    Count {
        /// How many there are.
        have: u64,
        /// How many it takes.
        need: u64,
    },
    /// Too many of the attempts failed.
    #[error("credibility {have} of {need} needed")]
    Credibility {
        /// The credibility.
        have: f64,
        /// The credibility it takes.
        need: f64,
    },
}

/// Whether merged pull requests count.
pub fn pull_requests(merged: u64, closed: u64, rules: &EligibilityRules) -> Eligibility {
    Attempts::pull_requests(merged, closed, rules).eligibility()
}

/// Whether solved issues count: the number asks for valid ones, credibility for any.
pub fn issues(
    solved: u64,
    valid_solved: u64,
    closed: u64,
    rules: &EligibilityRules,
) -> Eligibility {
    Attempts::issues(solved, valid_solved, closed, rules).eligibility()
}

/// Successes per attempt; 0 without attempts.
pub fn credibility(succeeded: u64, failed: u64) -> f64 {
    match succeeded.saturating_add(failed) {
        0 => 0.0,
        attempts => succeeded as f64 / attempts as f64,
    }
}

/// Open pull requests that are free of the spam penalty:
/// `min(base + ⌊merged token score / score per slot⌋, max)`.
pub fn open_pull_request_threshold(token_score: f64, rules: &EligibilityRules) -> u64 {
    free_pull_requests(rules).count(token_score)
}

/// Open issues that are free of the spam penalty:
/// `min(base + ⌊solved token score / score per slot⌋, max)`.
pub fn open_issue_threshold(token_score: f64, rules: &EligibilityRules) -> u64 {
    free_issues(rules).count(token_score)
}

/// 1 up to the threshold, 0 above it.
pub fn spam_multiplier(open: u64, threshold: u64) -> f64 {
    if open <= threshold { 1.0 } else { 0.0 }
}

/// How much may be open before it counts as spam.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Free {
    names: [&'static str; 2],
    base: u64,
    per_slot: f64,
    most: u64,
}

pub(crate) const fn free_pull_requests(rules: &EligibilityRules) -> Free {
    Free {
        names: ["open pull request", "open pull requests"],
        base: rules.excessive_pr_penalty_base_threshold,
        per_slot: rules.open_pr_threshold_token_score,
        most: rules.max_open_pr_threshold,
    }
}

pub(crate) const fn free_issues(rules: &EligibilityRules) -> Free {
    Free {
        names: ["open issue", "open issues"],
        base: rules.open_issue_spam_base_threshold,
        per_slot: rules.open_issue_spam_token_score_per_slot,
        most: rules.max_open_issue_threshold,
    }
}

impl Free {
    fn count(self, token_score: f64) -> u64 {
        let slots = whole_slots(token_score, self.per_slot);
        self.base.saturating_add_signed(slots).min(self.most)
    }

    /// 1 with no more than that open, else 0.
    pub(crate) fn gate<Q: Quantity>(self, open: u64, threshold: u64) -> Q {
        let may = Condition::at_most(self.names[1], open as f64, threshold as f64);
        let gate = gate("spam multiplier", given::<Q>("no spam", 1.0), [may]);
        gate.remedied(|then| {
            let times = open.saturating_sub(threshold);
            Some(Remedy::fewer(times, self.names, then))
        })
    }
}

/// What a miner tried in a repository, and what the gate asks of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempts {
    names: [&'static str; 2],
    /// Successes of the kind that the number asks for.
    counted: u64,
    succeeded: u64,
    failed: u64,
    needed: u64,
    ratio: f64,
}

impl Attempts {
    pub(crate) const fn pull_requests(merged: u64, closed: u64, rules: &EligibilityRules) -> Self {
        Self {
            names: ["merged pull request", "merged pull requests"],
            counted: merged,
            succeeded: merged,
            failed: closed,
            needed: rules.min_valid_merged_prs,
            ratio: rules.min_credibility,
        }
    }

    pub(crate) const fn issues(
        solved: u64,
        valid: u64,
        closed: u64,
        rules: &EligibilityRules,
    ) -> Self {
        Self {
            names: ["substantially solved issue", "substantially solved issues"],
            counted: valid,
            succeeded: solved,
            failed: closed,
            needed: rules.min_valid_solved_issues,
            ratio: rules.min_issue_credibility,
        }
    }

    fn eligibility(self) -> Eligibility {
        let credibility = credibility(self.succeeded, self.failed);
        let missing = if self.counted < self.needed {
            Some(Missing::Count {
                have: self.counted,
                need: self.needed,
            })
        } else if credibility < self.ratio {
            Some(Missing::Credibility {
                have: credibility,
                need: self.ratio,
            })
        } else {
            None
        };
        Eligibility {
            credibility,
            missing,
        }
    }

    /// How many more successes would make the work count, everything else as it is.
    ///
    /// `None` if no number up to [`MOST_SUCCESSES`] would: where credibility must be 1, one failure
    /// is for ever.
    fn successes_to_go(self) -> Option<u64> {
        let is_enough = |more: u64| {
            let then = Self {
                counted: self.counted.saturating_add(more),
                succeeded: self.succeeded.saturating_add(more),
                ..self
            };
            then.eligibility().is_eligible()
        };
        // More successes never hurt, so that the first number that is enough can be bisected.
        let (mut few, mut enough) = (0, MOST_SUCCESSES);
        if !is_enough(enough) {
            return None;
        }
        while few < enough {
            let middle = few + (enough - few) / 2;
            if is_enough(middle) {
                enough = middle;
            } else {
                few = middle + 1;
            }
        }
        Some(enough)
    }

    /// `passing` if there are enough successes, and credible ones.
    pub(crate) fn gate<Q: Quantity>(self, name: &'static str, passing: Q) -> Q {
        let credibility = credibility(self.succeeded, self.failed);
        let conditions = [
            Condition::at_least(self.names[1], self.counted as f64, self.needed as f64),
            Condition::at_least("credibility", credibility, self.ratio),
        ];
        let gate = gate(name, passing, conditions);
        gate.remedied(|then| Some(Remedy::more(self.successes_to_go()?, self.names, then)))
    }
}

/// The most successes anybody is told to have; whoever lacks more has other worries.
const MOST_SUCCESSES: u64 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lacking_is_counted_in_successes() {
        let rules = EligibilityRules::default();
        let strict = EligibilityRules {
            min_credibility: 1.0,
            ..rules
        };
        for (merged, closed, rules, to_go, why) in [
            (3, 0, &rules, Some(0), "it is enough"),
            (2, 0, &rules, Some(1), "one of three is lacking"),
            (0, 0, &rules, Some(3), "all are lacking"),
            (3, 2, &rules, Some(5), "8 of 10 are 80 %"),
            (2, 1, &rules, Some(2), "4 of 5 are, and more than three"),
            (50, 1, &strict, None, "one failure is for ever"),
        ] {
            let attempts = Attempts::pull_requests(merged, closed, rules);
            assert_eq!(attempts.successes_to_go(), to_go, "{why}");
        }
    }
}
