//! Whether a hotkey is registered, whose it is, where it serves, and what registering costs.

use axonry_chain::{AxonInfo, ChainError, Registration};
use axonry_core::{Coldkey, Hotkey, NetUid, Rao, Uid};
use scale_decode::DecodeAsType;

use crate::runtime::neurons::LiveAxon;
use crate::runtime::storage::Values;
use crate::runtime::{Runtime, SUBTENSOR, missing};

/// What a registration is read from.
pub(in crate::runtime) const ITEMS: [&str; 6] = [
    "NetworksAdded",
    "NetworkRegistrationAllowed",
    "Burn",
    "SubnetworkN",
    "MaxAllowedUids",
    "SubnetOwner",
];

impl Runtime {
    /// Where the uid of a hotkey is.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when the runtime has no such item.
    pub fn uid_key(&self, netuid: NetUid, hotkey: Hotkey) -> Result<Vec<u8>, ChainError> {
        let item = self.storage_item(SUBTENSOR, "Uids")?;
        item.key((netuid.0, *hotkey.as_bytes()))
    }

    /// Reads what lies at [`Self::uid_key`].
    ///
    /// # Errors
    /// [`ChainError::Incompatible`], [`ChainError::Decode`].
    pub fn uid(&self, stored: Option<&[u8]>) -> Result<Option<Uid>, ChainError> {
        let item = self.storage_item(SUBTENSOR, "Uids")?;
        let uid: Option<u16> = stored.map(|bytes| item.decode(bytes)).transpose()?;
        Ok(uid.map(Uid))
    }

    /// Where the owner of a hotkey is.
    ///
    /// # Errors
    /// As [`Self::uid_key`].
    pub fn owner_key(&self, hotkey: Hotkey) -> Result<Vec<u8>, ChainError> {
        let item = self.storage_item(SUBTENSOR, "Owner")?;
        item.key((*hotkey.as_bytes(),))
    }

    /// Reads what lies at [`Self::owner_key`].
    ///
    /// The default is an account that nobody has: what is not stored is no owner.
    ///
    /// # Errors
    /// As [`Self::uid`].
    pub fn owner(&self, stored: Option<&[u8]>) -> Result<Option<Coldkey>, ChainError> {
        let item = self.storage_item(SUBTENSOR, "Owner")?;
        let owner: Option<[u8; 32]> = stored.map(|bytes| item.decode(bytes)).transpose()?;
        Ok(owner.map(Coldkey::from_bytes))
    }

    /// Where it says where a hotkey serves.
    ///
    /// # Errors
    /// As [`Self::uid_key`].
    pub fn axon_key(&self, netuid: NetUid, hotkey: Hotkey) -> Result<Vec<u8>, ChainError> {
        let item = self.storage_item(SUBTENSOR, "Axons")?;
        item.key((netuid.0, *hotkey.as_bytes()))
    }

    /// Reads what lies at [`Self::axon_key`].
    ///
    /// # Errors
    /// As [`Self::uid`].
    pub fn axon(&self, stored: Option<&[u8]>) -> Result<Option<AxonInfo>, ChainError> {
        let item = self.storage_item(SUBTENSOR, "Axons")?;
        let axon: Option<LiveAxon> = stored.map(|bytes| item.decode(bytes)).transpose()?;
        Ok(axon.and_then(|axon| axon.served()))
    }

    /// The keys to ask for before [`Self::registration`] can be called.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] naming the item that the runtime lacks.
    pub fn registration_keys(&self, netuid: NetUid) -> Result<Vec<Vec<u8>>, ChainError> {
        let key = |name: &&str| self.storage_item(SUBTENSOR, name)?.key((netuid.0,));
        ITEMS.iter().map(key).collect()
    }

    /// Reads the terms of registration from what is stored at [`Self::registration_keys`].
    ///
    /// # Errors
    /// [`ChainError::NoSubnet`], [`ChainError::Incompatible`], [`ChainError::Decode`].
    pub fn registration(
        &self,
        netuid: NetUid,
        values: &Values,
    ) -> Result<Registration, ChainError> {
        let read = Read {
            runtime: self,
            netuid,
            values,
        };
        if !read.value::<bool>("NetworksAdded")? {
            return Err(ChainError::NoSubnet(netuid));
        }
        Ok(Registration {
            netuid,
            allowed: read.value("NetworkRegistrationAllowed")?,
            burn: Rao::from_rao(read.value("Burn")?),
            neurons: read.value("SubnetworkN")?,
            max_allowed_uids: read.value("MaxAllowedUids")?,
            owner: Coldkey::from_bytes(read.value("SubnetOwner")?),
        })
    }
}

struct Read<'a> {
    runtime: &'a Runtime,
    netuid: NetUid,
    values: &'a Values,
}

impl Read<'_> {
    fn value<T: DecodeAsType>(&self, name: &str) -> Result<T, ChainError> {
        let item = self.runtime.storage_item(SUBTENSOR, name)?;
        let key = item.key((self.netuid.0,))?;
        // A node that leaves a key out has not said that nothing is stored there.
        let stored = self.values.get(&key).ok_or_else(|| ChainError::Decode {
            item: item.to_string(),
            reason: "the node's answer leaves it out".to_owned(),
        })?;
        item.decode_or_default(stored.as_deref())?
            .ok_or_else(|| missing(item, "nothing is stored and there is no default"))
    }
}
