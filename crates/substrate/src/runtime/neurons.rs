//! The neurons of a subnet, as the runtime API hands them out.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axonry_chain::{AxonInfo, ChainError, Neuron};
use axonry_core::{Alpha, BlockNumber, Coldkey, Hotkey, NetUid, Uid};
use parity_scale_codec::{Compact, Decode};
use scale_decode::DecodeAsType;
use scale_info::TypeInfo;
use subxt::ext::frame_decode::runtime_apis::encode_runtime_api_inputs;

use super::shape::is_laid_out_as;
use super::{Runtime, missing};

pub(super) const TRAIT: &str = "NeuronInfoRuntimeApi";
pub(super) const METHOD: &str = "get_neurons_lite";
const ITEM: &str = "NeuronInfoRuntimeApi.get_neurons_lite";

/// The fields we use, found by name: new ones, moved ones and wrapped ones do no harm.
#[derive(DecodeAsType)]
struct NeuronInfoLite {
    hotkey: [u8; 32],
    coldkey: [u8; 32],
    uid: u16,
    active: bool,
    axon_info: LiveAxon,
    stake: Vec<([u8; 32], u64)>,
    emission: u64,
    incentive: u16,
    consensus: u16,
    validator_trust: u16,
    dividends: u16,
    last_update: u64,
    validator_permit: bool,
}

#[derive(DecodeAsType)]
pub(super) struct LiveAxon {
    block: u64,
    version: u32,
    ip: u128,
    port: u16,
    ip_type: u8,
    protocol: u8,
}

/// A neuron as it has been laid out for all of 2025 and half of 2026, at least
/// (`opentensor/subtensor`, `pallets/subtensor/src/rpc_info/neuron_info.rs`).
///
/// Where metadata says that it still is, this is how it is read, twenty times as fast as by walking
/// the types; and it is all there is to go by where a runtime hands out bytes without a type
/// (spec 218).
#[derive(Decode, TypeInfo)]
#[expect(
    dead_code,
    reason = "fields that are not used take up bytes all the same"
)]
struct KnownNeuron {
    hotkey: [u8; 32],
    coldkey: [u8; 32],
    uid: Compact<u16>,
    netuid: Compact<u16>,
    active: bool,
    axon_info: KnownAxon,
    prometheus_info: KnownPrometheus,
    stake: Vec<([u8; 32], Compact<u64>)>,
    rank: Compact<u16>,
    emission: Compact<u64>,
    incentive: Compact<u16>,
    consensus: Compact<u16>,
    trust: Compact<u16>,
    validator_trust: Compact<u16>,
    dividends: Compact<u16>,
    last_update: Compact<u64>,
    validator_permit: bool,
    pruning_score: Compact<u16>,
}

#[derive(Decode, TypeInfo)]
#[expect(
    dead_code,
    reason = "fields that are not used take up bytes all the same"
)]
struct KnownAxon {
    block: u64,
    version: u32,
    ip: u128,
    port: u16,
    ip_type: u8,
    protocol: u8,
    placeholder1: u8,
    placeholder2: u8,
}

#[derive(Decode, TypeInfo)]
#[expect(
    dead_code,
    reason = "fields that are not used take up bytes all the same"
)]
struct KnownPrometheus {
    block: u64,
    version: u32,
    ip: u128,
    port: u16,
    ip_type: u8,
}

impl From<KnownNeuron> for NeuronInfoLite {
    fn from(neuron: KnownNeuron) -> Self {
        let stake = neuron.stake.into_iter();
        let axon = neuron.axon_info;
        Self {
            hotkey: neuron.hotkey,
            coldkey: neuron.coldkey,
            uid: neuron.uid.0,
            active: neuron.active,
            axon_info: LiveAxon {
                block: axon.block,
                version: axon.version,
                ip: axon.ip,
                port: axon.port,
                ip_type: axon.ip_type,
                protocol: axon.protocol,
            },
            stake: stake.map(|(who, amount)| (who, amount.0)).collect(),
            emission: neuron.emission.0,
            incentive: neuron.incentive.0,
            consensus: neuron.consensus.0,
            validator_trust: neuron.validator_trust.0,
            dividends: neuron.dividends.0,
            last_update: neuron.last_update.0,
            validator_permit: neuron.validator_permit,
        }
    }
}

impl Runtime {
    /// The name and the arguments of the `state_call` that answers with a subnet's neurons.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when this runtime has no such call.
    pub fn neurons_lite_call(&self, netuid: NetUid) -> Result<(&'static str, Vec<u8>), ChainError> {
        let metadata = self.metadata();
        let arguments =
            encode_runtime_api_inputs(TRAIT, METHOD, (netuid.0,), metadata, metadata.types())
                .map_err(|error| missing(ITEM, &error.to_string()))?;
        Ok(("NeuronInfoRuntimeApi_get_neurons_lite", arguments))
    }

