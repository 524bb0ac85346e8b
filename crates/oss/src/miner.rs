//! One miner: its pull requests, fetched and valued.

use std::sync::Arc;

use axonry_core::Unknown;
use axonry_github::{Files, GithubId, Mirror, PullRequest, PullRequestState, StoredFiles, Windows};
use axonry_neuron::{Progress, Step};
use axonry_scoring::base_score::TokenTotals;
use axonry_scoring::earned::{self, ScoredPullRequest};
use axonry_scoring::registry::{Registry, RepositoryConfig};
use axonry_scoring::standing::MinerPullRequests;
use axonry_scoring::{Timestamp, merge_gate};
use axonry_syntax::Scorer;
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use tracing::debug;

use crate::reading;

/// How many of one miner's pull requests are under way at once; the client's own bound holds over
/// all miners together.
const AT_ONCE: usize = 8;

/// What every miner of a round is judged with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bench<'a> {
    pub(crate) mirror: &'a Mirror,
    pub(crate) scorer: &'a Arc<Scorer>,
    pub(crate) registry: &'a Registry,
    pub(crate) windows: &'a Windows,
    pub(crate) now: Timestamp,
    pub(crate) progress: &'a dyn Progress,
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
    /// Everything an account did in the registered repositories.
    ///
    /// # Errors
    /// When any part of it could not be fetched or valued: then the whole is unknown, because a
    /// sum that lacks a part would pass for less than the miner did.
    pub(crate) async fn work(&self, account: &GithubId) -> Result<Work, Unknown> {
        if self.registry.is_empty() {
            return Ok(Work::default());
        }
        let failed = |error: axonry_github::GithubError| Unknown::SourceFailed(chain_of(&error));
        let page = self
            .mirror
            .pulls(account, self.windows)
            .await
            .map_err(failed)?;
        let mut work = Work::default();
        for row in &page.quarantined {
            work.remarks
                .push(format!("left out {}: {}", row.what, row.why));
        }
        let counted: Vec<_> = page
            .rows
            .iter()
            .filter_map(|pull| self.counts(pull))
            .collect();
        let needed = counted.iter().filter(|(pull, _)| needs_files(pull)).count();
        let noted = u64::try_from(needed).unwrap_or(u64::MAX);
        self.progress.note(Step::Expect {
            what: "pull requests",
            count: noted,
        });
        // Ordered: the sums below are taken in the mirror's order, as upstream takes them.
        let valuing: Vec<_> = counted
            .into_iter()
            .map(|(pull, config)| self.value(pull, config).boxed())
            .collect();
        let valued: Vec<Valued> = stream::iter(valuing)
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        for Valued {
            scored,
            remark,
            files,
        } in valued
        {
            work.files += files;
            work.remarks.extend(remark);
            match scored.state {
                axonry_scoring::pull_request::PullRequestState::Open => {
                    work.pull_requests.open.push(scored);
                }
                axonry_scoring::pull_request::PullRequestState::Closed => {
                    work.pull_requests.closed.push(scored);
                }
                axonry_scoring::pull_request::PullRequestState::Merged => {
                    work.pull_requests.merged.push(scored);
                }
            }
        }
        Ok(work)
    }

    /// The rules a pull request falls under, if it counts at all
    /// (`gittensor/validator/oss_contributions/mirror/load.py`).
    fn counts<'p>(&self, pull: &'p PullRequest) -> Option<(&'p PullRequest, &RepositoryConfig)> {
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
        Some((pull, config))
    }

    async fn value(
        &self,
        pull: &PullRequest,
        config: &RepositoryConfig,
    ) -> Result<Valued, Unknown> {
        let (tokens, remark, files) = if needs_files(pull) {
            let valued = self.tokens(pull, config).await;
            self.progress.note(Step::Done {
                what: "pull requests",
                count: 1,
            });
            valued?
        } else {
            (None, None, 0)
        };
        let read = reading::pull_request(pull);
        let scored = earned::score(&read, tokens.as_ref(), config, self.now);
        Ok(Valued {
            scored,
            remark,
            files,
        })
    }

    async fn tokens(
        &self,
        pull: &PullRequest,
        config: &RepositoryConfig,
    ) -> Result<(Option<TokenTotals>, Option<String>, u64), Unknown> {
        let named = format!("{}#{}", pull.repository, pull.number);
        let files = match self.mirror.files(&pull.repository, pull.number).await {
            Ok(Files::Stored(files)) if files.files.is_empty() => return Ok((None, None, 0)),
            Ok(Files::Stored(files)) => files,
            Ok(Files::NotStoredYet) => {
                return Ok((None, Some(format!("{named} is not stored yet")), 0));
            }
            // A fixed base score needs no files, so their failure takes nothing away.
            Err(error) if config.fixed_base_score.is_some() || !error.is_transient() => {
                return Ok((
                    None,
                    Some(format!("{named} has no files: {}", chain_of(&error))),
                    0,
                ));
            }
            Err(error) => return Err(Unknown::SourceFailed(chain_of(&error))),
        };
        let count = u64::try_from(files.files.len()).unwrap_or(u64::MAX);
        let score = self.score(files).await?;
        let remark = score
            .is_cut_short()
            .then(|| format!("{named} took too long to parse"));
        Ok((Some(reading::totals(&score)), remark, count))
    }

    /// Values files away from the async threads; the texts are dropped there.
    async fn score(&self, files: StoredFiles) -> Result<axonry_syntax::ChangeScore, Unknown> {
        let scorer = Arc::clone(self.scorer);
        let scoring = tokio::task::spawn_blocking(move || {
            let changes = [reading::changes(&files.files)];
            scorer.score_all(&changes).pop()
        });
        match scoring.await {
            Ok(Some(Ok(score))) => Ok(score),
            Ok(Some(Err(panicked))) => Err(Unknown::NotComputed(panicked.to_string())),
            Ok(None) => Err(Unknown::NotComputed("no score came back".to_owned())),
            Err(stopped) => Err(Unknown::NotComputed(stopped.to_string())),
        }
    }
}

struct Valued {
    scored: ScoredPullRequest,
    remark: Option<String>,
    files: u64,
}

/// Of closed pull requests only the number matters, so their files are never asked for
/// (upstream fetches and values them, to no effect on any weight).
fn needs_files(pull: &PullRequest) -> bool {
    pull.scoring_data_stored && pull.state != PullRequestState::Closed
}

/// An error with its causes, on one line.
pub(crate) fn chain_of(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
