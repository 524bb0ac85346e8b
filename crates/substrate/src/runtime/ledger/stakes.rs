//! Who has staked how much on whom.

use axonry_chain::{ChainError, Stake};
use axonry_core::{Alpha, Coldkey, Hotkey, NetUid};
use scale_decode::DecodeAsType;

use crate::runtime::Runtime;

const API: &str = "StakeInfoRuntimeApi";
const ONE: &str = "get_stake_info_for_hotkey_coldkey_netuid";
const OF_COLDKEY: &str = "get_stake_info_for_coldkey";

#[derive(DecodeAsType)]
struct StakeInfo {
    hotkey: [u8; 32],
    coldkey: [u8; 32],
    netuid: u16,
    stake: u64,
    is_registered: bool,
}

impl From<StakeInfo> for Stake {
    fn from(info: StakeInfo) -> Self {
        Self {
            hotkey: Hotkey::from_bytes(info.hotkey),
            coldkey: Coldkey::from_bytes(info.coldkey),
            amount: Alpha::from_base_units(NetUid(info.netuid), info.stake),
            is_registered: info.is_registered,
        }
    }
}

impl Runtime {
    /// What to ask for the stake of a coldkey on a hotkey: a function and its arguments.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when this runtime has no such call.
    pub fn stake_call(
        &self,
        hotkey: Hotkey,
        coldkey: Coldkey,
        netuid: NetUid,
    ) -> Result<(String, Vec<u8>), ChainError> {
        let arguments = (*hotkey.as_bytes(), *coldkey.as_bytes(), netuid.0);
        self.typed_call(API, ONE, arguments)
    }

    /// Reads the answer to [`Self::stake_call`].
    ///
    /// # Errors
    /// As [`Self::decode_runtime_call`].
    pub fn stake(&self, netuid: NetUid, answer: &[u8]) -> Result<Alpha, ChainError> {
        let info: Option<StakeInfo> = self.decode_runtime_call(API, ONE, answer)?;
        let nothing = Alpha::from_base_units(netuid, 0);
        Ok(info.map_or(nothing, |info| Stake::from(info).amount))
    }

    /// What to ask for all stakes of a coldkey.
    ///
    /// # Errors
    /// As [`Self::stake_call`].
    pub fn stakes_of_coldkey_call(
        &self,
        coldkey: Coldkey,
    ) -> Result<(String, Vec<u8>), ChainError> {
        self.typed_call(API, OF_COLDKEY, (*coldkey.as_bytes(),))
    }

    /// Reads the answer to [`Self::stakes_of_coldkey_call`], ordered by subnet and hotkey.
    ///
    /// # Errors
    /// As [`Self::decode_runtime_call`].
    pub fn stakes_of_coldkey(&self, answer: &[u8]) -> Result<Vec<Stake>, ChainError> {
        let infos: Vec<StakeInfo> = self.decode_runtime_call(API, OF_COLDKEY, answer)?;
        let stakes = infos.into_iter().map(Stake::from);
        let mut stakes: Vec<_> = stakes
            .filter(|stake| stake.amount.base_units() > 0)
            .collect();
        stakes.sort_by_key(|stake| (stake.amount.netuid(), stake.hotkey));
        Ok(stakes)
    }
}
