//! The round's work list: every pull request whose files count, each once, fetched and valued.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use axonry_core::Unknown;
use axonry_github::{Files, GithubError, PullRequestSource, Revision, StoredFiles};
use axonry_neuron::{Progress, Step, chain_of};
use axonry_syntax::Scorer;
use futures_util::{FutureExt, StreamExt, stream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::kept::{Item, Kept, Value};
use crate::reading;

/// What became of one pull request's files.
#[derive(Clone, Debug)]
pub(crate) enum Valued {
    /// They are worth this; what there is to say about it, in words.
    Known(Value, Option<String>),
    /// Not known in this round, and never was at these commits.
    Unknown(Unknown),
    /// Listed with files, and asked for them the source has none; why, in words.
    ///
    /// One such pull request is a fact about it, many are a fact about the source: see
    /// [`Values::settle`].
    Contradicted(String),
}

/// Values of all pull requests of a round, and what they cost.
#[derive(Debug, Default)]
pub(crate) struct Values {
    pub(crate) of: BTreeMap<Item, Valued>,
    /// Answers of the source that were needed.
    pub(crate) fetched: u64,
    /// Values known from earlier rounds.
    pub(crate) reused: u64,
    /// Values of earlier rounds that stand in for what could not be fetched.
    pub(crate) stale: u64,
}

impl Values {
    /// Decides what contradictions mean, when all answers are in.
    ///
    /// Upstream values such a pull request at nothing. That is right for one of them; when they
    /// outnumber what could be valued, the source has lost its files, and nobody must pay for that.
    fn settle(&mut self) {
        let contradicted = |valued: &&Valued| matches!(valued, Valued::Contradicted(_));
        let known = |valued: &&Valued| matches!(valued, Valued::Known(..));
        let lost = self.of.values().filter(contradicted).count();
        let source_at_fault = lost > self.of.values().filter(known).count();
        for valued in self.of.values_mut() {
            if let Valued::Contradicted(why) = valued {
                *valued = if source_at_fault {
                    let reason =
                        format!("{why}, like {lost} of this round's: the source lost them");
                    Valued::Unknown(Unknown::SourceFailed(reason))
                } else {
                    none(Some(std::mem::take(why)))
                };
            }
        }
    }
}

/// What it takes to value pull requests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Workshop<'a> {
    pub(crate) source: &'a dyn PullRequestSource,
    pub(crate) scorer: &'a Arc<Scorer>,
    pub(crate) kept: &'a Arc<Kept>,
    /// How many requests may be under way at once.
    pub(crate) in_flight: usize,
    /// When what is not there yet counts as unknown.
    pub(crate) deadline: Instant,
    pub(crate) progress: &'a dyn Progress,
}

/// What one pull request cost.
enum Cost {
    Fetched,
    Stale,
}

