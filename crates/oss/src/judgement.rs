//! From what was found of each miner to the scores of all of them.

use std::collections::{BTreeMap, BTreeSet};

use axonry_chain::Metagraph;
use axonry_core::{Hotkey, Observed, Score, UnixMillis, Unknown};
use axonry_neuron::Evaluation;
use axonry_scoring::emission::{self, Emission, MinerScores};
use axonry_scoring::issue_discovery::Discovery;
use axonry_scoring::registry::Registry;
use axonry_scoring::trace::{Trace, floor, given, subtract};

use crate::account::Account;
use crate::explanation::explanation;
use crate::issues::IssueWork;
use crate::maintainers::{self, Listed};
use crate::miner::Work;
use crate::reckoning::Found;
use crate::trace::{MinerTrace, Told};
use crate::withholding::withhold;

/// What all miners are judged by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judging<'a> {
    pub(crate) metagraph: &'a Metagraph,
    pub(crate) registry: &'a Registry,
    /// What each miner's average was before this round.
    pub(crate) averages: &'a BTreeMap<Hotkey, f32>,
    pub(crate) now: UnixMillis,
}

/// A miner that could be judged.
#[derive(Debug)]
struct Judged {
    hotkey: Hotkey,
    uid: u16,
    account: Option<String>,
    verdict: String,
    work: Work,
    issues: Option<IssueWork>,
    /// When the older half of it was true.
    as_of: UnixMillis,
}

impl Judging<'_> {
    /// Judges all miners of the subnet together.
    pub(crate) fn judge(&self, found: Vec<Found>, maintainers: Listed) -> Evaluation {
        let uids: BTreeSet<u16> = self
            .metagraph
            .neurons()
            .iter()
            .map(|neuron| neuron.uid.0)
            .collect();
        let maintained = maintainers::uids(maintainers.accounts, &accounts(&found));
        let mut evaluation = Evaluation {
            warnings: maintainers.warnings,
            ..Evaluation::default()
        };
        let (judged, mut unknown) = sort(found, &mut evaluation);

        // Shares are of one whole: where most could not be judged, or a part of it has no address,
        // the round is void for all alike.
        let claimed = unknown.len() + judged.len();
        let lost = (unknown.len() > judged.len())
            .then(|| format!("{} of {claimed} miners could not be judged", unknown.len()));
        let void = lost
            .or(maintainers.unknown)
            .map(|why| format!("the round is void: {why}"));
        if let Some(void) = &void {
            for neuron in self.metagraph.neurons() {
                unknown
                    .entry(neuron.hotkey)
                    .or_insert_with(|| Unknown::NotComputed(void.clone()));
            }
        }
        let is_void = void.is_some();
        evaluation.warnings.extend(void);

        let scores: Vec<MinerScores> = judged.iter().map(Judged::scores).collect();
        let mut emission = emission::allocate(&scores, self.registry, &uids, &maintained);
        let held = withhold(&mut emission, &unknown, self.averages, self.metagraph);
        for one in &judged {
            let trace = self.trace(one, &emission, &held);
            evaluation.traces.insert(one.hotkey, trace.to_json());
        }
        let as_of: BTreeMap<Hotkey, UnixMillis> =
            judged.iter().map(|one| (one.hotkey, one.as_of)).collect();
        for neuron in self.metagraph.neurons() {
            let reward = emission.rewards.get(&neuron.uid.0).copied();
            let observed = match unknown.remove(&neuron.hotkey) {
                Some(reason) => Observed::unknown(reason),
                None => {
                    let seen = as_of.get(&neuron.hotkey).copied().unwrap_or(self.now);
                    Observed::known(reward.unwrap_or_default(), seen)
                }
            };
            evaluation.scores.insert(neuron.hotkey, observed);
        }
        let mut rewards = emission.rewards.iter();
        if !is_void && rewards.all(|(&uid, &reward)| is_unearned(uid, reward)) {
            let nobody = "no miner earned anything: all of the emission is recycled to uid 0";
            evaluation.warnings.push(nobody.to_owned());
        }
        evaluation
    }

    /// The long answer to why a miner has the score it has.
    fn trace(&self, one: &Judged, emission: &Emission, held: &BTreeMap<u16, f64>) -> MinerTrace {
        let share = emission
            .trace(one.uid)
            .map(|share| match held.get(&one.uid) {
                None => share,
                Some(&held) => {
                    let held: Trace = given("held back for miners that could not be judged", held);
                    let left = subtract("left of the share", share, held);
                    floor("share of the emission", 0.0, left)
                }
            });
        let told = Told {
            uid: one.uid,
            work: &one.work,
            issues: one.issues.as_ref(),
            allocations: &emission.allocations,
        };
        let work = &one.work;
        let issues = one.issues.as_ref();
        let remarks = issues.into_iter().flat_map(|work| &work.found.remarks);
        MinerTrace {
            uid: one.uid,
            hotkey: one.hotkey,
            account: one.account.clone(),
            verdict: one.verdict.clone(),
            as_of: Some(one.as_of),
            share,
            pull_requests: Some(work.standing.trace(&work.pull_requests, self.registry)),
            issues: issues.map(|work| work.discovery.trace(self.registry)),
            pieces: told.pieces(),
            remarks: work.remarks.iter().chain(remarks).cloned().collect(),
        }
    }
}

