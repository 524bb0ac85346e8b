//! What an operator sees while rounds run, and what a supervisor hears.

pub(crate) mod supervisor;

use std::net::SocketAddr;
use std::process;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axonry_core::NetUid;
use axonry_http::Counters;
use axonry_neuron::Progress;
use axonry_operations::{
    Metrics, Overdue, Pulses, Readiness, RoundPulse, ServerTraffic, Watchdog, Window,
};
use tokio::time::interval;

use crate::companions::Companions;
use crate::report::say_on_stderr;
use crate::wiring::Counted;

/// How often the runtime shows that it still runs tasks.
const BEAT: Duration = Duration::from_secs(1);

/// How long the runtime may run no task at all.
const RUNTIME_PATIENCE: Duration = Duration::from_secs(30);

/// What must hold before a validator can do what it is for.
const EXPECTED: [&str; 2] = ["chain", "round"];

/// Numbers, signs of life, and who looks at them.
#[derive(Debug)]
pub(crate) struct Operations {
    metrics: Metrics,
    pulses: Pulses,
    readiness: Readiness,
    rounds: Arc<RoundPulse>,
}

impl Operations {
    pub(crate) fn new(netuid: NetUid) -> Self {
        let pulses = Pulses::default();
        let readiness = Readiness::expecting(&EXPECTED);
        Self {
            metrics: Metrics::new(netuid),
            rounds: Arc::new(RoundPulse::new(&pulses, readiness.clone())),
            pulses,
            readiness,
        }
    }

    /// Whom rounds tell how far they have come.
    pub(crate) fn watchers(&self) -> [Arc<dyn Progress>; 2] {
        [
            Arc::new(self.metrics.clone()),
            Arc::clone(&self.rounds) as _,
        ]
    }

    /// Starts to watch: from here on the process ends when it stands still.
    ///
    /// # Errors
    /// When `window` is not to be had, or the system has no thread left.
    pub(crate) async fn start(
        self,
        window: Option<SocketAddr>,
        counted: &Counted,
        companions: &mut Companions,
    ) -> Result<Watchdog> {
        let Self {
            metrics,
            pulses,
            readiness,
            rounds,
        } = self;
        let clients = counted.clone();
        metrics.count_requests(move || traffic(&clients));
        if let Some(address) = window {
            let open = Window::open(address, metrics.clone(), pulses.clone(), readiness.clone());
            let window = open.await.context("--metrics")?;
            companions.start("metrics", |beside| async move {
                window.serve(beside.stop).await;
                Ok(())
            });
        }
        companions.start("numbers", |mut beside| async move {
            let stop = beside.stop;
            while let Some(Ok(())) = stop.run_until_cancelled(beside.reports.changed()).await {
                let report = beside.reports.borrow_and_update().clone();
                if let Some(report) = report {
                    metrics.round(&report);
                    readiness.holds("round");
                    supervisor::status(&report);
                }
            }
            Ok(())
        });
        let runtime = pulses.pulse("runtime", RUNTIME_PATIENCE);
        let http = counted.http.clone();
        companions.start("signs of life", |beside| async move {
            let mut beats = interval(BEAT);
            while beside
                .stop
                .run_until_cancelled(beats.tick())
                .await
                .is_some()
            {
                runtime.beat();
                if http.under_way() > 0 {
                    rounds.active();
                }
            }
            rounds.rest();
            runtime.rest();
            Ok(())
        });
        supervisor::ready();
        Watchdog::start(pulses, supervisor::alive(), stand_still)
            .context("no thread for the watchdog: raise the limit of tasks")
    }
}

/// Ends the process, without asking anybody who may be stuck.
fn stand_still(overdue: &[Overdue]) {
    for late in overdue {
        say_on_stderr(&format!(
            "error: nothing was heard of `{}` for {} s: the process ends, so that whoever \
             supervises it starts it again; what was open is settled then",
            late.task, late.silent_seconds
        ));
    }
    process::abort();
}

fn traffic(clients: &Counted) -> Vec<ServerTraffic> {
    let Counters { hosts, .. } = clients.http.counters();
    let chain = ServerTraffic {
        server: "chain".to_owned(),
        requests: clients.chain.requests(),
        ..ServerTraffic::default()
    };
    let others = hosts.into_iter().map(|(server, counts)| ServerTraffic {
        server,
        requests: counts.requests,
        retries: counts.retries,
        rate_limited: counts.rate_limited,
        received_bytes: counts.wire_bytes,
        waited_seconds: counts.waited.as_secs_f64(),
    });
    [chain].into_iter().chain(others).collect()
}
