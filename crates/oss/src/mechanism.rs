use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axonry_chain::Neuron;
use axonry_core::{Hotkey, Observed, UnixMillis, Unknown};
use axonry_github::{
    ContentCache, GitHub, GithubId, Page, PatStore, PullRequest, PullRequestSource, RepositoryName,
    Revision, Windows,
};
use axonry_neuron::{Evaluation, Mechanism, MechanismError, Round, Step, chain_of};
use axonry_scoring::Timestamp;
use axonry_scoring::registry::Registry;
use axonry_syntax::{GrammarSet, Scorer, ScorerError, Tables};
use futures_util::{FutureExt, StreamExt, stream};
use tokio::time::{Instant, timeout_at};

use crate::account::{Account, TokenSource, account, doubt_mass_refusals};
use crate::judgement::{Found, Judging};
use crate::kept::Kept;
use crate::maintainers::{self, Maintainers};
use crate::memory::{Memory, Remembered};
use crate::miner::{Bench, Work};
use crate::rules;
use crate::values::{Values, Workshop};

/// Requests under way at once, unless set; the HTTP client's own bounds hold as well.
const IN_FLIGHT: usize = 16;
const MILLIS_PER_DAY: i64 = 86_400_000;

/// The mechanism of subnet 74. Make one per process: it remembers what it saw of each miner.
#[derive(Debug)]
pub struct OpenSource {
    source: Arc<dyn PullRequestSource>,
    github: GitHub,
    registry: Registry,
    tokens: TokenSource,
    scorer: Arc<Scorer>,
    kept: Arc<Kept>,
    maintainers: Maintainers,
    in_flight: usize,
    miner_deadline: Duration,
    memory: Memory,
}

/// Settings of an [`OpenSource`] in the making.
#[derive(Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct OpenSourceBuilder {
    source: Arc<dyn PullRequestSource>,
    github: GitHub,
    registry: Registry,
    tokens: TokenSource,
    cache: Option<ContentCache>,
    in_flight: usize,
    miner_deadline: Duration,
}

/// Why the mechanism cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenSourceError {
    /// The code scorer cannot be made.
    #[error("could not prepare the scoring of code")]
    Scorer(#[from] ScorerError),
    /// A repository's name cannot be one on GitHub.
    #[error("registry: `{0}` is no repository name: `owner/name` is expected")]
    Repository(String),
}

impl OpenSource {
    /// Starts from an empty registry and no tokens. `source` is a
    /// [`Mirror`](axonry_github::Mirror) or whatever else knows pull requests.
    pub fn builder(source: impl PullRequestSource + 'static, github: GitHub) -> OpenSourceBuilder {
        OpenSourceBuilder {
            source: Arc::new(source),
            github,
            registry: Registry::default(),
            tokens: PatStore::default().into(),
            cache: None,
            in_flight: IN_FLIGHT,
            miner_deadline: Duration::from_secs(20 * 60),
        }
    }
}

impl OpenSourceBuilder {
    /// The repositories that count.
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = registry;
        self
    }

    /// Which hotkey proved which account.
    pub fn tokens(mut self, tokens: impl Into<TokenSource>) -> Self {
        self.tokens = tokens.into();
        self
    }

    /// Where contents and scores of pull requests are kept between runs. Without it they are
    /// fetched again after a restart.
    pub fn cache(mut self, cache: ContentCache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// How many requests may be under way at once; at least one. Default 16.
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.in_flight = requests.max(1);
        self
    }

    /// How long after its start a round waits for a miner's lists and files, waiting for a quota
    /// included; what is not there by then is unknown in that round. Default 20 min.
    pub const fn miner_deadline(mut self, deadline: Duration) -> Self {
        self.miner_deadline = deadline;
        self
    }

    /// Checks the settings and prepares the grammars.
    ///
    /// # Errors
    /// [`OpenSourceError`].
    pub fn build(self) -> Result<OpenSource, OpenSourceError> {
        for (name, _) in self.registry.iter() {
            if name.parse::<RepositoryName>().is_err() {
                return Err(OpenSourceError::Repository(name.to_owned()));
            }
        }
        let scorer = Scorer::new(Tables::upstream(), GrammarSet::Parity)?;
        Ok(OpenSource {
            kept: Arc::new(Kept::new(self.cache, rules::digest(&scorer))),
            scorer: Arc::new(scorer),
            source: self.source,
            maintainers: Maintainers::default(),
            in_flight: self.in_flight,
            github: self.github,
            registry: self.registry,
            tokens: self.tokens,
            miner_deadline: self.miner_deadline,
            memory: Memory::default(),
        })
    }
}

/// What was read of one miner before its files.
#[derive(Debug)]
struct Listed<'a> {
    neuron: &'a Neuron,
    account: Account,
    /// Absent for a miner without an account, or with one that is not known now.
    page: Option<Result<Page<PullRequest>, Unknown>>,
}

