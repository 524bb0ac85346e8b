//! The token exchange beside the rounds: miners hand their tokens to this validator's axon.

mod arguments;
mod devnet;
mod tokens;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use axonry_github::GitHub;
use axonry_http::Client;
use axonry_neuron::{Announcement, AnnouncementError, chain_of};
use axonry_oss::exchange::{Exchange, TokenStore, follow_roster, read_roster};
use axonry_wire::{Axon, Limits, Rate};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing::{info, warn};

use crate::companions::{Beside, Companions};
use crate::connection::Connected;
use crate::network::Network;
use crate::settings::{JudgingSettings, Settings, SourceSettings, SubnetSettings};

pub(crate) use arguments::{ExchangeArguments, ExchangeSettings};
pub(crate) use tokens::{TokensCommand, tokens};

/// The file in the folder of the state.
const FILE: &str = "miner_pats.json";

/// How often it is read who may hand in tokens.
const ROSTER: Duration = Duration::from_secs(60);

/// How long answers under way have once it is time to end; companions have little more.
const DRAIN: Duration = Duration::from_secs(3);

/// An exchange that is ready to begin: its file is open, its address is taken.
#[derive(Debug)]
pub(crate) struct Prepared {
    store: TokenStore,
    listener: TcpListener,
    external: Option<SocketAddr>,
    github: Option<url::Url>,
    /// Where the file is, if it ends with the process.
    temporary: Option<TempDir>,
}

impl Prepared {
    /// Opens what the settings name; nothing where no tokens are taken.
    ///
    /// They are taken where an address is given, and on the devnet unless a file says who has which
    /// token; never by who only rehearses.
    pub(crate) fn of(settings: &Settings) -> Result<Option<Self>> {
        // Only who judges contributions has to know whose account is whose.
        let sources = match &settings.judging {
            JudgingSettings::OpenSource(sources) => sources,
            JudgingSettings::Forecast(_) if settings.exchange.listen.is_some() => {
                bail!("--axon takes GitHub tokens, which --mechanism oss alone judges by")
            }
            JudgingSettings::Forecast(_) => return Ok(None),
        };
        let is_devnet = settings.subnet.network == Network::Devnet;
        let listen = match settings.exchange.listen {
            Some(listen) => listen,
            None if is_devnet && sources.tokens.is_none() => ([127, 0, 0, 1], 0).into(),
            None => return Ok(None),
        };
        if settings.dry_run {
            return Ok(None);
        }
        let (path, temporary) = place(settings, sources)?;
        let store = TokenStore::open(&path)?;
        let listening = || format!("--axon: cannot listen at {listen}");
        let listener = std::net::TcpListener::bind(listen).with_context(listening)?;
        listener.set_nonblocking(true).with_context(listening)?;
        let listener = TcpListener::from_std(listener).with_context(listening)?;
        let external = match (settings.exchange.external, is_devnet) {
            (Some(external), _) => Some(external),
            // Everybody there is on this machine.
            (None, true) => Some(listener.local_addr()?),
            (None, false) => None,
        };
        Ok(Some(Self {
            store,
            listener,
            external,
            github: sources.github.clone(),
            temporary,
        }))
    }

    /// The same way of judging, by the tokens that are handed in.
    pub(crate) fn judging(&self, judging: &JudgingSettings) -> JudgingSettings {
        let mut judging = judging.clone();
        match &mut judging {
            JudgingSettings::OpenSource(sources) => {
                sources.tokens = Some(self.store.path().to_owned());
            }
            JudgingSettings::Forecast(_) => {}
        }
        judging
    }

    /// Begins to take tokens, and goes on until the companions end. What it has to say for a person
    /// comes back.
    ///
    /// The axon is announced before this returns, while nothing else signs with the hotkey.
    pub(crate) async fn begin(
        self,
        connected: &Connected,
        http: &Client,
        companions: &mut Companions,
    ) -> Result<String> {
        let mut github = GitHub::builder().http(http.clone());
        let devnet = connected.devnet.as_ref();
        if let Some(base) = self
            .github
            .map(String::from)
            .or(devnet.map(|one| one.mirror_url.clone()))
        {
            github = github.base(base);
        }
        let exchange = Exchange::new(self.store.clone(), github.build()?);
        let (chain, netuid) = (connected.chain.clone(), connected.netuid);
        let roster = read_roster(&chain, netuid).await;
        let roster = roster.context("who may hand in tokens is not known")?;
        let (rosters, newest) = watch::channel(Arc::new(roster));
        let axon = Axon::builder(connected.key.hotkey()).roster(newest);
        let axon = match devnet {
            Some(_) => axon.limits(one_machine()),
            None => axon,
        };
        let axon = exchange.serve_on(axon).serve(self.listener)?;
        let mut said = format!("taking tokens at {}", axon.address());
        if let Some(external) = self.external {
            let announced = announce(connected, external).await?;
            said = format!("{said}, {announced}");
        }
        if let Some(devnet) = devnet {
            let posted = devnet::post(devnet, connected, axon.address(), &self.store).await?;
            said = format!("{said}; {posted}");
        }
        info!(address = %axon.address(), store = %self.store.path().display(), "taking tokens");
        companions.start("axon", move |beside: Beside| async move {
            let _there_until_the_end = self.temporary;
            let following = follow_roster(&chain, netuid, ROSTER, &rosters);
            beside.stop.run_until_cancelled(following).await;
            axon.drain(DRAIN).await;
            Ok(())
        });
        Ok(said)
    }
}

/// The tokens that an exchange has kept beside the state, where there are any: what whoever judges
/// without an exchange goes by, unless told otherwise. The devnet's end with it.
pub(crate) fn kept(subnet: &SubnetSettings) -> Option<PathBuf> {
    let state = subnet.state.as_ref();
    let state = state.filter(|_| subnet.network != Network::Devnet);
    let path = state?.folder.join(FILE);
    path.is_file().then_some(path)
}

/// Where tokens are kept: in the file that is named, or beside the state.
fn place(settings: &Settings, sources: &SourceSettings) -> Result<(PathBuf, Option<TempDir>)> {
    if let Some(path) = &sources.tokens {
        return Ok((path.clone(), None));
    }
    if let Some(state) = &settings.subnet.state {
        return Ok((state.folder.join(FILE), None));
    }
    let folder = tempfile::tempdir().context("no temporary folder for the tokens")?;
    Ok((folder.path().join(FILE), Some(folder)))
}

/// Says on chain where the axon is, and in words what came of it.
///
/// An address that cannot be right is an error. Everything else can change by the next start, and is no
/// reason not to judge: the axon serves whoever knows of it.
async fn announce(connected: &Connected, external: SocketAddr) -> Result<String> {
    let announcement = Announcement::new(connected.netuid, Some(external));
    match announcement.make(&connected.chain, &*connected.key).await {
        Ok(announced) => Ok(format!(
            "announced as {external} in chain state at block {}",
            announced.block.number
        )),
        Err(error @ AnnouncementError::Address { .. }) => Err(error).context("--axon-external"),
        Err(error) => {
            let why = chain_of(&error);
            warn!("the axon is not announced, so that miners do not find it: {why}");
            Ok(format!("not announced as {external}: {why}"))
        }
    }
}

/// What an axon takes on whose callers are all on this machine.
fn one_machine() -> Limits {
    Limits {
        connections_per_address: 256,
        requests_per_address: Rate {
            burst: 10_000,
            per_second: 1_000,
        },
        ..Limits::default()
    }
}
