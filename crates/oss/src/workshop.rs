//! The round's work list: every pull request whose files count, each once, fetched and valued.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use axonry_core::Unknown;
use axonry_github::{ContentKey, Files, Revision, StoredFiles};
use axonry_neuron::{Progress, Step};
use futures_util::{FutureExt, StreamExt, stream};
use tokio::sync::Semaphore;

use crate::asking::{Asking, NoAnswer};
use crate::kept::{Item, Kept, Value};
use crate::parsing::{Parsed, Parsing};
use crate::reading;
use crate::values::{Valued, Values};

/// What it takes to value pull requests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Workshop<'a> {
    pub(crate) asking: &'a Asking<'a>,
    pub(crate) parsing: &'a Arc<Parsing>,
    pub(crate) kept: &'a Arc<Kept>,
    /// How many questions may be under way at once.
    pub(crate) in_flight: usize,
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
    /// Fetching is bounded by the questions allowed at once and scoring by the number of processors,
    /// and a text is dropped as soon as it is scored: at most twice as many texts are held as
    /// questions may be under way.
    pub(crate) async fn values(&self, list: BTreeMap<Item, Revision>) -> Values {
        self.progress.note(Step::Expect {
            what: "pull requests",
            count: u64::try_from(list.len()).unwrap_or(u64::MAX),
        });
        let mut values = Values::default();
        let missing = self.reuse(list, &mut values).await;
        let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let scoring = Semaphore::new(processors + 1);
        let valuing: Vec<_> = missing
            .into_iter()
            .map(|(item, revision)| {
                let scoring = &scoring;
                async move { (item, self.value(&revision, scoring).await) }.boxed()
            })
            .collect();
        // Texts may wait while the processors are busy, so that the source is never kept waiting.
        let at_once = 2 * self.in_flight + processors;
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
            let known = wanted.iter().map(|revision| kept.known(revision));
            known.collect::<Vec<_>>()
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

    async fn value(&self, of: &Revision, scoring: &Semaphore) -> (Valued, Option<Cost>) {
        let named = named(of);
        let kept = Arc::clone(self.kept);
        let wanted = of.clone();
        let on_disk = tokio::task::spawn_blocking(move || kept.files(&wanted)).await;
        let (files, cost) = match on_disk.ok().flatten() {
            Some(files) => (files, None),
            None => match self.asking.ask(self.asking.source.files(of)).await {
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
                    return (Valued::Absent(why), Some(Cost::Fetched));
                }
                Err(NoAnswer::Absent(why)) => {
                    let why = format!("{named} has no files: {why}");
                    return (Valued::Absent(why), Some(Cost::Fetched));
                }
                Err(NoAnswer::Failed(why)) => {
                    return self.stand_in(of, Unknown::SourceFailed(why));
                }
            },
        };
        if files.files.is_empty() {
            let nothing = Value {
                totals: None,
                files: 0,
            };
            return (Valued::Known(nothing, None), cost);
        }
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
                let remark = format!("{} is as last seen, because {unknown}", named(of));
                (Valued::Known(value, Some(remark)), Some(Cost::Stale))
            }
            None => (Valued::Unknown(unknown), None),
        }
    }

    /// Values files away from the async threads; the texts are dropped there.
    async fn score(&self, of: &Revision, files: StoredFiles, named: String) -> Valued {
        let (parsing, kept) = (Arc::clone(self.parsing), Arc::clone(self.kept));
        let of = of.clone();
        let scoring = tokio::task::spawn_blocking(move || {
            kept.keep_files(&files);
            let count = u64::try_from(files.files.len()).unwrap_or(u64::MAX);
            let same = ContentKey::of_files(&files) == ContentKey::of(&of);
            match parsing.score(&files.files) {
                Ok(Parsed { score, cut }) => {
                    let value = Value {
                        totals: Some(reading::totals(&score)),
                        files: count,
                    };
                    // What depends on the moment is of this round only.
                    if cut.is_none() && same {
                        kept.keep(&of, value);
                    }
                    Valued::Known(value, cut.map(|why| format!("{named}: {why}")))
                }
                Err(unknown) => Valued::Unknown(unknown),
            }
        });
        scoring
            .await
            .unwrap_or_else(|stopped| Valued::Unknown(Unknown::NotComputed(stopped.to_string())))
    }

    fn note_done(&self, count: u64) {
        self.progress.note(Step::Done {
            what: "pull requests",
            count,
        });
    }
}

fn named(of: &Revision) -> String {
    format!("{}#{}", of.repository, of.number)
}
