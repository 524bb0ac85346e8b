use std::path::PathBuf;

use anyhow::{Context, Result};
use axonry_core::NetUid;
use clap::ValueEnum;

use super::home;
use crate::network::Network;

/// Where what must survive a restart is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StateSettings {
    /// The folder of this machine: the state file, and what can be fetched again.
    pub(crate) folder: PathBuf,
    /// The database the state is in instead of a file; its URL may hold a password.
    pub(crate) database: Option<Database>,
}

/// What a new state begins with, where the one that should be there is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum NewState {
    /// With nothing: every miner starts from zero.
    Empty,
    /// With the hotkey's own last weights on chain.
    Chain,
}

/// A database's URL, which never prints.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Database(pub(crate) String);

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl StateSettings {
    /// A folder, or a database's URL; by default a folder for each network and subnet.
    pub(super) fn resolve(
        given: Option<String>,
        network: &Network,
        netuid: Option<NetUid>,
    ) -> Result<Option<Self>> {
        let database = match given {
            Some(url) if url.contains("://") => Some(Database(url)),
            Some(folder) => {
                return Ok(Some(Self {
                    folder: folder.into(),
                    database: None,
                }));
            }
            None if *network == Network::Devnet => return Ok(None),
            None => None,
        };
        let netuid = netuid.map_or_else(|| "default".to_owned(), |netuid| netuid.to_string());
        let home = home().context("no home folder for the state: give --state")?;
        let folder = home.join(".axonry").join(network.name()).join(netuid);
        Ok(Some(Self { folder, database }))
    }
}
