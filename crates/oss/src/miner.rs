//! One miner: which of its pull requests count, and what they add up to.

use axonry_core::Unknown;
use axonry_github::{Page, PullRequest, PullRequestState};
use axonry_scoring::earned;
use axonry_scoring::registry::{Registry, RepositoryConfig};
use axonry_scoring::standing::MinerPullRequests;
use axonry_scoring::{Timestamp, merge_gate};
use tracing::debug;

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
    /// What an operator should know about it, in words.
    pub(crate) remarks: Vec<String>,
    /// Files that were valued.
    pub(crate) files: u64,
}

impl Bench<'_> {
    /// The pull requests of a list whose files must be valued.
    pub(crate) fn needed<'p>(
        &self,
        page: &'p Page<PullRequest>,
    ) -> impl Iterator<Item = &'p PullRequest> {
        page.rows
            .iter()
            .filter(|pull| needs_files(pull) && self.counts(pull).is_some())
    }

    /// Everything an account did in the registered repositories, in the order of its list: sums are
    /// taken in that order, as upstream takes them, whichever answer came first.
    ///
    /// # Errors
    /// When any part of it is not known: then the whole is unknown, because a sum that lacks a part
    /// would pass for less than the miner did.
    pub(crate) fn work(&self, page: &Page<PullRequest>, values: &Values) -> Result<Work, Unknown> {
        if let Some(first) = page.quarantined.first()
            && page.quarantined.len() > page.rows.len()
        {
            // Single rows are left out, as upstream does; most of a list is no list any more.
            let most = page.quarantined.len();
            let why = format!(
                "{most} rows are malformed, first {}: {}",
                first.what, first.why
            );
            return Err(Unknown::Malformed(why));
        }
        let mut work = Work::default();
        for row in &page.quarantined {
            work.remarks
                .push(format!("left out {}: {}", row.what, row.why));
        }
        for pull in &page.rows {
            let Some(config) = self.counts(pull) else {
                continue;
            };
            let mut tokens = None;
            if needs_files(pull) {
                let item = (pull.repository.clone(), pull.number);
                match values.of.get(&item) {
                    Some(Valued::Known(value, remark)) => {
                        tokens = value.totals;
                        work.files += value.files;
                        work.remarks.extend(remark.clone());
                    }
                    // A fixed base score needs no files, so their failure takes nothing away.
                    Some(Valued::Unknown(unknown)) if config.fixed_base_score.is_some() => {
                        let named = format!("{}#{}", pull.repository, pull.number);
                        work.remarks
                            .push(format!("{named} has no files: {unknown}"));
                    }
                    Some(Valued::Unknown(unknown)) => return Err(unknown.clone()),
                    Some(Valued::Contradicted(_)) | None => {
                        let never = format!("{}#{} was never valued", item.0, item.1);
                        return Err(Unknown::NotComputed(never));
                    }
                }
            }
            let read = reading::pull_request(pull);
            let scored = earned::score(&read, tokens.as_ref(), config, self.now);
            let lists = &mut work.pull_requests;
            match scored.state {
                axonry_scoring::pull_request::PullRequestState::Open => lists.open.push(scored),
                axonry_scoring::pull_request::PullRequestState::Closed => lists.closed.push(scored),
                axonry_scoring::pull_request::PullRequestState::Merged => lists.merged.push(scored),
            }
        }
        Ok(work)
    }

    /// The rules a pull request falls under, if it counts at all
    /// (`gittensor/validator/oss_contributions/mirror/load.py`).
    fn counts(&self, pull: &PullRequest) -> Option<&RepositoryConfig> {
        let config = self.registry.get(pull.repository.as_str())?;
        let read = reading::pull_request(pull);
        if read.author_association.is_maintainer() {
            return None;
        }
        if pull.state == PullRequestState::Merged
            && let Err(rejection) = merge_gate::check(&read, config)
        {
            debug!(repository = %pull.repository, number = pull.number, %rejection, "does not count");
            return None;
        }
        Some(config)
    }
}

/// Of closed pull requests only the number matters, so their files are never asked for
/// (upstream fetches and values them, to no effect on any weight).
fn needs_files(pull: &PullRequest) -> bool {
    pull.scoring_data_stored && pull.state != PullRequestState::Closed
}
