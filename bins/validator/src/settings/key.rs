use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::home;
use crate::network::Network;

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

/// Whose signature it is, as flags, variables and settings file say it.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct KeyArguments {
    /// Name of the wallet under `--wallet-path`.
    #[arg(long, env = "BT_WALLET_NAME", value_name = "NAME")]
    pub(crate) wallet: Option<String>,
    /// Name of the hotkey in the wallet.
    #[arg(long, env = "BT_WALLET_HOTKEY", value_name = "NAME")]
    pub(crate) hotkey: Option<String>,
    /// Folder of wallets [default: ~/.bittensor/wallets].
    #[arg(long, env = "BT_WALLET_PATH", value_name = "DIR")]
    pub(crate) wallet_path: Option<PathBuf>,
    /// A well-known key such as `//Alice` in place of a wallet; for test chains only.
    #[arg(
        long,
        env = "AXONRY_HOTKEY_URI",
        value_name = "URI",
        hide_env_values = true
    )]
    pub(crate) hotkey_uri: Option<String>,
    /// Whether the wallet is named by the environment alone, as it is for everybody who uses btcli.
    #[arg(skip)]
    pub(crate) wallet_by_environment: bool,
}

impl Key {
    pub(super) fn resolve(
        given: KeyArguments,
        file: KeyArguments,
        network: &Network,
    ) -> Result<Self> {
        // What btcli's variables name is meant for real networks; the devnet has keys of its own.
        let named = !(*network == Network::Devnet && given.wallet_by_environment);
        let given_wallet = named && (given.wallet.is_some() || given.hotkey.is_some());
        let given_uri = given.hotkey_uri.is_some();
        let uri = given
            .hotkey_uri
            .or(file.hotkey_uri.filter(|_| !given_wallet));
        let wallet = given
            .wallet
            .filter(|_| named)
            .or(file.wallet.filter(|_| !given_uri));
        let hotkey = given
            .hotkey
            .filter(|_| named)
            .or(file.hotkey.filter(|_| !given_uri));
        if let Some(uri) = uri {
            if wallet.is_some() || hotkey.is_some() {
                bail!("both --hotkey-uri and a wallet are given: whose key is to sign?");
            }
            if matches!(network.name(), "finney" | "test") {
                bail!("--hotkey-uri is for test chains: its key is known to everybody");
            }
            return Ok(Self::Uri(uri));
        }
        if wallet.is_none() && hotkey.is_none() && *network == Network::Devnet {
            return Ok(Self::Uri("//Alice".to_owned()));
        }
        let root = match given.wallet_path.or(file.wallet_path) {
            Some(root) => root,
            None => home()
                .context("no home folder: give --wallet-path")?
                .join(".bittensor/wallets"),
        };
        let or_default = |name: Option<String>| name.unwrap_or_else(|| "default".to_owned());
        Ok(Self::File {
            root,
            wallet: or_default(wallet),
            hotkey: or_default(hotkey),
        })
    }
}