    /// Reads the answer to [`Self::neurons_lite_call`]: every neuron, by uid.
    ///
    /// # Errors
    /// [`ChainError::Decode`] when the bytes are not what this runtime's metadata says, or do not
    /// make sense.
    pub fn decode_neurons_lite(
        &self,
        netuid: NetUid,
        bytes: &[u8],
    ) -> Result<Vec<Neuron>, ChainError> {
        let method = self
            .metadata()
            .runtime_api_trait_by_name(TRAIT)
            .and_then(|api| api.method_by_name(METHOD))
            .ok_or_else(|| missing(ITEM, "the runtime API is not in the metadata"))?;
        let output = method.output_ty();
        let types = self.metadata().types();
        let neurons: Vec<NeuronInfoLite> = if is_laid_out_as::<Vec<KnownNeuron>>(types, output) {
            decode_known(bytes)?
        } else if is_laid_out_as::<Vec<u8>>(types, output) {
            let bytes: Vec<u8> = self.decode_value(&ITEM, output, bytes)?;
            decode_known(&bytes)?
        } else {
            self.decode_value(&ITEM, output, bytes)?
        };
        neurons
            .into_iter()
            .map(|neuron| neuron.checked(netuid))
            .collect()
    }
}

fn decode_known(bytes: &[u8]) -> Result<Vec<NeuronInfoLite>, ChainError> {
    let rest = &mut &*bytes;
    let neurons: Vec<KnownNeuron> = Decode::decode(rest).map_err(|error| unreadable(&error))?;
    match rest.len() {
        0 => Ok(neurons.into_iter().map(Into::into).collect()),
        left => Err(unreadable(&format_args!("{left} bytes are left over"))),
    }
}

impl NeuronInfoLite {
    fn checked(self, netuid: NetUid) -> Result<Neuron, ChainError> {
        let mut stakes = self.stake.iter().map(|(_, amount)| *amount);
        let stake = stakes
            .try_fold(0_u64, u64::checked_add)
            .ok_or_else(|| unreadable(&format_args!("stakes of uid {} overflow", self.uid)))?;
        let alpha = |units| Alpha::from_base_units(netuid, units);
        Ok(Neuron {
            uid: Uid(self.uid),
            hotkey: Hotkey::from_bytes(self.hotkey),
            coldkey: Coldkey::from_bytes(self.coldkey),
            stake: alpha(stake),
            validator_permit: self.validator_permit,
            active: self.active,
            last_update: BlockNumber(self.last_update),
            axon: self.axon_info.served(),
            incentive: self.incentive,
            dividends: self.dividends,
            emission: alpha(self.emission),
            consensus: self.consensus,
            validator_trust: self.validator_trust,
        })
    }
}

impl LiveAxon {
    /// No address or no port is how the chain says that nothing is served; an address too long for
    /// its kind leads nowhere either.
    pub(super) fn served(&self) -> Option<AxonInfo> {
        if self.ip == 0 || self.port == 0 {
            return None;
        }
        let ip = match self.ip_type {
            6 => IpAddr::V6(Ipv6Addr::from(self.ip)),
            _ => IpAddr::V4(Ipv4Addr::from(u32::try_from(self.ip).ok()?)),
        };
        Some(AxonInfo {
            address: SocketAddr::new(ip, self.port),
            version: self.version,
            protocol: self.protocol,
            announced: BlockNumber(self.block),
        })
    }
}

fn unreadable(reason: &dyn std::fmt::Display) -> ChainError {
    ChainError::Decode {
        item: ITEM.to_owned(),
        reason: reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axon_without_address_or_port_is_none() {
        let axon = |ip, port, ip_type| {
            let axon = LiveAxon {
                block: 7,
                version: 1,
                ip,
                port,
                ip_type,
                protocol: 4,
            };
            axon.served().map(|axon| axon.address.to_string())
        };
        assert_eq!(axon(0, 8091, 4), None);
        assert_eq!(axon(2_130_706_433, 0, 4), None);
        assert_eq!(
            axon(u128::MAX, 8091, 4),
            None,
            "too long for an IPv4 address"
        );
        assert_eq!(
            axon(2_130_706_433, 8091, 4).as_deref(),
            Some("127.0.0.1:8091")
        );
        assert_eq!(axon(1, 8091, 6).as_deref(), Some("[::1]:8091"));
    }
}