impl Workshop<'_> {
    /// Values every pull request of the list, in whatever order answers come.
    ///
    /// Fetching is bounded by `in_flight` and scoring by the number of processors, and a text is
    /// dropped as soon as it is scored: so many texts are held at once and no more.
    pub(crate) async fn values(&self, list: BTreeMap<Item, Revision>) -> Values {
        let count = u64::try_from(list.len()).unwrap_or(u64::MAX);
        self.note_expected(count);
        let mut values = Values::default();
        let missing = self.reuse(list, &mut values).await;
        let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let (fetching, scoring) = (
            Semaphore::new(self.in_flight),
            Semaphore::new(processors + 1),
        );
        let valuing: Vec<_> = missing
            .into_iter()
            .map(|(item, revision)| {
                let (fetching, scoring) = (&fetching, &scoring);
                async move { (item, self.value(&revision, fetching, scoring).await) }.boxed()
            })
            .collect();
        let at_once = self.in_flight + 2 * processors;
        let mut valuing = stream::iter(valuing).buffer_unordered(at_once);
        while let Some((item, (valued, cost))) = valuing.next().await {
            match cost {
                Some(Cost::Fetched) => values.fetched += 1,
                Some(Cost::Stale) => values.stale += 1,
                None => {}
            }
            values.of.insert(item, valued);
            self.note_done(1);
        }
        values.settle();
        values
    }

    /// Takes what is known already and leaves the rest of the list.
    async fn reuse(
        &self,
        list: BTreeMap<Item, Revision>,
        values: &mut Values,
    ) -> Vec<(Item, Revision)> {
        let kept = Arc::clone(self.kept);
        let wanted: Vec<Revision> = list.values().cloned().collect();
        let known = tokio::task::spawn_blocking(move || {
            wanted
                .iter()
                .map(|revision| kept.known(revision))
                .collect::<Vec<_>>()
        });
        // Nothing is known of any when looking fails: then all are fetched.
        let known = known.await.unwrap_or_else(|_| vec![None; list.len()]);
        let mut missing = Vec::new();
        for ((item, revision), known) in list.into_iter().zip(known) {
            match known {
                Some(value) => {
                    values.reused += 1;
                    values.of.insert(item, Valued::Known(value, None));
                }
                None => missing.push((item, revision)),
            }
        }
        self.note_done(values.reused);
        missing
    }

    async fn value(
        &self,
        of: &Revision,
        fetching: &Semaphore,
        scoring: &Semaphore,
    ) -> (Valued, Option<Cost>) {
        let named = format!("{}#{}", of.repository, of.number);
        let kept = Arc::clone(self.kept);
        let wanted = of.clone();
        let on_disk = tokio::task::spawn_blocking(move || kept.files(&wanted)).await;
        let (files, cost) = match on_disk.ok().flatten() {
            Some(files) => (files, None),
            None => match self.fetch(of, fetching).await {
                Ok(Files::Stored(files))
                    if files.files.is_empty() && files.quarantined.is_empty() =>
                {
                    return (none(None), Some(Cost::Fetched));
                }
                Ok(Files::Stored(files)) => match files.quarantined.first() {
                    None => (files, Some(Cost::Fetched)),
                    // What is left of it would pass for less than the miner did.
                    Some(bad) => {
                        let why = format!("{named} lacks {}: {}", bad.what, bad.why);
                        return self.stand_in(of, Unknown::Malformed(why));
                    }
                },
                Ok(Files::NotStoredYet) => {
                    let why = format!("{named} is listed as stored and is not");
                    return (Valued::Contradicted(why), Some(Cost::Fetched));
                }
                Err(Missing::Absent(why)) => {
                    let why = format!("{named} has no files: {why}");
                    return (Valued::Contradicted(why), Some(Cost::Fetched));
                }
                Err(Missing::Failed(why)) => {
                    return self.stand_in(of, Unknown::SourceFailed(why));
                }
            },
        };
        let _permit = scoring
            .acquire()
            .await
            .expect("the semaphore is never closed");
        (self.score(of, files, named).await, cost)
    }

    /// What the same commits were worth in an earlier round stands in for what is not known now.
    fn stand_in(&self, of: &Revision, unknown: Unknown) -> (Valued, Option<Cost>) {
        match self.kept.last(of) {
            Some(value) => {
                let named = format!("{}#{}", of.repository, of.number);
                let remark = format!("{named} is as last seen, because {unknown}");
                (Valued::Known(value, Some(remark)), Some(Cost::Stale))
            }
            None => (Valued::Unknown(unknown), None),
        }
    }

    async fn fetch(&self, of: &Revision, fetching: &Semaphore) -> Result<Files, Missing> {
        let asking = async {
            let _permit = fetching
                .acquire()
                .await
                .expect("the semaphore is never closed");
            self.source.files(of).await
        };
        match timeout_at(self.deadline, asking).await {
            Ok(Ok(files)) => Ok(files),
            Ok(Err(error)) if is_absent(&error) => Err(Missing::Absent(chain_of(&error))),
            Ok(Err(error)) => Err(Missing::Failed(chain_of(&error))),
            Err(_) => Err(Missing::Failed("the round has no more time".to_owned())),
        }
    }

    /// Values files away from the async threads; the texts are dropped there.
    async fn score(&self, of: &Revision, files: StoredFiles, named: String) -> Valued {
        let (scorer, kept) = (Arc::clone(self.scorer), Arc::clone(self.kept));
        let of = of.clone();
        let scoring = tokio::task::spawn_blocking(move || {
            kept.keep_files(&files);
            let count = u64::try_from(files.files.len()).unwrap_or(u64::MAX);
            let same =
                axonry_github::ContentKey::of_files(&files) == axonry_github::ContentKey::of(&of);
            match scorer.score_all(&[reading::changes(&files.files)]).pop() {
                Some(Ok(score)) => {
                    let value = Value {
                        totals: Some(reading::totals(&score)),
                        files: count,
                    };
                    let cut = score.is_cut_short();
                    // What depends on the moment is of this round only.
                    if !cut && same {
                        kept.keep(&of, value);
                    }
                    let slow = cut.then(|| format!("{named} took too long to parse"));
                    Valued::Known(value, slow)
                }
                Some(Err(panicked)) => {
                    Valued::Unknown(Unknown::NotComputed(format!("{named}: {panicked}")))
                }
                None => Valued::Unknown(Unknown::NotComputed("no score came back".to_owned())),
            }
        });
        scoring
            .await
            .unwrap_or_else(|stopped| Valued::Unknown(Unknown::NotComputed(stopped.to_string())))
    }

    fn note_expected(&self, count: u64) {
        self.progress.note(Step::Expect {
            what: "pull requests",
            count,
        });
    }

    fn note_done(&self, count: u64) {
        self.progress.note(Step::Done {
            what: "pull requests",
            count,
        });
    }
}

/// Why there are no files.
enum Missing {
    Absent(String),
    Failed(String),
}

fn is_absent(error: &GithubError) -> bool {
    let refusal = error.as_http().and_then(|http| http.refusal());
    refusal.is_some_and(|refusal| matches!(refusal.code(), 404 | 410))
}

const fn none(remark: Option<String>) -> Valued {
    let value = Value {
        totals: None,
        files: 0,
    };
    Valued::Known(value, remark)
}
