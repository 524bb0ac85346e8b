//! What the program goes by: flag before environment, environment before file, file before default.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use axonry_core::NetUid;
use axonry_http::Quota;
use serde::Deserialize;
use url::Url;

use crate::arguments::RunArguments;
use crate::network::Network;

/// The settings of a run, checked and complete.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) network: Network,
    /// Absent on the devnet only, whose own subnet counts then.
    pub(crate) netuid: Option<NetUid>,
    /// Absent where the embedded devnet brings its own.
    pub(crate) mirror: Option<Url>,
    pub(crate) github: Option<Url>,
    /// What the mirror allows; what is known of it otherwise.
    pub(crate) quota: Option<Quota>,
    /// How many requests may be under way at once.
    pub(crate) in_flight: usize,
    pub(crate) tokens: Option<PathBuf>,
    pub(crate) repositories: Option<PathBuf>,
    pub(crate) key: Key,
    /// Absent on the devnet, whose chain is as short-lived as the process: a temporary folder then.
    pub(crate) state: Option<PathBuf>,
    /// `None` is without end.
    pub(crate) rounds: Option<u64>,
    pub(crate) json: bool,
    pub(crate) version_key: u64,
    pub(crate) devnet: DevnetSettings,
}

/// Whose signature the weights carry.
#[derive(Clone, Debug)]
pub(crate) enum Key {
    /// A well-known key of a test chain.
    Uri(String),
    /// A hotkey file.
    File {
        root: PathBuf,
        wallet: String,
        hotkey: String,
    },
}

/// How the embedded devnet is made.
#[derive(Clone, Debug, Default)]
pub(crate) struct DevnetSettings {
    pub(crate) config: Option<PathBuf>,
    pub(crate) metadata: Option<PathBuf>,
    pub(crate) seed: Option<u64>,
    pub(crate) git: Option<PathBuf>,
}

/// The settings file. Relative paths in it are relative to it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    network: Option<String>,
    netuid: Option<u16>,
    mirror: Option<String>,
    github: Option<String>,
    quota: Option<String>,
    in_flight: Option<usize>,
    tokens: Option<PathBuf>,
    repositories: Option<PathBuf>,
    wallet: Option<String>,
    hotkey: Option<String>,
    wallet_path: Option<PathBuf>,
    hotkey_uri: Option<String>,
    state: Option<PathBuf>,
    rounds: Option<u64>,
    forever: Option<bool>,
    json: Option<bool>,
    devnet_config: Option<PathBuf>,
    metadata: Option<PathBuf>,
    seed: Option<u64>,
    git: Option<PathBuf>,
    version_key: Option<u64>,
}

/// Requests under way at once, unless set: enough to hide a server's distance.
const IN_FLIGHT: usize = 16;

const MAINNET_NETUID: NetUid = NetUid(74);
const TESTNET_NETUID: NetUid = NetUid(422);

impl Settings {
    /// Puts flags, environment and file together and checks the result.
    pub(crate) fn resolve(given: RunArguments) -> Result<Self> {
        let file = match &given.config {
            Some(path) => File::read(path)?,
            None => File::default(),
        };
        let network: Network = given
            .network
            .or(file.network)
            .unwrap_or_else(|| "finney".to_owned())
            .parse()?;
        let netuid = given
            .netuid
            .or(file.netuid)
            .map(NetUid)
            .or(match network.name() {
                "finney" => Some(MAINNET_NETUID),
                "test" => Some(TESTNET_NETUID),
                _ => None,
            });
        if netuid.is_none() && network != Network::Devnet {
            bail!("which subnet on {network}? give --netuid (AXONRY_NETUID, `netuid`)");
        }
        // What btcli's variables name is meant for real networks; the devnet has keys of its own.
        let named = !(network == Network::Devnet && given.wallet_by_environment);
        let given_wallet = named && (given.wallet.is_some() || given.hotkey.is_some());
        let given_uri = given.hotkey_uri.is_some();
        let wallet = Wallet {
            uri: given
                .hotkey_uri
                .or(file.hotkey_uri.filter(|_| !given_wallet)),
            name: given
                .wallet
                .filter(|_| named)
                .or(file.wallet.filter(|_| !given_uri)),
            hotkey: given
                .hotkey
                .filter(|_| named)
                .or(file.hotkey.filter(|_| !given_uri)),
            root: given.wallet_path.or(file.wallet_path),
        };
        if given.forever && given.rounds.is_some() {
            bail!("both --forever and --rounds are given: when is it to end?");
        }
        let forever = given.forever || (given.rounds.is_none() && file.forever == Some(true));
        let rounds = match (forever, given.rounds.or(file.rounds)) {
            (true, _) => None,
            (false, Some(0)) => bail!("0 rounds is nothing to do: give --rounds 1 or more"),
            (false, Some(rounds)) => Some(rounds),
            (false, None) => (network == Network::Devnet).then_some(1),
        };
        Ok(Self {
            key: wallet.key(&network)?,
            netuid,
            mirror: url("mirror", given.mirror.or(file.mirror))?,
            github: url("github", given.github.or(file.github))?,
            quota: quota(given.quota.or(file.quota))?,
            in_flight: match given.in_flight.or(file.in_flight) {
                Some(0) => bail!("--in-flight: with 0 requests nothing is ever fetched"),
                given => given.unwrap_or(IN_FLIGHT),
            },
            tokens: given.tokens.or(file.tokens),
            repositories: given.repositories.or(file.repositories),
            state: given
                .state
                .or(file.state)
                .or_else(|| default_state(&network, netuid)),
            rounds,
            json: given.json || file.json == Some(true),
            version_key: given.version_key.or(file.version_key).unwrap_or(0),
            devnet: DevnetSettings {
                config: given.devnet_config.or(file.devnet_config),
                metadata: given.metadata.or(file.metadata),
                seed: given.seed.or(file.seed),
                git: given.git.or(file.git),
            },
            network,
        })
    }
}

