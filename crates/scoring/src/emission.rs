//! How the emission of a round is shared out.
//!
//! Reproduces `entrius/gittensor` `gittensor/validator/emission_allocation.py`: the maintainers'
//! cut at each repository's base rate; the rest of all shares to repositories in which someone
//! scored, by their shares; what nobody can claim to [`RECYCLE_UID`].

mod trace;

use std::collections::{BTreeMap, BTreeSet};

use axonry_core::Score;
use serde::Serialize;

use crate::number::{self, sum};
use crate::pool::proportional;
use crate::registry::{Registry, RepositoryConfig};

/// Part of the emission that repositories share.
pub const OSS_EMISSION_SHARE: f64 = 0.90;
/// Uid of the issues treasury.
pub const ISSUES_TREASURY_UID: u16 = 111;
/// Part of the emission that the treasury gets, if it is there.
pub const ISSUES_TREASURY_EMISSION_SHARE: f64 = 0.10;
/// Uid that gets what nobody can claim.
pub const RECYCLE_UID: u16 = 0;

/// What a miner scored in a round. Miners that failed are not passed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MinerScores {
    /// The miner's uid.
    pub uid: u16,
    /// Total pull-request score by repository (lower case).
    pub pull_requests: BTreeMap<String, Score>,
    /// Repository (lower case) and earned score of each scored issue, in order.
    pub issues: Vec<(String, Score)>,
}

/// Amounts by uid: scores, or parts of the emission.
pub type Amounts = BTreeMap<u16, Score>;

/// How the emission of a round is shared out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Emission {
    /// By repository, in registry order; repositories without a share are left out.
    pub allocations: Vec<Allocation>,
    /// What each uid gets, for every uid there is.
    pub rewards: Amounts,
    /// Shares of all repositories, less the maintainers' cuts.
    pub scoring_share: f64,
    /// Those of them in which someone scored: they take over what the others cannot use.
    pub active_share: f64,
    /// Shares of all repositories as configured.
    pub configured_share: f64,
    /// What nobody can claim; part of the rewards if [`RECYCLE_UID`] is there, lost otherwise.
    pub recycled: Score,
}

/// How one repository's part is shared out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Allocation {
    /// `owner/name`, lower case.
    pub repository: String,
    /// Its share of the pool.
    pub emission_share: f64,
    /// Part of that for issue discovery.
    pub issue_discovery_share: f64,
    /// Its share of the emission, before anything is moved.
    pub repository_slice: f64,
    /// The maintainers' cut, as configured.
    pub maintainer_cut: f64,
    /// What the maintainers get together.
    pub maintainer_carve_out: f64,
    /// What each maintainer gets.
    pub maintainer_rewards: Amounts,
    /// Part of the emission for pull requests.
    pub pull_request_slice: f64,
    /// Part of the emission for issue discovery.
    pub issue_discovery_slice: f64,
    /// Positive pull-request scores.
    pub pull_request_scores: Amounts,
    /// Positive issue-discovery scores.
    pub issue_discovery_scores: Amounts,
    /// What each miner gets for pull requests.
    pub pull_request_rewards: Amounts,
    /// What each miner gets for issue discovery.
    pub issue_discovery_rewards: Amounts,
    /// What nobody can claim.
    pub recycled: f64,
}

/// Shares out the emission among `uids`.
///
/// `maintainers` lists the uids of each repository's maintainers. Scores of miners outside `uids`
/// do not count. The rewards add up to 1 if the treasury and [`RECYCLE_UID`] are among `uids`.
pub fn allocate(
    miners: &[MinerScores],
    registry: &Registry,
    uids: &BTreeSet<u16>,
    maintainers: &BTreeMap<String, Vec<u16>>,
) -> Emission {
    // Added up by name, so that the order of the registry moves no bit; upstream goes by it.
    let mut named: Vec<_> = registry.iter().collect();
    named.sort_unstable_by_key(|&(name, _)| name);
    let plans: Vec<_> = named
        .iter()
        .filter(|(_, config)| config.emission_share > 0.0)
        .map(|&(name, config)| {
            let listed = maintainers.get(name).map_or(&[][..], Vec::as_slice);
            Plan::new(name, config, miners, uids, listed)
        })
        .collect();
    let total = plans
        .iter()
        .fold(0.0, |total, plan| total + plan.scoring_share);
    let active = plans.iter().filter(|plan| plan.is_active);
    let active = active.fold(0.0, |total, plan| total + plan.scoring_share);
    let multiplier = if active > 0.0 { total / active } else { 0.0 };
    let mut allocations: Vec<_> = plans
        .into_iter()
        .map(|plan| plan.allocation(multiplier))
        .collect();

    let configured = sum(named.iter().map(|(_, config)| config.emission_share));
    let mut recycled = (1.0 - configured).max(0.0) * OSS_EMISSION_SHARE;
    let mut rewards: BTreeMap<u16, f64> = uids.iter().map(|&uid| (uid, 0.0)).collect();
    for allocation in &allocations {
        recycled += allocation.recycled;
        let parts = [
            &allocation.maintainer_rewards,
            &allocation.pull_request_rewards,
            &allocation.issue_discovery_rewards,
        ];
        for (&uid, &amount) in parts.into_iter().flatten() {
            add(&mut rewards, uid, amount.value());
        }
    }
    add(
        &mut rewards,
        ISSUES_TREASURY_UID,
        ISSUES_TREASURY_EMISSION_SHARE,
    );
    add(&mut rewards, RECYCLE_UID, recycled);
    allocations.sort_by_key(|one| registry.position(&one.repository));
    let rewards = rewards.into_iter();
    Emission {
        allocations,
        rewards: rewards
            .map(|(uid, reward)| (uid, number::score(reward)))
            .collect(),
        scoring_share: total,
        active_share: active,
        configured_share: configured,
        recycled: number::score(recycled),
    }
}

