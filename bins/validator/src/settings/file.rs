use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use axonry_forecast::Keep;
use serde::Deserialize;

use super::commits::Commits;
use super::devnet::DevnetSettings;
use super::home;
use super::key::KeyArguments;
use super::mechanism::MechanismName;
use super::reserved::ReservedEntry;
use super::sources::{Source, SourceArguments};
use crate::exchange::ExchangeArguments;
use crate::forecast::ForecastArguments;

/// The settings file, one for all commands. Relative paths in it are relative to it.
#[derive(Debug, Default)]
pub(crate) struct File {
    pub(super) network: Option<String>,
    pub(super) netuid: Option<u16>,
    pub(super) mechanism: Option<MechanismName>,
    pub(super) key: KeyArguments,
    pub(super) state: Option<String>,
    pub(super) sources: SourceArguments,
    pub(super) forecast: ForecastArguments,
    pub(super) rounds: Option<u64>,
    pub(super) forever: Option<bool>,
    pub(super) metrics: Option<SocketAddr>,
    pub(super) leaderboard: Option<SocketAddr>,
    pub(super) exchange: ExchangeArguments,
    pub(super) json: Option<bool>,
    pub(super) devnet: DevnetSettings,
    pub(super) version_key: Option<u64>,
    pub(super) commits: Option<Commits>,
    pub(super) reserved: Vec<ReservedEntry>,
}

/// The file's keys. They stand side by side, since no key may be unknown and none may be nested.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    network: Option<String>,
    netuid: Option<u16>,
    mechanism: Option<MechanismName>,
    source: Option<Source>,
    github_tokens: Option<PathBuf>,
    mirror: Option<String>,
    github: Option<String>,
    quota: Option<String>,
    in_flight: Option<usize>,
    tokens: Option<PathBuf>,
    repositories: Option<PathBuf>,
    token_weights: Option<PathBuf>,
    languages: Option<PathBuf>,
    prompts: Option<PathBuf>,
    keep_predictions: Option<Keep>,
    archive: Option<String>,
    timeout: Option<f64>,
    prices: Option<PathBuf>,
    #[serde(default)]
    light_history: bool,
    #[serde(default)]
    private_axons: bool,
    wallet: Option<String>,
    hotkey: Option<String>,
    wallet_path: Option<PathBuf>,
    hotkey_uri: Option<String>,
    state: Option<String>,
    rounds: Option<u64>,
    forever: Option<bool>,
    metrics: Option<SocketAddr>,
    leaderboard: Option<SocketAddr>,
    axon: Option<SocketAddr>,
    axon_external: Option<SocketAddr>,
    json: Option<bool>,
    devnet_config: Option<PathBuf>,
    metadata: Option<PathBuf>,
    seed: Option<u64>,
    git: Option<PathBuf>,
    version_key: Option<u64>,
    commits: Option<Commits>,
    #[serde(default)]
    reserved: Vec<ReservedEntry>,
}

impl File {
    /// The file, or one without any setting.
    pub(super) fn named(path: Option<&Path>) -> Result<Self> {
        path.map_or_else(|| Ok(Self::default()), Self::read)
    }

    fn read(path: &Path) -> Result<Self> {
        let named = || format!("settings file `{}`", path.display());
        let text = fs::read_to_string(path).with_context(named)?;
        let json = path
            .extension()
            .is_some_and(|extension| extension == "json");
        let mut keys: Keys = if json {
            serde_json::from_str(&text).with_context(named)?
        } else {
            // The first line of the parser's picture says what; the place is said by us.
            toml::from_str(&text).map_err(|error: toml::de::Error| {
                let line = error
                    .span()
                    .map_or(1, |span| 1 + text[..span.start].matches('\n').count());
                anyhow::anyhow!("{}: line {line}: {}", named(), error.message())
            })?
        };
        let folder = path.parent().unwrap_or(Path::new("."));
        let relative = [
            &mut keys.tokens,
            &mut keys.github_tokens,
            &mut keys.repositories,
            &mut keys.token_weights,
            &mut keys.languages,
            &mut keys.prompts,
            &mut keys.prices,
            &mut keys.wallet_path,
            &mut keys.devnet_config,
            &mut keys.metadata,
            &mut keys.git,
        ];
        for path in relative.into_iter().flatten() {
            *path = found_from(folder, path);
        }
        for (place, what) in [(&mut keys.state, "state"), (&mut keys.archive, "archive")] {
            let Some(place) = place.as_mut().filter(|place| !place.contains("://")) else {
                continue;
            };
            let path = found_from(folder, Path::new(place));
            let text = path.to_str().with_context(|| {
                format!("{}: the folder of the {what} is no plain text", named())
            })?;
            *place = text.to_owned();
        }
        Ok(keys.into())
    }
}

/// As a shell would have it; a folder called `~` is nobody's wish.
fn found_from(folder: &Path, path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), home()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => folder.join(path),
    }
}

impl From<Keys> for File {
    fn from(keys: Keys) -> Self {
        Self {
            network: keys.network,
            netuid: keys.netuid,
            mechanism: keys.mechanism,
            key: KeyArguments {
                wallet: keys.wallet,
                hotkey: keys.hotkey,
                wallet_path: keys.wallet_path,
                hotkey_uri: keys.hotkey_uri,
                wallet_by_environment: false,
            },
            state: keys.state,
            sources: SourceArguments {
                source: keys.source,
                github_tokens: keys.github_tokens,
                mirror: keys.mirror,
                quota: keys.quota,
                in_flight: keys.in_flight,
                github: keys.github,
                tokens: keys.tokens,
                repositories: keys.repositories,
                token_weights: keys.token_weights,
                languages: keys.languages,
            },
            forecast: ForecastArguments {
                prompts: keys.prompts,
                keep_predictions: keys.keep_predictions,
                archive: keys.archive,
                timeout: keys.timeout,
                prices: keys.prices,
                light_history: keys.light_history,
                private_axons: keys.private_axons,
            },
            rounds: keys.rounds,
            forever: keys.forever,
            metrics: keys.metrics,
            leaderboard: keys.leaderboard,
            exchange: ExchangeArguments {
                axon: keys.axon,
                axon_external: keys.axon_external,
            },
            json: keys.json,
            devnet: DevnetSettings {
                shape: keys.devnet_config,
                metadata: keys.metadata,
                seed: keys.seed,
                git: keys.git,
            },
            version_key: keys.version_key,
            commits: keys.commits,
            reserved: keys.reserved,
        }
    }
}
