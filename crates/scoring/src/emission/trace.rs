//! Why a uid gets the share it gets.

use super::{
    Allocation, Amounts, Emission, ISSUES_TREASURY_EMISSION_SHARE, ISSUES_TREASURY_UID,
    OSS_EMISSION_SHARE, RECYCLE_UID,
};
use crate::pool::total;
use crate::trace::{Quantity, Trace, add, floor, given, multiply, share, subtract};

const UNIT: &str = "of the emission";

impl Emission {
    /// Everything a uid gets; the value is that of its [reward](Self::rewards) to the bit.
    ///
    /// `None` when there is no such uid.
    pub fn trace(&self, uid: u16) -> Option<Trace> {
        self.rewards.get(&uid)?;
        let allocations = self.by_name().into_iter();
        let mut parts: Vec<Trace> = allocations.flat_map(|one| one.traces(uid, self)).collect();
        if uid == ISSUES_TREASURY_UID {
            let treasury = given::<Trace>("issues treasury", ISSUES_TREASURY_EMISSION_SHARE);
            parts.push(treasury.in_unit(UNIT));
        }
        if uid == RECYCLE_UID {
            parts.push(self.recycling());
        }
        Some(add("share of the emission", parts).in_unit(UNIT))
    }

    /// The order in which everything is added up.
    fn by_name(&self) -> Vec<&Allocation> {
        let mut allocations: Vec<_> = self.allocations.iter().collect();
        allocations.sort_unstable_by_key(|one| &one.repository);
        allocations
    }

    fn recycling(&self) -> Trace {
        let slack = subtract(
            "not configured",
            given::<Trace>("all", 1.0),
            given("configured", self.configured_share),
        );
        let pool = given("pool of repositories", OSS_EMISSION_SHARE);
        let slack = multiply("slack", [floor("slack of shares", 0.0, slack), pool]);
        let unused = self.by_name().into_iter().filter(|one| one.recycled > 0.0);
        let unused = unused.map(|one| {
            given::<Trace>("nobody scored", one.recycled)
                .named(|| format!("nobody scored in {}", one.repository))
                .in_unit(UNIT)
        });
        add("recycled", [slack.in_unit(UNIT)].into_iter().chain(unused)).in_unit(UNIT)
    }
}

impl Allocation {
    /// What a uid gets here, in the order in which it is added up.
    fn traces(&self, uid: u16, emission: &Emission) -> impl Iterator<Item = Trace> {
        let maintainer = self.maintainer_rewards.contains_key(&uid).then(|| {
            let cut = given("maintainers' cut", self.maintainer_cut);
            let pool = given("pool of repositories", OSS_EMISSION_SHARE);
            let all = multiply("all maintainers", [cut, self.configured(), pool]).in_unit(UNIT);
            let count = self.maintainer_rewards.len() as f64;
            let count = given::<Trace>("maintainers", count).in_unit("uids");
            share("maintainer", all, count)
        });
        let pulls = part(
            uid,
            &self.pull_request_rewards,
            &self.pull_request_scores,
            || {
                self.slice(self.issue_discovery_slice > 0.0, emission, |issues| {
                    subtract("part of pull requests", given("all", 1.0), issues)
                })
            },
        );
        let (rewards, scores) = (&self.issue_discovery_rewards, &self.issue_discovery_scores);
        let issues = part(uid, rewards, scores, || {
            self.slice(self.pull_request_slice > 0.0, emission, |issues| issues)
        });
        let named = |name: &'static str| {
            move |part: Trace| {
                part.named(|| format!("{name} {}", self.repository))
                    .in_unit(UNIT)
            }
        };
        [
            maintainer.map(named("maintaining")),
            pulls.map(named("pull requests in")),
            issues.map(named("issue discovery in")),
        ]
        .into_iter()
        .flatten()
    }

    fn configured(&self) -> Trace {
        given("repository's share", self.emission_share)
    }

    /// What miners share here for one kind of work: all of it, or a part if both kinds scored.
    fn slice(
        &self,
        is_shared: bool,
        emission: &Emission,
        part: impl FnOnce(Trace) -> Trace,
    ) -> Trace {
        let cut = if self.maintainer_rewards.is_empty() {
            0.0
        } else {
            self.maintainer_cut
        };
        let left = subtract("left by maintainers", given("all", 1.0), given("cut", cut));
        let own = multiply("share of miners", [self.configured(), left]);
        let pool = given("pool of repositories", OSS_EMISSION_SHARE);
        let reallocated = share(
            "for repositories in which nobody scored",
            given("shares of all", emission.scoring_share),
            given("shares of those with a score", emission.active_share),
        );
        let slice = multiply("slice", [own, pool, reallocated]).in_unit(UNIT);
        if !is_shared {
            return slice;
        }
        let issues = given("part of issue discovery", self.issue_discovery_share);
        multiply("part of the slice", [slice, part(issues)]).in_unit(UNIT)
    }
}

/// A uid's part of a slice, by its part of all scores.
fn part(
    uid: u16,
    rewards: &Amounts,
    scores: &Amounts,
    slice: impl FnOnce() -> Trace,
) -> Option<Trace> {
    rewards.get(&uid)?;
    let (factor, total) = total(scores.values().copied());
    let own = scores.get(&uid)?.value() * factor;
    let score = share(
        "part of all scores",
        given::<Trace>("own score", own).in_unit("points"),
        given::<Trace>("scores of all miners", total).in_unit("points"),
    );
    Some(multiply("reward", [slice(), score]))
}
