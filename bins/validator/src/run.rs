//! Rounds from start to stop.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axonry_neuron::{Ended, Progress, RoundReport, Rounds, Unwatched};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::progress::Bars;
use crate::report::{JsonRound, Requests, print_table, say_on_stderr};
use crate::settings::Settings;
use crate::wiring::Wired;

/// How long closing may take after a stop; together with the stop itself it stays below 10 s.
const GRACE: Duration = Duration::from_secs(5);

/// Runs the rounds, and says how that ended.
pub(crate) async fn run(settings: Settings) -> Result<Ended> {
    let stop = stop_on_signals()?;
    let bars = if settings.json {
        None
    } else {
        Bars::on_terminal()
    }
    .map(Arc::new);
    let progress: Arc<dyn Progress> = match &bars {
        Some(bars) => Arc::clone(bars) as _,
        None => Arc::new(Unwatched),
    };
    let mut wired = tokio::select! {
        wired = Wired::new(&settings, progress) => wired?,
        () = stop.cancelled() => return Ok(Ended::Stopped),
    };
    if let Some(greeting) = wired.greeting.as_deref().filter(|_| !settings.json) {
        say_on_stderr(greeting);
    }
    let rounds = settings.rounds.map_or(Rounds::Forever, Rounds::Count);
    let counted = wired.counted.clone();
    let mut before = Requests::default();
    let done = wired
        .validator
        .run(rounds, &stop, |report| {
            if let Some(bars) = &bars {
                bars.clear();
            }
            let now = counted.requests();
            tell(&settings, report, now.since(before));
            before = now;
        })
        .await;
    if let Some(bars) = &bars {
        bars.clear();
    }
    // The store's last write is what the next start relies on; a stuck disk must not hold us up.
    if tokio::time::timeout(GRACE, wired.store.close())
        .await
        .is_err()
    {
        info!("the state was not closed in time; it is journalled and opens again");
    }
    Ok(done?)
}

fn tell(settings: &Settings, report: &RoundReport, requests: Requests) {
    if settings.json {
        JsonRound { report, requests }.print();
    } else {
        print_table(report, requests);
    }
}

fn stop_on_signals() -> Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    let told = stop.clone();
    // Ends with the process: a second signal of either kind finds the default handling gone.
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        told.cancel();
    });
    Ok(stop)
}
