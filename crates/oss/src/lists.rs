//! What the source lists of each miner, before any file is asked for.

use axonry_chain::Neuron;
use axonry_core::{UnixMillis, Unknown};
use axonry_github::{GitHub, GithubId, Issue, Page, PatStore, PullRequest, Windows};
use axonry_neuron::{Round, Step};
use axonry_scoring::registry::{Registry, RepositoryConfig};
use futures_util::future::join_all;
use tokio::join;

use crate::account::{Account, account};
use crate::asking::{Asking, isolated};
use crate::issues::may_earn;

const MILLIS_PER_DAY: i64 = 86_400_000;

/// What was read of one miner.
#[derive(Debug)]
pub(crate) struct Listed<'a> {
    pub(crate) neuron: &'a Neuron,
    pub(crate) account: Account,
    /// Absent for a miner without an account, or with one that is not known now.
    pub(crate) pulls: Option<Result<Page<PullRequest>, Unknown>>,
    /// Absent as well where no repository pays for issues.
    pub(crate) issues: Option<Result<IssueLists, Unknown>>,
}

/// The issues of one account.
#[derive(Debug)]
pub(crate) struct IssueLists {
    /// Those opened or closed within the lookback.
    pub(crate) recent: Page<Issue>,
    /// Those open now, however old; they count against their author. Absent where the others earn
    /// nothing anyhow.
    pub(crate) open: Option<Result<Page<Issue>, Unknown>>,
}

/// What everybody's lists are read by.
#[derive(Debug)]
pub(crate) struct Lister<'a> {
    asking: &'a Asking<'a>,
    github: &'a GitHub,
    tokens: &'a PatStore,
    registry: &'a Registry,
    pulls: Windows,
    issues: Windows,
}

impl<'a> Lister<'a> {
    pub(crate) fn new(
        asking: &'a Asking<'a>,
        github: &'a GitHub,
        tokens: &'a PatStore,
        registry: &'a Registry,
        now: UnixMillis,
    ) -> Self {
        Self {
            asking,
            github,
            tokens,
            registry,
            pulls: windows(registry, now, |_| true),
            // Where issues earn nothing, nothing about them changes any weight.
            issues: windows(registry, now, |config| {
                config.emission_share > 0.0 && config.issue_discovery_share > 0.0
            }),
        }
    }

    /// Whether any repository pays for issues.
    pub(crate) fn pays_for_issues(&self) -> bool {
        !self.issues.is_empty()
    }

    /// Every miner's account, pull requests and issues, in order of uids, whoever answered first.
    pub(crate) async fn lists<'r>(&self, round: &Round<'r>) -> Vec<Listed<'r>> {
        let neurons = round.metagraph.neurons();
        round.progress.note(Step::Expect {
            what: "miners",
            count: u64::try_from(neurons.len()).unwrap_or(u64::MAX),
        });
        let listing = neurons.iter().map(|neuron| async move {
            let listed = self.list(neuron).await;
            round.progress.note(Step::Done {
                what: "miners",
                count: 1,
            });
            listed
        });
        join_all(listing).await
    }

    async fn list<'r>(&self, neuron: &'r Neuron) -> Listed<'r> {
        let account = account(neuron, self.tokens, self.github, self.asking).await;
        let (pulls, issues) = match &account {
            Account::Known(id) => {
                let (pulls, issues) = join!(self.pulls(id), self.issues(id));
                (Some(pulls), issues)
            }
            Account::None(_) | Account::Unknown { .. } => (None, None),
        };
        Listed {
            neuron,
            account,
            pulls,
            issues,
        }
    }

    async fn pulls(&self, id: &GithubId) -> Result<Page<PullRequest>, Unknown> {
        if self.pulls.is_empty() {
            return Ok(Page::default());
        }
        let source = self.asking.source;
        Ok(self.asking.ask(source.pulls(id, &self.pulls)).await?)
    }

    async fn issues(&self, id: &GithubId) -> Option<Result<IssueLists, Unknown>> {
        if self.issues.is_empty() {
            return None;
        }
        let (asking, source) = (self.asking, self.asking.source);
        let recent = match asking.ask(source.issues(id, &self.issues)).await {
            Ok(recent) => recent,
            Err(none) => return Some(Err(none.into())),
        };
        let may_earn = isolated(|| Ok(may_earn(&recent, self.registry)));
        let open = match may_earn.unwrap_or(true) {
            true => Some(asking.ask(source.open_issues(id)).await),
            false => None,
        };
        let open = open.map(|open| open.map_err(Unknown::from));
        Some(Ok(IssueLists { recent, open }))
    }
}

/// From when on each repository that counts is asked about.
fn windows(
    registry: &Registry,
    now: UnixMillis,
    counts: impl Fn(&RepositoryConfig) -> bool,
) -> Windows {
    let since = |days: i64| {
        let now = i64::try_from(now.0).unwrap_or(i64::MAX);
        let since = now.saturating_sub(days.saturating_mul(MILLIS_PER_DAY));
        jiff::Timestamp::from_millisecond(since).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    };
    let counting = registry.iter().filter(|(_, config)| counts(config));
    counting
        .filter_map(|(name, config)| {
            let days = config.scoring.pr_lookback_days;
            Some((
                name.parse().ok()?,
                since(i64::try_from(days).unwrap_or(i64::MAX)),
            ))
        })
        .collect()
}
