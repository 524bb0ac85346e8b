//! Why a pull request earns what it earns.

use super::{ScoredPullRequest, earned, held, potential};
use crate::base_score;
use crate::decay::Curve;
use crate::eligibility;
use crate::pull_request::PullRequestState;
use crate::registry::{RepositoryConfig, ScoringRules};
use crate::review;
use crate::standing::RepositoryStanding;
use crate::trace::{Quantity, Trace, decay, given, round};

impl ScoredPullRequest {
    /// What it earns if its repository's gate lets it, and why; of an open one, what is held.
    ///
    /// `config` and `here` are what it was scored and finalised with. For a merged pull request in
    /// an eligible repository the value is [`earned_score`](Self::earned_score), for an open one
    /// that of its [`collateral`](Self::collateral), to the bit.
    pub fn trace(&self, config: &RepositoryConfig, here: &RepositoryStanding) -> Trace {
        let rules = &config.scoring;
        let trace = match self.state {
            PullRequestState::Merged => earned(self.base(config), self.factors(config, here)),
            PullRequestState::Open => {
                let review = review::surcharge(self.changes_requested, rules.review_penalty_rate);
                let factors = [self.issue_multiplier(), self.label_multiplier(), review];
                held(potential(self.base(config), factors), rules)
            }
            PullRequestState::Closed => {
                given::<Trace>("closed without a merge", 0.0).in_unit("points")
            }
        };
        trace
            .named(|| format!("#{}", self.number))
            .noted(|| (!self.is_scored).then(|| "there were no files to score it by".to_owned()))
    }

    fn base(&self, config: &RepositoryConfig) -> Trace {
        match (config.fixed_base_score, self.base) {
            (Some(fixed), _) => given::<Trace>("fixed base score", fixed).in_unit("points"),
            (None, Some(_)) => {
                base_score::explained(&self.tokens, config.scoring.src_tok_saturation_scale)
            }
            (None, None) => given::<Trace>("base score", self.base_score).in_unit("points"),
        }
    }

    fn factors(&self, config: &RepositoryConfig, here: &RepositoryStanding) -> [Trace; 5] {
        let spam = eligibility::free_pull_requests(&config.eligibility)
            .gate(here.open, here.open_threshold);
        [
            self.issue_multiplier(),
            self.label_multiplier(),
            spam,
            self.time_decay(&config.scoring),
            self.review_quality(&config.scoring),
        ]
    }

    fn issue_multiplier(&self) -> Trace {
        let Some(issue) = &self.issue else {
            return given("issue multiplier", self.multipliers.issue);
        };
        round(
            "issue multiplier",
            given::<Trace>("as configured", issue.exact),
        )
        .noted(|| {
            let writer = if issue.is_by_maintainer {
                ", which a maintainer wrote"
            } else {
                ""
            };
            let chosen = issue
                .issue
                .map(|number| format!("solves #{number}{writer}"));
            let rejected = issue.rejected.iter();
            let rejected = rejected.map(|(number, reason)| format!("not #{number}: {reason}"));
            let remarks: Vec<_> = chosen.into_iter().chain(rejected).collect();
            (!remarks.is_empty()).then(|| remarks.join("; "))
        })
    }

    fn label_multiplier(&self) -> Trace {
        given::<Trace>("label multiplier", self.multipliers.label)
            .noted(|| self.label.as_ref().map(|label| format!("`{label}`")))
    }

    fn time_decay(&self, rules: &ScoringRules) -> Trace {
        match self.age_hours {
            Some(hours) if self.is_scored => {
                let age = given::<Trace>("since the merge", hours).in_unit("hours");
                let left = decay("exact time decay", Curve::from(&rules.time_decay), age);
                round("time decay", left)
            }
            _ => given("time decay", self.multipliers.time_decay),
        }
    }

    fn review_quality(&self, rules: &ScoringRules) -> Trace {
        if self.is_scored {
            let exact = review::quality(self.changes_requested, rules.review_penalty_rate);
            round("review quality", exact)
        } else {
            given("review quality", self.multipliers.review_quality)
        }
    }
}
