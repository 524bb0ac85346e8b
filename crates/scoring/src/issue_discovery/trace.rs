//! Why a miner's issues earn what they earn.

use super::assessment::earned;
use super::{Discovery, RepositoryDiscovery, ScoredIssue};
use crate::decay::Curve;
use crate::eligibility::{self, Attempts};
use crate::registry::{Registry, RepositoryConfig};
use crate::review;
use crate::trace::{Quantity, Trace, add, decay, floor, given, round, sum};

impl Discovery {
    /// The miner's issue-discovery score over all repositories, with every issue that has a part
    /// in it. `registry` is the one it was [assessed](super::assess) with; the value is
    /// [`score`](Self::score) to the bit.
    pub fn trace(&self, registry: &Registry) -> Trace {
        let repositories = self
            .repositories
            .iter()
            .filter_map(|(name, here)| Some(here.trace(name, registry.get(name)?)));
        let all = sum("all repositories", repositories).in_unit("points");
        round("issue discovery", all).in_unit("points")
    }
}

impl RepositoryDiscovery {
    /// The miner's issue-discovery score in this repository, behind its gate.
    pub fn trace(&self, name: &str, config: &RepositoryConfig) -> Trace {
        let issues = self.issues.iter().map(|issue| issue.trace(config, self));
        let issues = add("solved issues", issues).in_unit("points");
        let rounded = round("solved issues, two decimals", issues).in_unit("points");
        let passing = floor("not below nothing", 0.0, rounded).in_unit("points");
        let rules = &config.eligibility;
        let score = match &self.eligibility {
            Some(_) => Attempts::issues(self.solved, self.valid_solved, self.closed, rules)
                .gate("score", passing),
            None => given::<Trace>("score", 0.0)
                .in_unit("points")
                .noted(|| Some("no issue to look at".to_owned())),
        };
        let score = score.named(|| name.to_owned());
        if self.is_incomplete {
            score.noted(|| Some("the score of a solution is not known".to_owned()))
        } else {
            score
        }
    }
}

impl ScoredIssue {
    /// What it earns if its repository's gate lets it, and why.
    fn trace(&self, config: &RepositoryConfig, here: &RepositoryDiscovery) -> Trace {
        let rules = &config.scoring;
        let age = given::<Trace>("since the merge", self.age_hours).in_unit("hours");
        let left = decay("exact time decay", Curve::from(&rules.time_decay), age);
        let quality = review::quality(self.changes_requested, rules.review_penalty_rate);
        let base = given::<Trace>("base score of the solution", self.base_score);
        earned([
            base.in_unit("points"),
            given("label multiplier", self.label_multiplier),
            round("time decay", left),
            round("review quality", quality),
            round(
                "credibility",
                given("exact credibility", here.credibility()),
            ),
            eligibility::free_issues(&config.eligibility).gate(here.open, here.open_threshold),
        ])
        .named(|| format!("#{}", self.number))
        .noted(|| Some(format!("solved by #{}", self.solver)))
    }
}
