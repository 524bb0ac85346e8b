//! From what was found of each miner to the scores of all of them.

use std::collections::{BTreeMap, BTreeSet};

use axonry_chain::Metagraph;
use axonry_core::{Hotkey, Observed, Score, UnixMillis, Unknown};
use axonry_github::GithubId;
use axonry_neuron::Evaluation;
use axonry_scoring::duplicate::{is_account, shared_accounts};
use axonry_scoring::emission::{self, MinerScores};
use axonry_scoring::registry::Registry;
use axonry_scoring::standing;

use crate::account::Account;
use crate::explanation::explanation;
use crate::memory::Memory;
use crate::miner::Work;

/// What a round found out about one miner.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) hotkey: Hotkey,
    pub(crate) uid: u16,
    pub(crate) account: Account,
    /// Absent for a miner without an account.
    pub(crate) work: Option<Observed<Work>>,
}

/// What all miners are judged by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judging<'a> {
    pub(crate) metagraph: &'a Metagraph,
    pub(crate) registry: &'a Registry,
    pub(crate) memory: &'a Memory,
    pub(crate) now: UnixMillis,
}

impl Judging<'_> {
    /// Whose account is whose, of those claimed once.
    pub(crate) fn accounts(&self, found: &[Found]) -> BTreeMap<String, u16> {
        let shared = shared(found);
        found
            .iter()
            .filter(|one| !shared.contains(&one.uid))
            .filter_map(|one| Some((one.claimed()?.as_str().to_owned(), one.uid)))
            .collect()
    }

    /// Judges all miners of the subnet together.
    pub(crate) fn judge(
        &self,
        found: Vec<Found>,
        maintainers: &BTreeMap<String, Vec<u16>>,
        warnings: Vec<String>,
    ) -> Evaluation {
        let (metagraph, now) = (self.metagraph, self.now);
        let mut evaluation = Evaluation {
            warnings,
            ..Evaluation::default()
        };
        let shared = shared(&found);
        let uids: BTreeSet<u16> = metagraph
            .neurons()
            .iter()
            .map(|neuron| neuron.uid.0)
            .collect();
        let mut scores = Vec::new();
        let mut unknown = BTreeMap::new();
        let mut as_of = BTreeMap::new();
        let (mut files, mut pulls) = (0_u64, 0_usize);
        for one in found {
            let line = if shared.contains(&one.uid) {
                self.memory.forget(&one.hotkey);
                evaluation.penalised.insert(one.hotkey);
                "penalised: its GitHub account is claimed by other hotkeys as well".to_owned()
            } else {
                match (one.account, one.work) {
                    (Account::None(reason), _) => reason.to_string(),
                    (_, None) => "was not looked at".to_owned(),
                    (_, Some(Observed::Unknown { reason })) => {
                        let line = reason.to_string();
                        unknown.insert(one.hotkey, reason);
                        line
                    }
                    (
                        _,
                        Some(Observed::Known {
                            value: mut work,
                            as_of: seen,
                        }),
                    ) => {
                        files = files.saturating_add(work.files);
                        let lists = &work.pull_requests;
                        pulls += lists.merged.len() + lists.open.len() + lists.closed.len();
                        as_of.insert(one.hotkey, seen);
                        let standing = standing::finalize(&mut work.pull_requests, self.registry);
                        let line = explanation(&standing, &work);
                        let earned = standing.repositories.iter();
                        scores.push(MinerScores {
                            uid: one.uid,
                            pull_requests: earned
                                .map(|(name, here)| (name.clone(), here.totals.total_score))
                                .collect(),
                            issues: Vec::new(),
                        });
                        line
                    }
                }
            };
            evaluation.explanations.insert(one.hotkey, line);
        }

        // Shares are of one whole, so who could be judged gains a little by who could not. Where
        // most could not, or nothing would be left but to recycle, the round is void for all alike.
        let judged = scores.len();
        let void = (unknown.len() > judged).then(|| {
            let claimed = unknown.len() + judged;
            format!(
                "the round is void: {} of {claimed} miners could not be judged",
                unknown.len()
            )
        });
        if let Some(void) = &void {
            for neuron in metagraph.neurons() {
                unknown
                    .entry(neuron.hotkey)
                    .or_insert_with(|| Unknown::NotComputed(void.clone()));
            }
        }
        let void_free = void.is_none();
        evaluation.warnings.extend(void);
        let emission = emission::allocate(&scores, self.registry, &uids, maintainers);
        for neuron in metagraph.neurons() {
            let reward = emission.rewards.get(&neuron.uid.0).copied().unwrap_or(0.0);
            let observed = match (unknown.remove(&neuron.hotkey), Score::new(reward)) {
                (Some(reason), _) => Observed::unknown(reason),
                (None, Ok(score)) => {
                    let seen = as_of.get(&neuron.hotkey).copied().unwrap_or(now);
                    Observed::known(score, seen)
                }
                (None, Err(error)) => Observed::unknown(Unknown::NotComputed(error.to_string())),
            };
            evaluation.scores.insert(neuron.hotkey, observed);
        }
        if void_free
            && emission
                .rewards
                .iter()
                .all(|(&uid, &reward)| unearned(uid, reward))
        {
            let nobody = "no miner earned anything: all of the emission is recycled to uid 0";
            evaluation.warnings.push(nobody.to_owned());
        }
        let pulls = u64::try_from(pulls).unwrap_or(u64::MAX);
        evaluation
            .counters
            .insert("pull_requests".to_owned(), pulls);
        evaluation.counters.insert("files".to_owned(), files);
        evaluation
    }
}

/// Whether a reward is no miner's merit: nothing, or what goes to a uid whatever anybody does.
fn unearned(uid: u16, reward: f64) -> bool {
    reward <= 0.0 || matches!(uid, emission::RECYCLE_UID | emission::ISSUES_TREASURY_UID)
}

/// The uids whose account is claimed by others as well.
fn shared(found: &[Found]) -> BTreeSet<u16> {
    let claims = found
        .iter()
        .map(|one| (one.uid, one.claimed().map(GithubId::as_str)));
    shared_accounts(claims)
}

impl Found {
    /// The account a miner claims, for the search for accounts claimed twice.
    fn claimed(&self) -> Option<&GithubId> {
        let id = match &self.account {
            Account::Known(id) => Some(id),
            Account::Unknown { earlier, .. } => earlier.as_ref(),
            Account::None(_) => None,
        };
        id.filter(|id| is_account(id.as_str()))
    }
}
