//! `miner serve`: an axon that answers a mechanism's questions, announced on chain.

mod mechanism;

use std::fmt::{self, Display, Formatter};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axonry_neuron::{Announcement, chain_of};
use axonry_oss::exchange::{follow_roster, read_roster};
use axonry_wire::{Axon, AxonCounters};
use clap::Args;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::sleep;
use tracing::warn;

use crate::report::{Answer, say_on_stderr};
use crate::serve::mechanism::{ForecastArguments, MechanismName};
use crate::subnet::{Subnet, SubnetArguments};

/// How often it is read who may ask.
const ROSTER: Duration = Duration::from_secs(60);
/// When an announcement that came too soon is made again.
const AGAIN: Duration = Duration::from_secs(60);
/// How long it may take at the end until the chain has taken an announcement back.
const LEAVING: Duration = Duration::from_secs(40);
/// How long answers under way have once it is told to stop.
const DRAIN: Duration = Duration::from_secs(5);

/// What is answered, and where.
#[derive(Clone, Debug, Args)]
pub(crate) struct ServeArguments {
    #[command(flatten)]
    pub(crate) subnet: SubnetArguments,
    /// What is answered.
    #[arg(long, env = "AXONRY_MECHANISM", value_name = "NAME", value_enum)]
    mechanism: MechanismName,
    #[command(flatten)]
    forecast: ForecastArguments,
    /// Where it listens.
    #[arg(
        long,
        env = "AXONRY_AXON",
        value_name = "ADDR:PORT",
        default_value = "0.0.0.0:8091"
    )]
    axon: SocketAddr,
    /// The address by which others reach it, written on chain [default: nothing is written].
    #[arg(long, env = "AXONRY_AXON_EXTERNAL", value_name = "IP:PORT")]
    axon_external: Option<SocketAddr>,
    /// Take the announcement back from the chain at the end, which then takes some blocks.
    #[arg(long)]
    withdraw: bool,
}

/// What was done until the end.
#[derive(Debug, Serialize)]
pub(crate) struct Served {
    listened: SocketAddr,
    announced: Option<SocketAddr>,
    answered: u64,
    refused: u64,
    failed: u64,
    /// Whether everything under way was answered before the end.
    drained: bool,
}

pub(crate) async fn serve(asked: &ServeArguments) -> Result<Served> {
    let stopped = stopped()?;
    let listening = || format!("cannot listen at {}", asked.axon);
    let listener = TcpListener::bind(asked.axon)
        .await
        .with_context(listening)?;
    let subnet = asked.subnet.connect_in(asked.mechanism.home()).await?;
    let roster = Arc::new(read_roster(&subnet.chain, subnet.netuid).await?);
    let (rosters, newest) = watch::channel(roster);
    let axon = Axon::builder(subnet.hotkey()).roster(newest);
    let axon = asked.mechanism.answer(axon, &asked.forecast)?;
    let axon = axon.serve(listener)?;
    let listened = axon.address();
    say_on_stderr(&format!("listening at {listened}"));

    let announcing = announced(&subnet, asked.axon_external);
    let following = follow_roster(&subnet.chain, subnet.netuid, ROSTER, &rosters);
    let serving = async {
        announcing.await?;
        if let Some(external) = asked.axon_external {
            say_on_stderr(&format!("announced as {external}"));
        }
        std::future::pending::<Result<()>>().await
    };
    let ended = tokio::select! {
        () = stopped => Ok(()),
        ended = serving => ended,
        () = following => Ok(()),
    };
    let counters = axon.counters();
    let drained = axon.drain(DRAIN).await;
    let taken_back = match (ended.is_ok() && asked.withdraw, asked.axon_external) {
        (true, Some(_)) => withdraw(&subnet).await,
        _ => Ok(()),
    };
    subnet.chain.close().await;
    ended?;
    taken_back?;
    Ok(Served::new(
        listened,
        asked.axon_external,
        counters,
        drained,
    ))
}

/// Announces an axon; as often as it takes, where it was too soon or the chain did not answer.
async fn announced(subnet: &Subnet, external: Option<SocketAddr>) -> Result<()> {
    let Some(external) = external else {
        return Ok(());
    };
    let announcement = Announcement::new(subnet.netuid, Some(external));
    loop {
        match announcement.make(&subnet.chain, &*subnet.key).await {
            Ok(_) => return Ok(()),
            Err(error) if error.is_transient() => {
                warn!("not announced yet: {}", chain_of(&error));
                sleep(AGAIN).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

async fn withdraw(subnet: &Subnet) -> Result<()> {
    let announcement = Announcement {
        patience: LEAVING,
        ..Announcement::new(subnet.netuid, None)
    };
    let taken_back = announcement.make(&subnet.chain, &*subnet.key).await;
    taken_back.context("the announcement stays on chain")?;
    Ok(())
}

/// Comes with the first SIGTERM or Ctrl-C.
fn stopped() -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

impl Served {
    fn new(
        listened: SocketAddr,
        announced: Option<SocketAddr>,
        counters: AxonCounters,
        drained: bool,
    ) -> Self {
        Self {
            listened,
            announced,
            answered: counters.answered,
            refused: counters.refused,
            failed: counters.failed,
            drained,
        }
    }
}

impl Answer for Served {}

impl Display for Served {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "stopped: {} requests answered, {} refused, {} failed",
            self.answered, self.refused, self.failed
        )
    }
}
