//! What a person sees while a round runs.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axonry_neuron::{Progress, Stage, Step};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// One line per thing that is counted, drawn on standard error while it is a terminal.
#[derive(Debug)]
pub(crate) struct Bars {
    all: MultiProgress,
    shown: Mutex<Shown>,
}

#[derive(Debug, Default)]
struct Shown {
    stage: Option<ProgressBar>,
    counts: BTreeMap<&'static str, ProgressBar>,
}

impl Bars {
    /// Bars, where there is somebody to look at them.
    pub(crate) fn on_terminal() -> Option<Self> {
        std::io::stderr().is_terminal().then(|| Self {
            all: MultiProgress::new(),
            shown: Mutex::default(),
        })
    }

    /// Takes everything off the screen again.
    pub(crate) fn clear(&self) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        *shown = Shown::default();
        // A terminal that is gone shows nothing, which is what is wanted.
        drop(self.all.clear());
    }

    fn count(&self, shown: &mut Shown, what: &'static str) -> ProgressBar {
        let new = || {
            let style = ProgressStyle::with_template("  {msg:14} {bar:40} {pos}/{len}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            self.all
                .add(ProgressBar::new(0).with_style(style).with_message(what))
        };
        shown.counts.entry(what).or_insert_with(new).clone()
    }
}

/// Tells several watchers of the same steps.
#[derive(Debug)]
pub(crate) struct Together(pub(crate) Vec<Arc<dyn Progress>>);

impl Progress for Together {
    fn note(&self, step: Step<'_>) {
        for one in &self.0 {
            one.note(step);
        }
    }
}

impl Progress for Bars {
    fn note(&self, step: Step<'_>) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        match step {
            Step::Stage(stage) => {
                let spinner = self
                    .all
                    .add(ProgressBar::new_spinner().with_message(words(stage)));
                spinner.enable_steady_tick(Duration::from_millis(120));
                if let Some(before) = shown.stage.replace(spinner) {
                    before.finish_and_clear();
                }
                if stage == Stage::Snapshot || stage == Stage::Plan {
                    shown
                        .counts
                        .values()
                        .for_each(ProgressBar::finish_and_clear);
                    shown.counts.clear();
                }
            }
            Step::Expect { what, count } => self.count(&mut shown, what).inc_length(count),
            Step::Done { what, count } => self.count(&mut shown, what).inc(count),
            Step::Message(message) => drop(self.all.println(message)),
            _ => {}
        }
    }
}

const fn words(stage: Stage) -> &'static str {
    match stage {
        Stage::Snapshot => "reading the subnet",
        Stage::Evaluate => "judging the miners",
        Stage::Plan => "planning weights",
        Stage::Land => "landing weights",
        _ => "working",
    }
}
