//! One round from start to scores.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axonry_core::UnixMillis;
use axonry_github::{GitHub, PullRequestSource};
use axonry_neuron::{Evaluation, Mechanism, MechanismError, Round};
use axonry_scoring::Timestamp;
use axonry_scoring::duplicate::shared_accounts;
use axonry_scoring::registry::Registry;

use crate::account::{TokenListener, TokenSource, doubt_mass_refusals};
use crate::asking::Asking;
use crate::candidates::{self, Candidate};
use crate::issues::{IssueWork, Solutions};
use crate::judgement::Judging;
use crate::kept::Kept;
use crate::lists::Lister;
use crate::maintainers::Maintainers;
use crate::memory::Memory;
use crate::miner::{Bench, Work};
use crate::parsing::Parsing;
use crate::reckoning::{Found, Reckoning};
use crate::workshop::Workshop;

/// The mechanism of subnet 74. Make one per process: it remembers what it saw of each miner.
#[derive(Debug)]
pub struct OpenSource {
    pub(crate) source: Arc<dyn PullRequestSource>,
    pub(crate) github: GitHub,
    pub(crate) registry: Registry,
    pub(crate) tokens: TokenSource,
    pub(crate) heard: Option<Arc<dyn TokenListener>>,
    pub(crate) parsing: Arc<Parsing>,
    pub(crate) kept: Arc<Kept>,
    pub(crate) maintainers: Maintainers,
    pub(crate) in_flight: usize,
    pub(crate) miner_deadline: Duration,
    pub(crate) work: Memory<Work>,
    pub(crate) issues: Memory<IssueWork>,
}

#[async_trait]
impl Mechanism for OpenSource {
    async fn evaluate(&self, round: Round<'_>) -> Result<Evaluation, MechanismError> {
        let tokens = self.tokens.snapshot(round.number).map_err(|error| {
            MechanismError::transient("could not read who has which GitHub token", error)
        })?;
        if let Some(heard) = &self.heard {
            heard.tokens(round.number, &tokens);
        }
        let registry = &self.registry;
        self.begin(&round);
        let asking = Asking::new(&*self.source, self.in_flight, self.miner_deadline);
        let bench = Bench {
            registry,
            now: moment(round.now),
        };

        // All lists first: only then is it known what is needed, and by how many.
        let lister = Lister::new(&asking, &self.github, &tokens, registry, round.now);
        let mut listed = lister.lists(&round).await;
        doubt_mass_refusals(listed.iter_mut().map(|one| &mut one.account));
        let lists_took = asking.took();
        let shared = shared_accounts(listed.iter().map(|one| {
            let claimed = one.account.claimed();
            (one.neuron.uid.0, claimed.map(|id| id.as_str()))
        }));
        let candidates: Vec<_> = listed
            .into_iter()
            .map(|listed| Candidate::new(listed, &shared, registry, &self.issues))
            .collect();

        let merged = candidates::merged(&candidates, &bench);
        let workshop = Workshop {
            asking: &asking,
            parsing: &self.parsing,
            kept: &self.kept,
            in_flight: self.in_flight,
            progress: round.progress,
        };
        let (values, maintainers) = tokio::join!(
            workshop.values(candidates::work_list(&candidates, &merged, &bench)),
            self.maintainers.read(&asking, registry),
        );
        let solving = candidates::solving(&candidates);
        let solutions = Solutions::of(solving, &merged, &values, &bench);
        let reckoning = Reckoning {
            bench: &bench,
            values: &values,
            solutions: &solutions,
            owners: &candidates::owners(&candidates, registry, &self.issues),
            pays_for_issues: lister.pays_for_issues(),
            work: &self.work,
            issues: &self.issues,
            now: round.now,
        };
        drop(merged);
        let found: Vec<Found> = candidates
            .into_iter()
            .map(|one| reckoning.reckon(one))
            .collect();

        let judging = Judging {
            metagraph: round.metagraph,
            registry,
            averages: round.averages,
            now: round.now,
        };
        let mut evaluation = judging.judge(found, maintainers);
        let missing = self.parsing.scorer().missing_languages().len();
        for (name, count) in [
            ("files_fetched", values.fetched),
            ("scores_reused", values.reused),
            ("scores_stale", values.stale),
            (
                "languages_not_built",
                missing.try_into().unwrap_or(u64::MAX),
            ),
            ("lists_ms", millis(lists_took)),
            ("fetching_ms", millis(asking.took())),
        ] {
            evaluation.counters.insert(name.to_owned(), count);
        }
        Ok(evaluation)
    }
}

impl OpenSource {
    /// Forgets who left, and what no recent round asked for.
    fn begin(&self, round: &Round<'_>) {
        let is_here = |hotkey: &_| round.metagraph.uid_of(hotkey).is_some();
        self.work.retain(is_here);
        self.issues.retain(is_here);
        self.kept.next_round();
    }
}

fn moment(now: UnixMillis) -> Timestamp {
    let millis = i64::try_from(now.0).unwrap_or(i64::MAX);
    Timestamp::from_micros(millis.saturating_mul(1000))
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
