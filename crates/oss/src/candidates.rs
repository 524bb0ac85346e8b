//! The miners of a round between their lists and their scores.

use std::collections::{BTreeMap, BTreeSet};

use axonry_core::Unknown;
use axonry_github::{Page, PullRequest, PullRequestState, Revision};
use axonry_scoring::issue_discovery::Owners;
use axonry_scoring::registry::Registry;

use crate::asking::isolated;
use crate::issues::{self, FoundIssues, IssueWork};
use crate::kept::Item;
use crate::lists::Listed;
use crate::memory::Memory;
use crate::miner::{Bench, needs_files};

/// One of them.
#[derive(Debug)]
pub(crate) struct Candidate<'a> {
    pub(crate) listed: Listed<'a>,
    /// Whether its account is claimed by others as well: then nothing of it counts.
    pub(crate) is_shared: bool,
    /// The issues in its lists, as far as they can be read.
    pub(crate) issues: Option<Result<FoundIssues, Unknown>>,
}

impl<'a> Candidate<'a> {
    /// Reads the issues of a miner that may have any.
    pub(crate) fn new(
        listed: Listed<'a>,
        shared: &BTreeSet<u16>,
        registry: &Registry,
        memory: &Memory<IssueWork>,
    ) -> Self {
        let uid = listed.neuron.uid.0;
        let is_shared = shared.contains(&uid);
        let lists = listed.issues.as_ref().filter(|_| !is_shared);
        let issues = lists.map(|lists| {
            let lists = lists.as_ref().map_err(Clone::clone)?;
            let last = listed.account.claimed().and_then(|id| {
                memory.last(&listed.neuron.hotkey, id, |work| work.found.open.clone())
            });
            isolated(|| issues::found(uid, lists, registry, last.as_ref()))
        });
        Self {
            listed,
            is_shared,
            issues,
        }
    }

    fn pulls(&self) -> Option<&Page<PullRequest>> {
        let pulls = self.listed.pulls.as_ref().filter(|_| !self.is_shared);
        pulls?.as_ref().ok()
    }

    fn issues(&self) -> Option<&FoundIssues> {
        self.issues.as_ref()?.as_ref().ok()
    }
}

/// The merged pull requests that count for their authors.
pub(crate) fn merged<'c>(
    candidates: &'c [Candidate<'_>],
    bench: &Bench<'_>,
) -> BTreeMap<Item, &'c PullRequest> {
    let pages = candidates.iter().filter_map(Candidate::pulls);
    pages
        .flat_map(|page| bench.counting(page))
        .filter(|pull| pull.state == PullRequestState::Merged)
        .map(|pull| ((pull.repository.clone(), pull.number), pull))
        .collect()
}

/// Every pull request whose files a round needs, each once, whoever needs it for what.
pub(crate) fn work_list(
    candidates: &[Candidate<'_>],
    merged: &BTreeMap<Item, &PullRequest>,
    bench: &Bench<'_>,
) -> BTreeMap<Item, Revision> {
    let pages = candidates.iter().filter_map(Candidate::pulls);
    let needed = pages
        .flat_map(|page| bench.counting(page))
        .filter(|pull| needs_files(pull));
    let mut list: BTreeMap<Item, Revision> = needed
        .map(|pull| ((pull.repository.clone(), pull.number), pull.into()))
        .collect();
    let found = candidates.iter().filter_map(Candidate::issues);
    let solving = found.flat_map(|found| &found.solving);
    for (item, revision) in solving.filter(|(item, _)| !merged.contains_key(*item)) {
        list.entry(item.clone()).or_insert_with(|| revision.clone());
    }
    list
}

/// The pull requests that solved anybody's issue.
pub(crate) fn solving<'c>(candidates: &'c [Candidate<'_>]) -> impl Iterator<Item = Item> + 'c {
    let found = candidates.iter().filter_map(Candidate::issues);
    found.flat_map(|found| found.solving.keys().cloned())
}

/// Who owns which solution. Miners whose issues are not known now own what they last had.
pub(crate) fn owners(
    candidates: &[Candidate<'_>],
    registry: &Registry,
    memory: &Memory<IssueWork>,
) -> Owners {
    let unseen = candidates
        .iter()
        .filter(|one| !one.is_shared && one.issues().is_none());
    let recalled: Vec<FoundIssues> = unseen
        .filter_map(|one| {
            let id = one.listed.account.claimed()?;
            memory.last(&one.listed.neuron.hotkey, id, |work| work.found.clone())
        })
        .collect();
    let found = candidates.iter().filter_map(Candidate::issues);
    issues::owners(found.chain(&recalled), registry)
}
