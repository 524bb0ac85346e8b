//! Whose stake it is, and the secret that signs for it.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use axonry_core::{AccountId, Coldkey, Hotkey};
use axonry_wallet::{Keypair, Password, Wallet};

use super::arguments::OwnerArguments;
use crate::network::Network;

/// A coldkey, told explicitly.
#[derive(Debug)]
pub(super) enum Owner {
    /// A well-known key of a test chain.
    WellKnown(Box<Keypair>),
    /// A wallet's.
    Wallet(Wallet),
}

impl Owner {
    /// The coldkey that is named; nothing secret is read.
    pub(super) fn named(given: &OwnerArguments, network: &Network) -> Result<Self> {
        if let Some(uri) = &given.coldkey_uri {
            if matches!(network.name(), "finney" | "test") {
                bail!("--coldkey-uri is for test chains: its key is known to everybody");
            }
            let pair = Keypair::from_uri(uri).context("--coldkey-uri")?;
            return Ok(Self::WellKnown(Box::new(pair)));
        }
        match &given.wallet {
            Some(name) => Ok(Self::Wallet(Wallet::open(root(given)?, name)?)),
            None if *network == Network::Devnet => {
                let pair = Keypair::from_uri("//Alice").context("a development key")?;
                Ok(Self::WellKnown(Box::new(pair)))
            }
            None => bail!("whose stake is it? give --wallet, the name of the coldkey's wallet"),
        }
    }

    pub(super) fn coldkey(&self) -> Result<Coldkey> {
        match self {
            Self::WellKnown(pair) => Ok(pair.account().into()),
            Self::Wallet(wallet) => Ok(wallet.coldkey()?),
        }
    }

    /// A hotkey by its address, or by its name in the wallet; on the devnet, whose hotkeys are in no
    /// wallet, `hot_25` is `//hot_25`.
    pub(super) fn hotkey(&self, named: &str) -> Result<Hotkey> {
        if let Ok(address) = named.parse::<AccountId>() {
            return Ok(address.into());
        }
        let nameless = || {
            format!(
                "the hotkey `{named}`: no address, and no key of that name that can be read; give the address"
            )
        };
        match self {
            Self::WellKnown(_) => {
                let uri = match named.starts_with("//") {
                    true => named.to_owned(),
                    false => format!("//{named}"),
                };
                let pair = Keypair::from_uri(&uri).with_context(nameless)?;
                Ok(pair.hotkey())
            }
            Self::Wallet(wallet) => {
                let pair = wallet.hotkey(named).with_context(nameless)?;
                Ok(pair.hotkey())
            }
        }
    }

    /// The secret, for what was confirmed.
    pub(super) fn unlock(self, password_file: Option<PathBuf>) -> Result<Keypair> {
        let wallet = match self {
            Self::WellKnown(pair) => return Ok(*pair),
            Self::Wallet(wallet) => wallet,
        };
        let path = wallet.coldkey_path();
        let variable = Password::variable_of(&path);
        let password = match (password_file, std::env::var(&variable)) {
            (Some(file), _) => Password::from_file(&file)
                .with_context(|| format!("--password-file `{}`", file.display()))?,
            (None, Ok(value)) => Password::from_variable(&variable, &value)?,
            (None, Err(_)) => asked(&path.display().to_string(), &variable)?,
        };
        Ok(wallet.unlock_coldkey(&password)?)
    }
}

#[cfg(unix)]
fn asked(path: &str, variable: &str) -> Result<Password> {
    let label = format!("password of the coldkey `{path}`");
    Password::from_prompt(&label).with_context(|| {
        format!("the coldkey is encrypted: give --password-file, or `{variable}` as `btcli` does")
    })
}

#[cfg(not(unix))]
fn asked(path: &str, variable: &str) -> Result<Password> {
    bail!(
        "the coldkey `{path}` is encrypted: give --password-file, or `{variable}` as `btcli` does"
    )
}

/// The folder of wallets.
fn root(given: &OwnerArguments) -> Result<PathBuf> {
    if let Some(root) = &given.wallet_path {
        return Ok(root.clone());
    }
    let home = std::env::home_dir().filter(|home| home.is_absolute());
    Ok(Wallet::default_root(
        &home.context("no home folder: give --wallet-path")?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_coldkey_is_taken_that_was_not_named() {
        let named = |network: &str, given: &OwnerArguments| {
            let network: Network = network.parse().expect("a network");
            Owner::named(given, &network)
        };
        let nobody = OwnerArguments::default();
        let refused = named("finney", &nobody).expect_err("nobody").to_string();
        assert!(refused.contains("--wallet"), "{refused}");
        let alice = OwnerArguments {
            coldkey_uri: Some("//Alice".to_owned()),
            ..OwnerArguments::default()
        };
        assert!(named("finney", &alice).is_err(), "everybody knows her key");
        let owner = named("local", &alice).expect("a test chain");
        let by_name = owner.hotkey("hot_25").expect("a development key");
        assert_eq!(by_name, owner.hotkey("//hot_25").expect("the same"));
        let address = by_name.to_string();
        assert_eq!(owner.hotkey(&address).expect("an address"), by_name);
        let devnet = named("devnet", &nobody).expect("the devnet's own");
        assert_eq!(devnet.coldkey().ok(), owner.coldkey().ok());
    }
}
