//! The state of a validator: where it is, and what becomes of one that is not there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use axonry_chain::Chain;
use axonry_core::{Block, Hotkey, MechId, NetUid};
use axonry_store::{Location, Store, StoreError};
use axonry_substrate::Substrate;
use rustix::fs::Access;
use tempfile::TempDir;
use tracing::{info, warn};

use crate::network::Network;
use crate::settings::{NewState, SubnetSettings};

/// What a command is going to do with key and state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Sign with the key and write to the state.
    Signing,
    /// Look, and leave both as they are.
    Looking,
}

/// Where the state is.
#[derive(Debug)]
pub(crate) struct State {
    location: Location,
    folder: PathBuf,
    /// Whether it ends with the process: what is kept for later is not worth the disk's time then.
    temporary: Option<TempDir>,
    /// Why an empty one stands in for it, for whoever only looks, and where.
    stand_in: Option<(StandIn, TempDir)>,
}

/// Why a state is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StandIn {
    /// There is none, and there need be none: the first start makes it.
    Missing,
    /// There is none, and the hotkey's weights on chain say that there was one.
    Lost,
    /// A validator is running on it.
    InUse,
}

impl State {
    /// The place that the settings name; a temporary one for a chain that ends with the process.
    pub(crate) fn of(settings: &SubnetSettings) -> Result<Self> {
        let Some(given) = &settings.state else {
            let temporary = tempfile::tempdir().context("no temporary folder for the state")?;
            return Ok(Self {
                location: file_in(temporary.path()),
                folder: temporary.path().to_owned(),
                temporary: Some(temporary),
                stand_in: None,
            });
        };
        let location = match &given.database {
            Some(url) => url.0.parse().context("--state")?,
            None => file_in(&given.folder),
        };
        Ok(Self {
            location,
            folder: given.folder.clone(),
            temporary: None,
            stand_in: None,
        })
    }

    /// Why an empty state stands in for the one that is meant.
    pub(crate) fn stand_in(&self) -> Option<StandIn> {
        self.stand_in.as_ref().map(|(why, _)| *why)
    }

    /// Where it is, for the store.
    pub(crate) const fn location(&self) -> &Location {
        &self.location
    }

    /// The folder of this machine for what can be fetched again.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether it ends with the process.
    pub(crate) const fn is_temporary(&self) -> bool {
        self.temporary.is_some()
    }

