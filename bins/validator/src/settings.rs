//! What the program goes by: flag before environment, environment before file, file before default.

mod commits;
mod devnet;
mod file;
mod key;
mod mechanism;
mod reserved;
mod sources;
mod state;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Result, bail};
use axonry_core::NetUid;
use axonry_weights::ReservedShares;

use crate::arguments::{DoctorArguments, RunArguments, SubnetArguments};
use crate::exchange::{self, ExchangeSettings};
use crate::forecast::{ForecastArguments, ForecastSettings};
use crate::network::Network;

pub(crate) use commits::Commits;
pub(crate) use devnet::DevnetSettings;
use file::File;
pub(crate) use key::{Key, KeyArguments};
pub(crate) use mechanism::{JudgingSettings, MechanismName};
pub(crate) use sources::{Source, SourceArguments, SourceSettings};
pub(crate) use state::{NewState, StateSettings};

/// The settings of a run, checked and complete.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) subnet: SubnetSettings,
    pub(crate) judging: JudgingSettings,
    /// Where miners hand in tokens.
    pub(crate) exchange: ExchangeSettings,
    /// `None` is without end.
    pub(crate) rounds: Option<u64>,
    /// Whether the round is to say what it would set, and to set nothing.
    pub(crate) dry_run: bool,
    /// Where everything is kept that miners are judged by.
    pub(crate) record: Option<PathBuf>,
    /// Where metrics and health are served.
    pub(crate) metrics: Option<SocketAddr>,
    /// Where the standings are shown.
    pub(crate) leaderboard: Option<SocketAddr>,
}

/// What every command goes by: which subnet, whose key, which state.
#[derive(Clone, Debug)]
pub(crate) struct SubnetSettings {
    pub(crate) network: Network,
    /// Absent on the devnet only, whose own subnet counts then.
    pub(crate) netuid: Option<NetUid>,
    pub(crate) mechanism: MechanismName,
    pub(crate) key: Key,
    /// Absent on the devnet, whose chain is as short-lived as the process: a temporary folder then.
    pub(crate) state: Option<StateSettings>,
    /// What to begin with where a state is missing that should be there.
    pub(crate) new_state: Option<NewState>,
    pub(crate) json: bool,
    pub(crate) version_key: u64,
    /// Parts of the whole that go to somebody whatever the scores are.
    pub(crate) reserved: ReservedShares,
    pub(crate) commits: Commits,
    pub(crate) devnet: DevnetSettings,
}

impl Settings {
    /// Puts flags, environment and file together and checks the result.
    pub(crate) fn resolve(given: RunArguments) -> Result<Self> {
        let file = File::named(given.subnet.config.as_deref())?;
        if given.forever && given.rounds.is_some() {
            bail!("both --forever and --rounds are given: when is it to end?");
        }
        if given.dry_run && given.forever {
            bail!("--dry-run sets nothing, which --forever would go on doing: leave one out");
        }
        if given.dry_run && given.rounds.is_some_and(|rounds| rounds != 1) {
            bail!("--dry-run judges once: leave out --rounds");
        }
        let forever = given.forever
            || (given.rounds.is_none() && !given.dry_run && file.forever == Some(true));
        let rounds = match (forever, given.rounds.or(file.rounds)) {
            (true, _) => None,
            (false, Some(0)) => bail!("0 rounds is nothing to do: give --rounds 1 or more"),
            (false, rounds) => rounds,
        };
        let (metrics, leaderboard) = (file.metrics, file.leaderboard);
        let exchange = ExchangeSettings::resolve(given.exchange, file.exchange.clone())?;
        let (subnet, judging) =
            SubnetSettings::with_judging(given.subnet, given.sources, given.forecast, file)?;
        if given.dry_run && matches!(judging, JudgingSettings::Forecast(_)) {
            bail!(
                "--dry-run is not supported yet with --mechanism forecast: miners would be asked"
            );
        }
        let one = given.dry_run || (subnet.network == Network::Devnet && !forever);
        Ok(Self {
            rounds: rounds.or(one.then_some(1)),
            dry_run: given.dry_run,
            record: given.record,
            metrics: given.metrics.or(metrics),
            leaderboard: given.leaderboard.or(leaderboard),
            exchange,
            subnet,
            judging,
        })
    }
}

impl SubnetSettings {
    /// Puts flags, environment and file together and checks the result.
    pub(crate) fn resolve(given: SubnetArguments) -> Result<Self> {
        let file = File::named(given.config.as_deref())?;
        Self::of(given, file)
    }

    /// The same with what miners are judged by.
    pub(crate) fn examined(given: DoctorArguments) -> Result<(Self, JudgingSettings)> {
        let file = File::named(given.subnet.config.as_deref())?;
        Self::with_judging(
            given.subnet,
            given.sources,
            ForecastArguments::default(),
            file,
        )
    }

    fn with_judging(
        given: SubnetArguments,
        sources: SourceArguments,
        forecast: ForecastArguments,
        mut file: File,
    ) -> Result<(Self, JudgingSettings)> {
        let mut sources = SourceSettings::resolve(sources, std::mem::take(&mut file.sources))?;
        let forecast = ForecastSettings::resolve(forecast, std::mem::take(&mut file.forecast))?;
        let subnet = Self::of(given, file)?;
        let judging = match subnet.mechanism {
            MechanismName::Forecast => JudgingSettings::Forecast(forecast),
            MechanismName::Oss => {
                sources.tokens = sources.tokens.or_else(|| exchange::kept(&subnet));
                JudgingSettings::OpenSource(sources)
            }
        };
        Ok((subnet, judging))
    }

    fn of(given: SubnetArguments, file: File) -> Result<Self> {
        let network: Network = given
            .network
            .or(file.network)
            .unwrap_or_else(|| "finney".to_owned())
            .parse()?;
        let mechanism = given.mechanism.or(file.mechanism).unwrap_or_default();
        let netuid = given.netuid.or(file.netuid).map(NetUid);
        let netuid = netuid.or_else(|| mechanism.home(&network));
        if netuid.is_none() && network != Network::Devnet {
            bail!("which subnet on {network}? give --netuid (AXONRY_NETUID, `netuid`)");
        }
        Ok(Self {
            key: Key::resolve(given.key, file.key, &network)?,
            state: StateSettings::resolve(given.state.or(file.state), &network, netuid)?,
            new_state: given.new_state,
            json: given.json || file.json == Some(true),
            version_key: given.version_key.or(file.version_key).unwrap_or(0),
            commits: given.commits.or(file.commits).unwrap_or_default(),
            reserved: reserved::checked(file.reserved)?,
            devnet: DevnetSettings::resolve(given.devnet, file.devnet),
            mechanism,
            netuid,
            network,
        })
    }
}

fn home() -> Option<std::path::PathBuf> {
    std::env::home_dir().filter(|home| home.is_absolute())
}