struct Wallet {
    uri: Option<String>,
    name: Option<String>,
    hotkey: Option<String>,
    root: Option<PathBuf>,
}

impl Wallet {
    fn key(self, network: &Network) -> Result<Key> {
        if let Some(uri) = self.uri {
            if self.name.is_some() || self.hotkey.is_some() {
                bail!("both --hotkey-uri and a wallet are given: whose key is to sign?");
            }
            if matches!(network.name(), "finney" | "test") {
                bail!("--hotkey-uri is for test chains: its key is known to everybody");
            }
            return Ok(Key::Uri(uri));
        }
        if self.name.is_none() && self.hotkey.is_none() && *network == Network::Devnet {
            return Ok(Key::Uri("//Alice".to_owned()));
        }
        let root = match self.root {
            Some(root) => root,
            None => home()
                .context("no home folder: give --wallet-path")?
                .join(".bittensor/wallets"),
        };
        let or_default = |name: Option<String>| name.unwrap_or_else(|| "default".to_owned());
        Ok(Key::File {
            root,
            wallet: or_default(self.name),
            hotkey: or_default(self.hotkey),
        })
    }
}

impl File {
    fn read(path: &Path) -> Result<Self> {
        let named = || format!("settings file `{}`", path.display());
        let text = fs::read_to_string(path).with_context(named)?;
        let json = path
            .extension()
            .is_some_and(|extension| extension == "json");
        let mut file: Self = if json {
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
            &mut file.tokens,
            &mut file.repositories,
            &mut file.wallet_path,
            &mut file.state,
            &mut file.devnet_config,
            &mut file.metadata,
            &mut file.git,
        ];
        for path in relative.into_iter().flatten() {
            // As a shell would have it; a folder called `~` is nobody's wish.
            *path = match (path.strip_prefix("~"), home()) {
                (Ok(rest), Some(home)) => home.join(rest),
                _ => folder.join(&path),
            };
        }
        Ok(file)
    }
}

fn quota(text: Option<String>) -> Result<Option<Quota>> {
    text.map(|text| text.parse().context("--quota")).transpose()
}

fn url(what: &str, text: Option<String>) -> Result<Option<Url>> {
    let Some(text) = text else { return Ok(None) };
    let url = Url::parse(&text).with_context(|| format!("--{what}: `{text}` is not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        bail!("--{what}: `{text}` is not an http:// or https:// URL");
    }
    Ok(Some(url))
}

fn default_state(network: &Network, netuid: Option<NetUid>) -> Option<PathBuf> {
    let netuid = netuid.filter(|_| *network != Network::Devnet)?;
    Some(
        home()?
            .join(".axonry")
            .join(network.name())
            .join(netuid.to_string()),
    )
}

fn home() -> Option<PathBuf> {
    std::env::home_dir().filter(|home| home.is_absolute())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        (folder, path)
    }

    #[test]
    fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
        let (_folder, path) = file("v.toml", "network = \"local\"\nnetuid = 7\nrounds = 3\n");
        let given = RunArguments {
            config: Some(path),
            netuid: Some(9),
            ..Default::default()
        };
        let settings = Settings::resolve(given).expect("good settings");
        assert_eq!(settings.netuid, Some(NetUid(9)), "the flag");
        assert_eq!(settings.rounds, Some(3), "the file");
        assert_eq!(settings.network.name(), "local", "the file, not finney");
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let (_folder, path) = file("v.toml", "network = \"local\"\nnetuit = 7\n");
        let given = RunArguments {
            config: Some(path),
            ..Default::default()
        };
        let error = format!(
            "{:#}",
            Settings::resolve(given).expect_err("a typing error")
        );
        assert!(
            error.contains("netuit") && error.contains("line 2"),
            "{error}"
        );
        assert!(!error.contains('\n'), "one line: {error}");
    }

    #[test]
    fn each_wrong_setting_is_refused_by_name() {
        let base = || RunArguments {
            network: Some("local".into()),
            netuid: Some(1),
            ..Default::default()
        };
        for (given, named) in [
            (
                RunArguments {
                    netuid: None,
                    ..base()
                },
                "--netuid",
            ),
            (
                RunArguments {
                    mirror: Some("mirror".into()),
                    ..base()
                },
                "--mirror",
            ),
            (
                RunArguments {
                    mirror: Some("ftp://m".into()),
                    ..base()
                },
                "--mirror",
            ),
            (
                RunArguments {
                    network: Some("finey".into()),
                    ..base()
                },
                "finey",
            ),
            (
                RunArguments {
                    quota: Some("fifty".into()),
                    ..base()
                },
                "--quota",
            ),
            (
                RunArguments {
                    in_flight: Some(0),
                    ..base()
                },
                "--in-flight",
            ),
            (
                RunArguments {
                    rounds: Some(0),
                    ..base()
                },
                "--rounds",
            ),
            (
                RunArguments {
                    hotkey_uri: Some("//Alice".into()),
                    network: Some("finney".into()),
                    ..base()
                },
                "--hotkey-uri",
            ),
            (
                RunArguments {
                    hotkey_uri: Some("//Alice".into()),
                    wallet: Some("mine".into()),
                    ..base()
                },
                "wallet",
            ),
        ] {
            let error = format!("{:#}", Settings::resolve(given).expect_err(named));
            assert!(error.contains(named), "{error}");
        }
    }
}
