//! Why a miner stands where it stands.

use super::{MinerPullRequests, RepositoryStanding, Standing, by_number};
use crate::earned::ScoredPullRequest;
use crate::eligibility::Attempts;
use crate::registry::{Registry, RepositoryConfig};
use crate::trace::{Quantity, Trace, add, floor, subtract, sum};

impl Standing {
    /// The miner's pull-request score over all repositories, with every pull request that has a
    /// part in it. `pull_requests` and `registry` are those it was [finalised](super::finalize)
    /// with; the value is [`Totals::total_score`](super::Totals) to the bit.
    pub fn trace(&self, pull_requests: &MinerPullRequests, registry: &Registry) -> Trace {
        let repositories = self
            .repositories
            .iter()
            .filter_map(|(name, here)| Some(here.trace(name, pull_requests, registry.get(name)?)));
        sum("pull requests", repositories).in_unit("points")
    }
}

impl RepositoryStanding {
    /// The miner's pull-request score in this repository: earnings behind their gate, less
    /// collateral.
    pub fn trace(
        &self,
        name: &str,
        pull_requests: &MinerPullRequests,
        config: &RepositoryConfig,
    ) -> Trace {
        let of = |list: &[ScoredPullRequest]| -> Vec<Trace> {
            let here = by_number(list, name).into_iter();
            here.map(|one| one.trace(config, self)).collect()
        };
        let merged = add("merged pull requests", of(&pull_requests.merged)).in_unit("points");
        let attempts = Attempts::pull_requests(self.merged, self.closed, &config.eligibility);
        let earned = attempts.gate("earned", merged);
        let held: Trace = sum("collateral of open pull requests", of(&pull_requests.open));
        let left = subtract("earned less collateral", earned, held.in_unit("points"));
        floor("score", 0.0, left.in_unit("points"))
            .in_unit("points")
            .named(|| name.to_owned())
            .noted(|| {
                let closed = self.closed;
                (closed > 0).then(|| format!("{closed} closed without a merge"))
            })
    }
}
