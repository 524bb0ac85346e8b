//! The neurons of a subnet, as they stand in storage.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axonry_chain::{AxonInfo, Neuron};
use axonry_core::{
    AccountId, Alpha, BlockNumber, Coldkey, Hotkey, MechId, NetUid, NetUidStorageIndex, Uid,
};
use scale_decode::DecodeAsType;

use super::hyperparameters::of_subnet;
use super::{PALLET, stake};
use crate::presented::{Decoded, PresentedError, Value};
use crate::storage::Storage;

/// An axon as the chain stores it.
#[derive(Clone, Debug, DecodeAsType)]
pub(crate) struct StoredAxon {
    pub(super) block: u64,
    pub(super) version: u32,
    pub(super) ip: u128,
    pub(super) port: u16,
    pub(super) ip_type: u8,
    pub(super) protocol: u8,
    pub(super) placeholder1: u8,
    pub(super) placeholder2: u8,
}

impl StoredAxon {
    /// An axon that serves at an address since a block.
    pub(crate) const fn new(address: SocketAddr, block: u64) -> Self {
        let (ip, ip_type) = match address.ip() {
            IpAddr::V4(ip) => (ip.to_bits() as u128, 4),
            IpAddr::V6(ip) => (ip.to_bits(), 6),
        };
        Self {
            block,
            version: 0,
            ip,
            port: address.port(),
            ip_type,
            protocol: 4,
            placeholder1: 0,
            placeholder2: 0,
        }
    }

    /// The axon's fields, for encoding.
    pub(crate) fn value(&self) -> Value {
        Value::Record(vec![
            ("block", self.block.into()),
            ("version", self.version.into()),
            ("ip", self.ip.into()),
            ("port", self.port.into()),
            ("ip_type", self.ip_type.into()),
            ("protocol", self.protocol.into()),
            ("placeholder1", self.placeholder1.into()),
            ("placeholder2", self.placeholder2.into()),
        ])
    }

    /// Where it serves; `None` when it says nowhere.
    pub(crate) fn info(&self) -> Option<AxonInfo> {
        let ip = match self.ip_type {
            4 => IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(self.ip).ok()?)),
            6 => IpAddr::V6(Ipv6Addr::from_bits(self.ip)),
            _ => return None,
        };
        (self.port != 0).then_some(AxonInfo {
            address: SocketAddr::new(ip, self.port),
            version: self.version,
            protocol: self.protocol,
            announced: BlockNumber(self.block),
        })
    }
}

/// The uid of a hotkey in a subnet.
pub(crate) fn uid_of(
    storage: &Storage<'_>,
    netuid: NetUid,
    hotkey: AccountId,
) -> Result<Option<u16>, PresentedError> {
    storage.read(PALLET, "Uids", &[netuid.0.into(), hotkey.into()])
}

/// How many uids the subnet has in use.
pub(crate) fn count(storage: &Storage<'_>, netuid: NetUid) -> Result<u16, PresentedError> {
    of_subnet(storage, "SubnetworkN", netuid, 0)
}

/// A list with one value per uid, keyed by netuid or by storage index.
pub(crate) fn by_uid<T: Decoded>(
    storage: &Storage<'_>,
    item: &str,
    index: u16,
) -> Result<Vec<T>, PresentedError> {
    let list = storage.read(PALLET, item, &[index.into()])?;
    Ok(list.unwrap_or_default())
}

/// The axon of a hotkey, if it announced one.
pub(crate) fn axon(
    storage: &Storage<'_>,
    netuid: NetUid,
    hotkey: AccountId,
) -> Result<Option<StoredAxon>, PresentedError> {
    storage.read(PALLET, "Axons", &[netuid.0.into(), hotkey.into()])
}

/// The weights a uid has set, as they are stored.
pub(crate) fn weights(
    storage: &Storage<'_>,
    index: NetUidStorageIndex,
    uid: u16,
) -> Result<Vec<(u16, u16)>, PresentedError> {
    let weights = storage.read(PALLET, "Weights", &[index.0.into(), uid.into()])?;
    Ok(weights.unwrap_or_default())
}

/// All neurons of a subnet, by uid.
pub(crate) fn read(storage: &Storage<'_>, netuid: NetUid) -> Result<Vec<Neuron>, PresentedError> {
    fn at<T: Copy + Default>(list: &[T], uid: u16) -> T {
        list.get(usize::from(uid)).copied().unwrap_or_default()
    }
    let index = NetUidStorageIndex::new(netuid, MechId(0)).0;
    let permit: Vec<bool> = by_uid(storage, "ValidatorPermit", netuid.0)?;
    let active: Vec<bool> = by_uid(storage, "Active", netuid.0)?;
    let last_update: Vec<u64> = by_uid(storage, "LastUpdate", index)?;
    let incentive: Vec<u16> = by_uid(storage, "Incentive", index)?;
    let dividends: Vec<u16> = by_uid(storage, "Dividends", netuid.0)?;
    let emission: Vec<u64> = by_uid(storage, "Emission", netuid.0)?;
    let consensus: Vec<u16> = by_uid(storage, "Consensus", netuid.0)?;
    let validator_trust: Vec<u16> = by_uid(storage, "ValidatorTrust", netuid.0)?;
    (0..count(storage, netuid)?)
        .map(|uid| {
            let keys = [netuid.0.into(), uid.into()];
            let hotkey: [u8; 32] = storage.read(PALLET, "Keys", &keys)?.unwrap_or_default();
            let hotkey = AccountId::from_bytes(hotkey);
            let coldkey: [u8; 32] = storage
                .read(PALLET, "Owner", &[hotkey.into()])?
                .unwrap_or_default();
            let alpha = stake::alpha(storage, hotkey, netuid)?;
            Ok(Neuron {
                uid: Uid(uid),
                hotkey: Hotkey::from(hotkey),
                coldkey: Coldkey::from_bytes(coldkey),
                stake: Alpha::from_base_units(netuid, alpha),
                validator_permit: at(&permit, uid),
                active: at(&active, uid),
                last_update: BlockNumber(at(&last_update, uid)),
                axon: axon(storage, netuid, hotkey)?.and_then(|axon| axon.info()),
                incentive: at(&incentive, uid),
                dividends: at(&dividends, uid),
                emission: Alpha::from_base_units(netuid, at(&emission, uid)),
                consensus: at(&consensus, uid),
                validator_trust: at(&validator_trust, uid),
            })
        })
        .collect()
}