#[async_trait]
impl Mechanism for OpenSource {
    async fn evaluate(&self, round: Round<'_>) -> Result<Evaluation, MechanismError> {
        let tokens = self.tokens.snapshot().map_err(|error| {
            MechanismError::transient("could not read who has which GitHub token", error)
        })?;
        let metagraph = round.metagraph;
        self.memory
            .retain(|hotkey| metagraph.uid_of(hotkey).is_some());
        self.kept.next_round();
        let deadline = Instant::now() + self.miner_deadline;
        let bench = Bench {
            registry: &self.registry,
            now: Timestamp::from_micros(millis(round.now).saturating_mul(1000)),
        };
        // All lists first: only then is it known what is needed, and by how many.
        let mut listed = self.lists(&round, &tokens, deadline).await;
        doubt_mass_refusals(listed.iter_mut().map(|one| &mut one.account));
        let pages = listed
            .iter()
            .filter_map(|one| one.page.as_ref()?.as_ref().ok());
        let needed = pages.flat_map(|page| bench.needed(page));
        let list: BTreeMap<_, _> = needed
            .map(|pull| ((pull.repository.clone(), pull.number), Revision::from(pull)))
            .collect();
        let workshop = Workshop {
            source: &*self.source,
            scorer: &self.scorer,
            kept: &self.kept,
            in_flight: self.in_flight,
            deadline,
            progress: round.progress,
        };
        let (values, (cut, warnings)) = tokio::join!(
            workshop.values(list),
            self.maintainers
                .read(&*self.source, &self.registry, self.in_flight),
        );
        let found: Vec<Found> = listed
            .into_iter()
            .map(|one| self.find(one, &bench, &values, round.now))
            .collect();
        let judging = Judging {
            metagraph,
            registry: &self.registry,
            memory: &self.memory,
            now: round.now,
        };
        let maintained = maintainers::uids(cut, &judging.accounts(&found));
        let mut evaluation = judging.judge(found, &maintained, warnings);
        let missing = self.scorer.missing_languages().len();
        for (name, count) in [
            ("files_fetched", values.fetched),
            ("scores_reused", values.reused),
            ("scores_stale", values.stale),
            (
                "languages_not_built",
                u64::try_from(missing).unwrap_or(u64::MAX),
            ),
        ] {
            evaluation.counters.insert(name.to_owned(), count);
        }
        Ok(evaluation)
    }
}

impl OpenSource {
    fn windows(&self, now: UnixMillis) -> Windows {
        let since = |days: i64| {
            let since = millis(now).saturating_sub(days.saturating_mul(MILLIS_PER_DAY));
            jiff::Timestamp::from_millisecond(since).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        };
        self.registry
            .iter()
            .filter_map(|(name, config)| {
                let days = config.scoring.pr_lookback_days;
                Some((
                    name.parse().ok()?,
                    since(i64::try_from(days).unwrap_or(i64::MAX)),
                ))
            })
            .collect()
    }

    /// Every miner's account and pull requests, in order of uids, whoever answered first.
    async fn lists<'r>(
        &self,
        round: &Round<'r>,
        tokens: &PatStore,
        deadline: Instant,
    ) -> Vec<Listed<'r>> {
        let windows = &self.windows(round.now);
        let progress = round.progress;
        let neurons = round.metagraph.neurons();
        progress.note(Step::Expect {
            what: "miners",
            count: u64::try_from(neurons.len()).unwrap_or(u64::MAX),
        });
        let listing: Vec<_> = neurons
            .iter()
            .map(|neuron| {
                let listing = async move {
                    let account = account(neuron, tokens, &self.github).await;
                    let page = match &account {
                        Account::Known(id) => Some(self.list(id, windows, deadline).await),
                        Account::None(_) | Account::Unknown { .. } => None,
                    };
                    progress.note(Step::Done {
                        what: "miners",
                        count: 1,
                    });
                    Listed {
                        neuron,
                        account,
                        page,
                    }
                };
                listing.boxed()
            })
            .collect();
        stream::iter(listing)
            .buffered(self.in_flight)
            .collect()
            .await
    }

    async fn list(
        &self,
        id: &GithubId,
        windows: &Windows,
        deadline: Instant,
    ) -> Result<Page<PullRequest>, Unknown> {
        if self.registry.is_empty() {
            return Ok(Page::default());
        }
        match timeout_at(deadline, self.source.pulls(id, windows)).await {
            Ok(Ok(page)) => Ok(page),
            Ok(Err(error)) => Err(Unknown::SourceFailed(chain_of(&error))),
            Err(_) => {
                let late = format!("nothing complete within {:?}", self.miner_deadline);
                Err(Unknown::SourceFailed(late))
            }
        }
    }

    /// Puts together what is known of one miner, and remembers it if it is all.
    fn find(&self, one: Listed<'_>, bench: &Bench<'_>, values: &Values, now: UnixMillis) -> Found {
        let Listed {
            neuron,
            account,
            page,
        } = one;
        let hotkey = neuron.hotkey;
        let work = match (&account, page) {
            (Account::Known(id), Some(page)) => {
                let work = page.and_then(|page| bench.work(&page, values));
                Some(match work {
                    Ok(work) => {
                        let remembered = Remembered {
                            account: id.clone(),
                            work: work.clone(),
                            as_of: now,
                        };
                        self.memory.store(hotkey, remembered);
                        Observed::known(work, now)
                    }
                    Err(unknown) => self.recalled(&hotkey, id, unknown),
                })
            }
            (Account::Unknown { earlier, why }, _) => {
                let unknown =
                    Unknown::SourceFailed(format!("GitHub did not say whose it is: {why}"));
                Some(match earlier {
                    Some(id) => self.recalled(&hotkey, id, unknown),
                    None => Observed::unknown(unknown),
                })
            }
            (Account::Known(_) | Account::None(_), _) => None,
        };
        Found {
            hotkey,
            uid: neuron.uid.0,
            account,
            work,
        }
    }

    /// What was last seen of a miner stands in for what could not be seen now.
    fn recalled(&self, hotkey: &Hotkey, id: &GithubId, unknown: Unknown) -> Observed<Work> {
        match self.memory.recall(hotkey, id) {
            Some(Remembered {
                mut work, as_of, ..
            }) => {
                work.remarks
                    .push(format!("as seen in an earlier round, because {unknown}"));
                Observed::known(work, as_of)
            }
            None => Observed::unknown(unknown),
        }
    }
}

fn millis(now: UnixMillis) -> i64 {
    i64::try_from(now.0).unwrap_or(i64::MAX)
}
