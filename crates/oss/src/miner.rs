//! The pull requests of one miner: which of them count, and what they add up to.

use axonry_core::Unknown;
use axonry_github::{Page, PullRequest, PullRequestState};
use axonry_scoring::earned::{self, ScoredPullRequest};
use axonry_scoring::merge_gate::{self, Rejection};
use axonry_scoring::pull_request::PullRequestState as Place;
use axonry_scoring::registry::{Registry, RepositoryConfig};
use axonry_scoring::standing::{self, MinerPullRequests, Standing};
use axonry_scoring::{Timestamp, base_score::TokenTotals};

use crate::kept::Item;
use crate::memory::Recallable;
use crate::reading;
use crate::values::{Valued, Values};

/// What every miner of a round is judged with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bench<'a> {
    pub(crate) registry: &'a Registry,
    pub(crate) now: Timestamp,
}

/// What a miner's account showed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Work {
    pub(crate) pull_requests: MinerPullRequests,
    /// Where that puts the miner, repository by repository.
    pub(crate) standing: Standing,
    /// Merged pull requests that do not count, and why.
    pub(crate) rejected: Vec<(Item, Rejection)>,
    /// What an operator should know about it, in words.
    pub(crate) remarks: Vec<String>,
    /// Files that were valued.
    pub(crate) files: u64,
}

impl Work {
    /// How many pull requests count.
    pub(crate) fn len(&self) -> usize {
        let lists = &self.pull_requests;
        lists.merged.len() + lists.open.len() + lists.closed.len()
    }
}

impl Recallable for Work {
    /// Upstream lets a cached evaluation stand in only if it holds a pull request.
    fn is_something(&self) -> bool {
        self.len() > 0
    }

    fn remark(&mut self, remark: String) {
        self.remarks.push(remark);
    }
}

/// Whether a pull request counts.
enum Counts<'a> {
    /// It does, by these rules.
    Yes(&'a RepositoryConfig),
    /// It is none of the subnet's.
    No,
    /// It was merged, though not as it should be.
    Rejected(Rejection),
}

impl Bench<'_> {
    /// The pull requests of a list that count.
    pub(crate) fn counting<'p>(
        &self,
        page: &'p Page<PullRequest>,
    ) -> impl Iterator<Item = &'p PullRequest> {
        page.rows
            .iter()
            .filter(|pull| matches!(self.counts(pull), Counts::Yes(_)))
    }

    /// Everything an account did in the registered repositories, in the order of its list: sums are
    /// taken in that order, as upstream takes them, whichever answer came first.
    ///
    /// # Errors
    /// When any part of it is not known: then the whole is unknown, because a sum that lacks a part
    /// would pass for less than the miner did.
    pub(crate) fn work(&self, page: &Page<PullRequest>, values: &Values) -> Result<Work, Unknown> {
        let mut work = Work {
            remarks: mostly_readable(page)?,
            ..Work::default()
        };
        for pull in &page.rows {
            match self.counts(pull) {
                Counts::Yes(config) => {
                    let tokens = tokens(pull, config, values, &mut work)?;
                    let read = reading::pull_request(pull);
                    let scored = earned::score(&read, tokens.as_ref(), config, self.now);
                    work.take(scored);
                }
                Counts::Rejected(rejection) => {
                    let item = (pull.repository.clone(), pull.number);
                    work.rejected.push((item, rejection));
                }
                Counts::No => {}
            }
        }
        work.standing = standing::finalize(&mut work.pull_requests, self.registry);
        Ok(work)
    }

    /// The rules a pull request falls under, if it counts at all
    /// (`gittensor/validator/oss_contributions/mirror/load.py`).
    fn counts(&self, pull: &PullRequest) -> Counts<'_> {
        let Some(config) = self.registry.get(pull.repository.as_str()) else {
            return Counts::No;
        };
        let read = reading::pull_request(pull);
        if read.author_association.is_maintainer() {
            return Counts::No;
        }
        if pull.state != PullRequestState::Merged {
            return Counts::Yes(config);
        }
        match merge_gate::check(&read, config) {
            Ok(()) => Counts::Yes(config),
            Err(rejection) => Counts::Rejected(rejection),
        }
    }
}

impl Work {
    fn take(&mut self, scored: ScoredPullRequest) {
        let lists = &mut self.pull_requests;
        match scored.state {
            Place::Open => lists.open.push(scored),
            Place::Closed => lists.closed.push(scored),
            Place::Merged => lists.merged.push(scored),
        }
    }
}

/// What a pull request's files amount to; `None` where it has none that count.
fn tokens(
    pull: &PullRequest,
    config: &RepositoryConfig,
    values: &Values,
    work: &mut Work,
) -> Result<Option<TokenTotals>, Unknown> {
    if !needs_files(pull) {
        return Ok(None);
    }
    let item = (pull.repository.clone(), pull.number);
    match values.of.get(&item) {
        Some(Valued::Known(value, remark)) => {
            work.files += value.files;
            work.remarks.extend(remark.clone());
            Ok(value.totals)
        }
        Some(Valued::Absent(why)) => {
            work.remarks.push(why.clone());
            Ok(None)
        }
        // A fixed base score needs no files, so their failure takes nothing away.
        Some(Valued::Unknown(unknown)) if config.fixed_base_score.is_some() => {
            let remark = format!("{}#{} has no files: {unknown}", item.0, item.1);
            work.remarks.push(remark);
            Ok(None)
        }
        Some(Valued::Unknown(unknown)) => Err(unknown.clone()),
        None => {
            let never = format!("{}#{} was never valued", item.0, item.1);
            Err(Unknown::NotComputed(never))
        }
    }
}

/// What was left out of a list, in words.
///
/// # Errors
/// When that is most of it: single rows are left out, as upstream does, but most of a list is no
/// list any more.
pub(crate) fn mostly_readable<T>(page: &Page<T>) -> Result<Vec<String>, Unknown> {
    let bad = &page.quarantined;
    if let Some(first) = bad.first().filter(|_| bad.len() > page.rows.len()) {
        let (most, what, why) = (bad.len(), &first.what, &first.why);
        return Err(Unknown::Malformed(format!(
            "{most} rows are malformed, first {what}: {why}"
        )));
    }
    let remarks = bad
        .iter()
        .map(|row| format!("left out {}: {}", row.what, row.why));
    Ok(remarks.collect())
}

/// Of closed pull requests only the number matters, so their files are never asked for
/// (upstream fetches and values them, to no effect on any weight).
pub(crate) fn needs_files(pull: &PullRequest) -> bool {
    pull.scoring_data_stored && pull.state != PullRequestState::Closed
}
