//! Rounds from start to stop.

use std::sync::Arc;

use anyhow::{Context, Result};
use axonry_neuron::{Ended, Progress, RoundError, RoundReport, Rounds, Unwatched};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::progress::Bars;
use crate::report::{JsonRound, say_on_stderr};
use crate::requests::Requests;
use crate::settings::Settings;
use crate::weights::Prospect;
use crate::wiring::Wired;

/// Runs the rounds, and says how that ended.
pub(crate) async fn run(settings: Settings) -> Result<Ended> {
    let stop = stop_on_signals()?;
    let bars = if settings.subnet.json {
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
    if let Some(greeting) = wired.greeting.as_deref().filter(|_| !settings.subnet.json) {
        say_on_stderr(greeting);
    }
    let rounds = settings.rounds.map_or(Rounds::Forever, Rounds::Count);
    let counted = wired.counted.clone();
    let mut before = Requests::default();
    let reports = wired.companions.reports();
    let told = |report: &RoundReport| {
        if let Some(bars) = &bars {
            bars.clear();
        }
        reports.tell(report);
        let now = counted.requests();
        tell(&settings, report, now.since(&before), None);
        before = now;
    };
    let done = match settings.dry_run {
        true => rehearse(&mut wired, &stop, &settings)
            .await
            .map_err(Into::into),
        false => tokio::select! {
            ended = wired.validator.run(rounds, &stop, told) => ended.map_err(Into::into),
            // Whoever supervises the program gets a whole one back.
            error = wired.companions.failed() => Err(error),
        },
    };
    drop(counted);
    if let Some(bars) = &bars {
        bars.clear();
    }
    wired.close().await;
    done
}

/// One round that sets nothing, or the stop that comes before its end.
async fn rehearse(
    wired: &mut Wired,
    stop: &CancellationToken,
    settings: &Settings,
) -> Result<Ended, RoundError> {
    let rehearsed = stop.run_until_cancelled(wired.validator.rehearse()).await;
    let Some(report) = rehearsed else {
        return Ok(Ended::Stopped);
    };
    let mut report = report?;
    let prospect = match report.rehearsal.take() {
        Some(rehearsal) => Some(wired.prospect(rehearsal).await),
        None => None,
    };
    let landed = prospect
        .as_ref()
        .is_some_and(|one| one.rehearsal.would_land);
    tell(settings, &report, wired.counted.requests(), prospect);
    Ok(Ended::Done { landed })
}

fn tell(settings: &Settings, report: &RoundReport, requests: Requests, prospect: Option<Prospect>) {
    let round = JsonRound {
        report,
        requests,
        prospect,
    };
    match settings.subnet.json {
        true => round.print(),
        false => round.print_table(),
    }
}

/// Ends with the first SIGTERM or Ctrl-C.
pub(crate) fn stop_on_signals() -> Result<CancellationToken> {
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
