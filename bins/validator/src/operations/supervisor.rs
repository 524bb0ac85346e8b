//! What systemd is told, where it is the one that looks after the process.

use std::time::{Duration, Instant};

use axonry_neuron::RoundReport;
use sd_notify::NotifyState;
use tracing::debug;

/// How often it hears that all is well; its patience is minutes.
const EVERY: Duration = Duration::from_secs(5);

/// The start is over.
pub(super) fn ready() {
    tell(&[NotifyState::Ready]);
}

/// What `systemctl status` shows.
pub(super) fn status(report: &RoundReport) {
    let line = format!(
        "round {} at block {}: {}",
        report.round, report.block, report.landing.outcome
    );
    tell(&[NotifyState::Status(&line)]);
}

/// The end has begun.
pub(crate) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Says that all is well, as often as it makes sense.
pub(super) fn alive() -> impl FnMut() + Send {
    let mut said: Option<Instant> = None;
    move || {
        if said.is_none_or(|said| said.elapsed() >= EVERY) {
            said = Some(Instant::now());
            tell(&[NotifyState::Watchdog]);
        }
    }
}

/// Where systemd did not start the process, nobody is told.
fn tell(what: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(what) {
        debug!(%error, "systemd could not be told");
    }
}
