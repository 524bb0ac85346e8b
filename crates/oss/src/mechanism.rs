use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axonry_chain::{Metagraph, Neuron};
use axonry_core::{Hotkey, Observed, Score, UnixMillis, Unknown};
use axonry_github::{GitHub, GithubId, Mirror, PatStore, RepositoryName, Windows};
use axonry_neuron::{Evaluation, Mechanism, MechanismError, Round, Step};
use axonry_scoring::Timestamp;
use axonry_scoring::duplicate::{is_account, shared_accounts};
use axonry_scoring::emission::{self, MinerScores};
use axonry_scoring::registry::Registry;
use axonry_scoring::standing;
use axonry_syntax::{GrammarSet, Scorer, ScorerError, Tables};
use futures_util::{FutureExt, StreamExt, stream};

use crate::account::{Account, TokenSource, account};
use crate::explanation::explanation;
use crate::maintainers::maintainers;
use crate::memory::{Memory, Remembered};
use crate::miner::{Bench, Work};

/// Miners looked at in the same moment; the HTTP client's bounds hold over all of them together.
const MINERS_AT_ONCE: usize = 16;
const MILLIS_PER_DAY: i64 = 86_400_000;

/// The mechanism of subnet 74. Make one per process: it remembers what it saw of each miner.
#[derive(Debug)]
pub struct OpenSource {
    mirror: Mirror,
    github: GitHub,
    registry: Registry,
    tokens: TokenSource,
    scorer: Arc<Scorer>,
    miner_deadline: Duration,
    memory: Memory,
}

/// Settings of an [`OpenSource`] in the making.
#[derive(Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct OpenSourceBuilder {
    mirror: Mirror,
    github: GitHub,
    registry: Registry,
    tokens: TokenSource,
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
    /// Starts from an empty registry and no tokens.
    pub fn builder(mirror: Mirror, github: GitHub) -> OpenSourceBuilder {
        OpenSourceBuilder {
            mirror,
            github,
            registry: Registry::default(),
            tokens: PatStore::default().into(),
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

    /// How long one miner may take in a round, waiting for the mirror's quota included; a miner
    /// that takes longer is unknown in that round.
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
        Ok(OpenSource {
            scorer: Arc::new(Scorer::new(Tables::upstream(), GrammarSet::Parity)?),
            mirror: self.mirror,
            github: self.github,
            registry: self.registry,
            tokens: self.tokens,
            miner_deadline: self.miner_deadline,
            memory: Memory::default(),
        })
    }
}

/// What a round found out about one miner.
#[derive(Debug)]
struct Found {
    hotkey: Hotkey,
    uid: u16,
    account: Account,
    /// Absent for a miner without an account.
    work: Option<Observed<Work>>,
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
        let windows = self.windows(round.now);
        let bench = Bench {
            mirror: &self.mirror,
            scorer: &self.scorer,
            registry: &self.registry,
            windows: &windows,
            now: Timestamp::from_micros(millis(round.now).saturating_mul(1000)),
            progress: round.progress,
        };
        let expected = u64::try_from(metagraph.len()).unwrap_or(u64::MAX);
        round.progress.note(Step::Expect {
            what: "miners",
            count: expected,
        });
        let looking: Vec<_> = metagraph
            .neurons()
            .iter()
            .map(|neuron| self.look_at(neuron, &tokens, &bench, round.now).boxed())
            .collect();
        // In order of uids: what follows adds up in that order, whoever answered first.
        let found = stream::iter(looking)
            .buffered(MINERS_AT_ONCE)
            .collect()
            .await;
        Ok(self.judge(metagraph, found, round.now).await)
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

    async fn look_at(
        &self,
        neuron: &Neuron,
        tokens: &PatStore,
        bench: &Bench<'_>,
        now: UnixMillis,
    ) -> Found {
        let account = account(neuron, tokens, &self.github).await;
        let hotkey = neuron.hotkey;
        let work = match &account {
            Account::None(_) => None,
            Account::Known(id) => {
                let working = tokio::time::timeout(self.miner_deadline, bench.work(id)).await;
                Some(match working {
                    Ok(Ok(work)) => Observed::known(work, now),
                    Ok(Err(unknown)) => self.recalled(&hotkey, id, unknown),
                    Err(_) => {
                        let late = format!("nothing complete within {:?}", self.miner_deadline);
                        self.recalled(&hotkey, id, Unknown::SourceFailed(late))
                    }
                })
            }
            Account::Unknown { earlier, why } => {
                let unknown =
                    Unknown::SourceFailed(format!("GitHub did not say whose it is: {why}"));
                Some(match earlier {
                    Some(id) => self.recalled(&hotkey, id, unknown),
                    None => Observed::unknown(unknown),
                })
            }
        };
        if let (Account::Known(id), Some(Observed::Known { value, as_of })) = (&account, &work)
            && *as_of == now
        {
            let remembered = Remembered {
                account: id.clone(),
                work: value.clone(),
                as_of: now,
            };
            self.memory.store(hotkey, remembered);
        }
        bench.progress.note(Step::Done {
            what: "miners",
            count: 1,
        });
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

    async fn judge(&self, metagraph: &Metagraph, found: Vec<Found>, now: UnixMillis) -> Evaluation {
        let mut evaluation = Evaluation::default();
        let claims = found
            .iter()
            .map(|one| (one.uid, one.claimed().map(GithubId::as_str)));
        let shared = shared_accounts(claims);
        let uids: BTreeSet<u16> = metagraph
            .neurons()
            .iter()
            .map(|neuron| neuron.uid.0)
            .collect();
        let accounts: BTreeMap<String, u16> = found
            .iter()
            .filter(|one| !shared.contains(&one.uid))
            .filter_map(|one| Some((one.claimed()?.as_str().to_owned(), one.uid)))
            .collect();
        let (maintainers, warnings) = maintainers(&self.mirror, &self.registry, &accounts).await;
        evaluation.warnings = warnings;

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
                        let standing = standing::finalize(&mut work.pull_requests, &self.registry);
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

        // Who could be judged must not gain by who could not, and nothing may be recycled only
        // because nobody answered: a round without a quorum is void for all alike.
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
        evaluation.warnings.extend(void);
        let emission = emission::allocate(&scores, &self.registry, &uids, &maintainers);
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
        let pulls = u64::try_from(pulls).unwrap_or(u64::MAX);
        evaluation
            .counters
            .insert("pull_requests".to_owned(), pulls);
        evaluation.counters.insert("files".to_owned(), files);
        let missing = self.scorer.missing_languages().len();
        evaluation
            .counters
            .insert("languages_not_built".to_owned(), count(missing));
        evaluation
    }
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

fn count(things: usize) -> u64 {
    u64::try_from(things).unwrap_or(u64::MAX)
}

fn millis(now: UnixMillis) -> i64 {
    i64::try_from(now.0).unwrap_or(i64::MAX)
}