/// Says of each miner why it has what it has, and sorts out who can be judged.
fn sort(
    found: Vec<Found>,
    evaluation: &mut Evaluation,
) -> (Vec<Judged>, BTreeMap<Hotkey, Unknown>) {
    let (mut judged, mut unknown) = (Vec::new(), BTreeMap::new());
    let (mut files, mut pulls, mut issues_seen) = (0_u64, 0_usize, 0_u64);
    for one in found {
        let hotkey = one.hotkey;
        let account = one.account.claimed().map(ToString::to_string);
        let line = if one.is_shared {
            evaluation.penalised.insert(hotkey);
            "penalised: its GitHub account is claimed by other hotkeys as well".to_owned()
        } else {
            match (one.account, one.work, one.issues) {
                (Account::None(reason), _, _) => reason.to_string(),
                (_, None, _) => "was not looked at".to_owned(),
                (_, Some(Observed::Unknown { reason }), _)
                | (_, Some(_), Some(Observed::Unknown { reason })) => {
                    let line = reason.to_string();
                    unknown.insert(hotkey, reason);
                    line
                }
                (_, Some(Observed::Known { value, as_of }), issues) => {
                    let (issues, as_of) = match issues {
                        Some(Observed::Known { value, as_of: seen }) => {
                            (Some(value), as_of.min(seen))
                        }
                        _ => (None, as_of),
                    };
                    files = files.saturating_add(value.files);
                    pulls += value.len();
                    issues_seen += issues.as_ref().map_or(0, |work| looked_at(&work.discovery));
                    let line = explanation(&value, issues.as_ref());
                    judged.push(Judged {
                        hotkey,
                        uid: one.uid,
                        account: account.clone(),
                        verdict: line.clone(),
                        work: value,
                        issues,
                        as_of,
                    });
                    line
                }
            }
        };
        // Whoever is judged gets a longer one, once the shares are known.
        let bare = MinerTrace::bare(one.uid, hotkey, account, line.clone());
        evaluation.traces.insert(hotkey, bare.to_json());
        evaluation.explanations.insert(hotkey, line);
    }
    for (name, count) in [
        ("pull_requests", u64::try_from(pulls).unwrap_or(u64::MAX)),
        ("issues", issues_seen),
        ("files", files),
    ] {
        evaluation.counters.insert(name.to_owned(), count);
    }
    (judged, unknown)
}

/// How many issues say something about their author.
fn looked_at(discovery: &Discovery) -> u64 {
    let here = discovery.repositories.values();
    here.map(|here| here.solved + here.closed).sum()
}

/// Whose account is whose, of those claimed once.
fn accounts(found: &[Found]) -> BTreeMap<String, u16> {
    found
        .iter()
        .filter(|one| !one.is_shared)
        .filter_map(|one| Some((one.account.claimed()?.as_str().to_owned(), one.uid)))
        .collect()
}

/// Whether a reward is no miner's merit: nothing, or what goes to a uid whatever anybody does.
fn is_unearned(uid: u16, reward: Score) -> bool {
    reward == Score::ZERO || matches!(uid, emission::RECYCLE_UID | emission::ISSUES_TREASURY_UID)
}

impl Judged {
    fn scores(&self) -> MinerScores {
        let earned = self.work.standing.repositories.iter();
        let issues = self.issues.iter().flat_map(|work| work.discovery.earned());
        MinerScores {
            uid: self.uid,
            pull_requests: earned
                .map(|(name, here)| (name.clone(), here.totals.total_score))
                .collect(),
            issues: issues
                .map(|(name, earned)| (name.to_owned(), earned))
                .collect(),
        }
    }
}