    /// Opens the state; `None` where there is none.
    pub(crate) async fn open(&mut self, purpose: Purpose) -> Result<Option<Store>> {
        match Store::open(self.location.clone()).await {
            Ok(store) => Ok(Some(store)),
            Err(StoreError::Missing { .. }) => self.could_be_made().map(|()| None),
            Err(error @ StoreError::InUse { .. }) if purpose == Purpose::Looking => {
                warn!(%error, "looking without it: what its journal has open is not known here");
                self.elsewhere(StandIn::InUse).await.map(Some)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// An empty state that ends with the process.
    async fn elsewhere(&mut self, why: StandIn) -> Result<Store> {
        self.standing_in(why, None).await
    }

    /// A state that ends with the process, empty or begun with these averages.
    async fn standing_in(
        &mut self,
        why: StandIn,
        begun: Option<(NetUid, &BTreeMap<Hotkey, f32>, Block)>,
    ) -> Result<Store> {
        let folder = tempfile::tempdir().context("no temporary folder")?;
        let location = file_in(folder.path());
        let store = match begun {
            Some((netuid, averages, at)) => {
                Store::create_seeded(location, netuid, averages, at).await?
            }
            None => Store::create(location).await?,
        };
        self.stand_in = Some((why, folder));
        Ok(store)
    }

    /// Whether the folder of a state that is not there is a folder, or can become one, and can be
    /// written to.
    pub(crate) fn could_be_made(&self) -> Result<()> {
        let mut above = self.folder.ancestors();
        match above.find(|path| path.exists()) {
            Some(there) if !there.is_dir() => bail!(
                "cannot make `{}` for the state: `{}` is no folder",
                self.folder.display(),
                there.display()
            ),
            Some(there) => rustix::fs::access(there, Access::WRITE_OK | Access::EXEC_OK)
                .with_context(|| format!("cannot write the state to `{}`", there.display())),
            None => Ok(()),
        }
    }

    /// Makes the state that is not there, if nothing is lost by that.
    ///
    /// A hotkey that has weights on chain has had a state: beginning with nothing would judge every
    /// miner as if it had never earned anything.
    pub(crate) async fn begin(
        &mut self,
        settings: &SubnetSettings,
        purpose: Purpose,
        (chain, netuid): (&Substrate, NetUid),
        hotkey: Hotkey,
    ) -> Result<Store> {
        if settings.network == Network::Devnet || settings.new_state == Some(NewState::Empty) {
            return match purpose {
                Purpose::Looking => self.elsewhere(StandIn::Missing).await,
                Purpose::Signing => Ok(Store::create(self.location.clone()).await?),
            };
        }
        let head = chain.head().await?;
        let averages = in_force(chain, netuid, hotkey).await?;
        if purpose == Purpose::Looking {
            return match (averages, settings.new_state) {
                (None, _) => self.elsewhere(StandIn::Missing).await,
                (Some(averages), Some(NewState::Chain)) => {
                    let begun = Some((netuid, &averages, head));
                    self.standing_in(StandIn::Missing, begun).await
                }
                (Some(_), _) => {
                    warn!(
                        location = %self.location,
                        "there is no state here, though this hotkey has weights on chain: setting any \
                         is refused before it is brought back, or --new-state says how to begin anew"
                    );
                    self.elsewhere(StandIn::Lost).await
                }
            };
        }
        match (averages, settings.new_state) {
            (None, Some(NewState::Chain)) => bail!(
                "--new-state chain: the chain has no weights of hotkey {hotkey} in subnet {netuid} \
                 to begin with; give --new-state empty"
            ),
            (None, _) => {
                info!(location = %self.location, "a new state: this hotkey has set no weights yet");
                Ok(Store::create(self.location.clone()).await?)
            }
            (Some(averages), Some(NewState::Chain)) => {
                let location = self.location.clone();
                let store = Store::create_seeded(location, netuid, &averages, head).await?;
                warn!(
                    location = %self.location, block = %head.number, hotkeys = averages.len(),
                    "a new state, begun with this hotkey's weights on chain"
                );
                Ok(store)
            }
            (Some(averages), _) => bail!(
                "there is no state at `{}`, and the chain has weights of hotkey {hotkey} for {} \
                 neurons: bring the earlier state (`validator state import`), or begin a new one with \
                 those weights (--new-state chain) or with nothing (--new-state empty)",
                self.location,
                averages.len(),
            ),
        }
    }
}

fn file_in(folder: &Path) -> Location {
    folder.join("validator.sqlite").into()
}

/// The shares of the hotkey's own last vector in the chain's state, by hotkey.
async fn in_force(
    chain: &Substrate,
    netuid: NetUid,
    hotkey: Hotkey,
) -> Result<Option<BTreeMap<Hotkey, f32>>> {
    let head = chain.head().await?;
    let metagraph = chain.metagraph(netuid, head).await?;
    let Some(uid) = metagraph.uid_of(&hotkey) else {
        return Ok(None);
    };
    let weights = chain.weights(netuid, MechId(0), uid, head.hash).await?;
    let whole: f32 = weights.iter().map(|(_, value)| f32::from(*value)).sum();
    if whole == 0.0 {
        return Ok(None);
    }
    let shares = weights.into_iter().filter_map(|(uid, value)| {
        let hotkey = metagraph.neuron(uid)?.hotkey;
        Some((hotkey, f32::from(value) / whole))
    });
    Ok(Some(shares.collect()))
}
