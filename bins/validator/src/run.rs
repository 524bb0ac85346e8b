//! Rounds from start to stop.

use std::process;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use anyhow::{Context, Result};
use axonry_neuron::{Ended, RoundError, RoundReport, Rounds};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::operations::supervisor;
use crate::progress::Bars;
use crate::report::{JsonRound, say_on_stderr};
use crate::requests::Requests;
use crate::settings::Settings;
use crate::weights::Prospect;
use crate::wiring::Wired;

/// How long the end may take once it was asked for.
const PATIENCE: Duration = Duration::from_secs(9);

/// Runs the rounds, and says how that ended.
pub(crate) async fn run(settings: Settings) -> Result<Ended> {
    let stop = stop_on_signals()?;
    let bars = if settings.subnet.json {
        None
    } else {
        Bars::on_terminal()
    }
    .map(Arc::new);
    let mut wired = tokio::select! {
        wired = Wired::new(&settings, bars.clone()) => wired?,
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

/// Ends with the first SIGTERM or Ctrl-C: the program within ten seconds, whatever it is doing.
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
        supervisor::stopping();
        // Whatever is stuck, the end is not: what is journalled is settled by the next start.
        std::thread::spawn(|| {
            let (_open, never) = mpsc::channel::<()>();
            // Nobody says anything: the time passes, or the process ends.
            let _ = never.recv_timeout(PATIENCE);
            say_on_stderr("error: not everything came to an end in time: the process ends");
            process::exit(2);
        });
    });
    Ok(stop)
}
