//! The hotkey that signs, and the coldkey that pays.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use axonry_wallet::{KeyfileError, Keypair, Password, Wallet, WalletError};
use clap::Args;

/// Whose key it is.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct KeyArguments {
    /// Name of the wallet under `--wallet-path` [default: default].
    #[arg(long, env = "BT_WALLET_NAME", value_name = "NAME")]
    wallet: Option<String>,
    /// Name of the hotkey in the wallet [default: default].
    #[arg(long, env = "BT_WALLET_HOTKEY", value_name = "NAME")]
    hotkey: Option<String>,
    /// Folder of wallets [default: ~/.bittensor/wallets].
    #[arg(long, env = "BT_WALLET_PATH", value_name = "DIR")]
    wallet_path: Option<PathBuf>,
    /// A well-known key such as `//Miner//0` in place of a wallet; for test chains only.
    #[arg(
        long,
        env = "AXONRY_HOTKEY_URI",
        value_name = "URI",
        hide_env_values = true
    )]
    hotkey_uri: Option<String>,
}

impl KeyArguments {
    /// Loads the hotkey.
    pub(crate) fn hotkey(&self, network: &str) -> Result<Keypair> {
        if let Some(uri) = &self.hotkey_uri {
            return well_known("--hotkey-uri", uri, network);
        }
        let (wallet, name) = (self.wallet()?, or_default(self.hotkey.as_deref()));
        match wallet.hotkey(name) {
            Err(WalletError::Keyfile {
                path,
                source: KeyfileError::Encrypted(_),
            }) => {
                let password = password(&path, "hotkey")?;
                Ok(wallet.unlock_hotkey(name, &password)?)
            }
            loaded => Ok(loaded?),
        }
    }

    pub(crate) fn wallet(&self) -> Result<Wallet> {
        let root = match &self.wallet_path {
            Some(root) => root.clone(),
            None => {
                let home = std::env::home_dir().filter(|home| home.is_absolute());
                Wallet::default_root(&home.context("no home folder: give --wallet-path")?)
            }
        };
        Ok(Wallet::open(root, or_default(self.wallet.as_deref()))?)
    }

    /// Whether the hotkey is a well-known one, which has no wallet.
    pub(crate) const fn is_well_known(&self) -> bool {
        self.hotkey_uri.is_some()
    }
}

/// A key of a test chain.
pub(crate) fn well_known(flag: &'static str, uri: &str, network: &str) -> Result<Keypair> {
    ensure!(
        !matches!(network, "finney" | "test"),
        "{flag} is for test chains: its key is known to everybody"
    );
    Keypair::from_uri(uri).context(flag)
}

/// Unlocks the coldkey: with the password that `btcli` keeps in the environment, or by asking.
pub(crate) fn unlock_coldkey(wallet: &Wallet) -> Result<Keypair> {
    let path = wallet.coldkey_path();
    let password = match wallet.readable_coldkey_secret() {
        // A plain one opens with any.
        Some((_, None)) => Password::new(""),
        _ => password(&path, "coldkey")?,
    };
    Ok(wallet.unlock_coldkey(&password)?)
}

/// A keyfile's password: opening it takes seconds, once, before anything else is under way.
fn password(path: &Path, role: &str) -> Result<Password> {
    let variable = Password::variable_of(path);
    if let Ok(value) = std::env::var(&variable) {
        return Ok(Password::from_variable(&variable, &value)?);
    }
    let label = format!("password of the {role} `{}`", path.display());
    Password::from_prompt(&label).with_context(|| {
        format!(
            "the {role} `{}` is encrypted, and its password is not in `{variable}`, where `btcli` \
             saves it",
            path.display()
        )
    })
}

fn or_default(name: Option<&str>) -> &str {
    name.unwrap_or("default")
}