/// Adds to a uid's rewards, if there is such a uid.
fn add(rewards: &mut BTreeMap<u16, f64>, uid: u16, amount: f64) {
    if let Some(reward) = rewards.get_mut(&uid) {
        *reward += amount;
    }
}

/// What is known of a repository before the pool is shared out.
struct Plan<'a> {
    name: &'a str,
    config: &'a RepositoryConfig,
    maintainers: Vec<u16>,
    scoring_share: f64,
    is_active: bool,
    pull_request_scores: Amounts,
    issue_discovery_scores: Amounts,
}

impl<'a> Plan<'a> {
    fn new(
        name: &'a str,
        config: &'a RepositoryConfig,
        miners: &[MinerScores],
        uids: &BTreeSet<u16>,
        listed: &[u16],
    ) -> Self {
        let mut maintainers = Vec::new();
        if config.maintainer_cut > 0.0 {
            maintainers.extend(listed.iter().copied().filter(|uid| uids.contains(uid)));
        }
        let cut = if maintainers.is_empty() {
            0.0
        } else {
            config.maintainer_cut
        };
        let scores = |score: &dyn Fn(&MinerScores) -> Score| -> Amounts {
            let known = miners.iter().filter(|miner| uids.contains(&miner.uid));
            known
                .map(|miner| (miner.uid, score(miner)))
                .filter(|&(_, score)| score > Score::ZERO)
                .collect()
        };
        let pull_request_scores =
            scores(&|miner| miner.pull_requests.get(name).copied().unwrap_or_default());
        let issue_discovery_scores = scores(&|miner| {
            let here = miner
                .issues
                .iter()
                .filter(|(repository, _)| repository == name);
            number::score(sum(here.map(|(_, earned)| earned.value())))
        });
        let share = config.issue_discovery_share;
        let is_active = (share < 1.0 && !pull_request_scores.is_empty())
            || (share > 0.0 && !issue_discovery_scores.is_empty());
        Self {
            name,
            config,
            maintainers,
            scoring_share: config.emission_share * (1.0 - cut),
            is_active,
            pull_request_scores,
            issue_discovery_scores,
        }
    }

    /// Shares the repository's part out; a multiplier of 0 means that nothing is active anywhere.
    fn allocation(self, multiplier: f64) -> Allocation {
        let config = self.config;
        let mut allocation = Allocation {
            repository: self.name.to_owned(),
            emission_share: config.emission_share,
            issue_discovery_share: config.issue_discovery_share,
            repository_slice: config.emission_share * OSS_EMISSION_SHARE,
            maintainer_cut: config.maintainer_cut,
            maintainer_carve_out: 0.0,
            maintainer_rewards: Amounts::new(),
            pull_request_slice: 0.0,
            issue_discovery_slice: 0.0,
            pull_request_scores: self.pull_request_scores,
            issue_discovery_scores: self.issue_discovery_scores,
            pull_request_rewards: Amounts::new(),
            issue_discovery_rewards: Amounts::new(),
            recycled: 0.0,
        };
        if !self.maintainers.is_empty() {
            // Paid at the base rate even without any score, so that it cannot grow at others' cost.
            let carve_out = config.maintainer_cut * config.emission_share * OSS_EMISSION_SHARE;
            let each = number::score(carve_out / self.maintainers.len() as f64);
            allocation.maintainer_carve_out = carve_out;
            allocation.maintainer_rewards =
                self.maintainers.iter().map(|&uid| (uid, each)).collect();
        }
        if !self.is_active {
            if multiplier <= 0.0 {
                allocation.recycled = self.scoring_share * OSS_EMISSION_SHARE;
            }
            return allocation;
        }

        let slice = self.scoring_share * OSS_EMISSION_SHARE * multiplier;
        let share = config.issue_discovery_share;
        let nobody = Amounts::new();
        let pulls = if share < 1.0 {
            &allocation.pull_request_scores
        } else {
            &nobody
        };
        let issues = if share > 0.0 {
            &allocation.issue_discovery_scores
        } else {
            &nobody
        };
        (
            allocation.pull_request_slice,
            allocation.issue_discovery_slice,
        ) = match (pulls.is_empty(), issues.is_empty()) {
            (false, false) => (slice * (1.0 - share), slice * share),
            (false, true) => (slice, 0.0),
            _ => (0.0, slice),
        };
        allocation.pull_request_rewards = proportional(pulls, allocation.pull_request_slice);
        allocation.issue_discovery_rewards = proportional(issues, allocation.issue_discovery_slice);
        allocation
    }
}
