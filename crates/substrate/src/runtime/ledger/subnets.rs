//! Subnets, and what their alpha costs.

use std::collections::BTreeMap;

use axonry_chain::{ChainError, Subnet, SubnetEmission};
use axonry_core::{Alpha, BlockNumber, Coldkey, Hotkey, I96F32, NetUid, Price, Rao};
use scale_decode::DecodeAsType;

use crate::runtime::Runtime;
use crate::runtime::bare::Bare;

const API: &str = "SubnetInfoRuntimeApi";
const ALL: &str = "get_all_dynamic_info";
const ONE: &str = "get_dynamic_info";
const SWAP: &str = "SwapRuntimeApi";
const PRICE: &str = "current_alpha_price";
const PRICES: &str = "current_alpha_price_all";

/// Root's alpha is TAO.
const ROOT: (NetUid, Price) = (NetUid(0), Price::ROOT);

#[derive(DecodeAsType)]
struct DynamicInfo {
    netuid: u16,
    owner_hotkey: [u8; 32],
    owner_coldkey: [u8; 32],
    subnet_name: Vec<u8>,
    token_symbol: Vec<u8>,
    tempo: u16,
    alpha_in: u64,
    alpha_out: u64,
    tao_in: u64,
    alpha_out_emission: u64,
    alpha_in_emission: u64,
    tao_in_emission: u64,
    network_registered_at: u64,
    moving_price: Bare<i128>,
}

#[derive(DecodeAsType)]
struct SubnetPrice {
    netuid: u16,
    price: u64,
}

impl Runtime {
    /// What to ask for all subnets.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when this runtime has no such call.
    pub fn subnets_call(&self) -> Result<(String, Vec<u8>), ChainError> {
        self.typed_call(API, ALL, ())
    }

    /// The subnets in the answer to [`Self::subnets_call`], in order.
    ///
    /// # Errors
    /// As [`Self::decode_runtime_call`].
    pub fn netuids(&self, answer: &[u8]) -> Result<Vec<NetUid>, ChainError> {
        let infos = self.dynamic_infos(answer)?;
        Ok(infos.iter().map(|info| NetUid(info.netuid)).collect())
    }

    /// Reads the answer to [`Self::subnets_call`], in order of netuids; the prices come from
    /// [`Self::prices`].
    ///
    /// # Errors
    /// As [`Self::decode_runtime_call`], and [`ChainError::Decode`] when a subnet has no price: there
    /// is none to make up.
    pub fn subnets(
        &self,
        answer: &[u8],
        prices: &BTreeMap<NetUid, Price>,
    ) -> Result<Vec<Subnet>, ChainError> {
        let priced = self.dynamic_infos(answer)?.into_iter().map(|info| {
            let netuid = NetUid(info.netuid);
            let root = (netuid == ROOT.0).then_some(&ROOT.1);
            let price = prices.get(&netuid).or(root);
            let price = price.ok_or_else(|| ChainError::Decode {
                item: format!("{SWAP}.{PRICES}"),
                reason: format!("subnet {netuid} has no price"),
            })?;
            Ok(subnet(info, *price))
        });
        priced.collect()
    }

    fn dynamic_infos(&self, answer: &[u8]) -> Result<Vec<DynamicInfo>, ChainError> {
        let infos: Vec<Option<DynamicInfo>> = self.decode_runtime_call(API, ALL, answer)?;
        let mut infos: Vec<_> = infos.into_iter().flatten().collect();
        infos.sort_by_key(|info| info.netuid);
        Ok(infos)
    }

    /// What to ask for one subnet.
    ///
    /// # Errors
    /// As [`Self::subnets_call`].
    pub fn subnet_call(&self, netuid: NetUid) -> Result<(String, Vec<u8>), ChainError> {
        self.typed_call(API, ONE, (netuid.0,))
    }

    /// Reads the answer to [`Self::subnet_call`]; the price comes from [`Self::price`].
    ///
    /// # Errors
    /// [`ChainError::NoSubnet`], or as [`Self::decode_runtime_call`].
    pub fn subnet(
        &self,
        netuid: NetUid,
        answer: &[u8],
        price: Price,
    ) -> Result<Subnet, ChainError> {
        let info: Option<DynamicInfo> = self.decode_runtime_call(API, ONE, answer)?;
        let info = info.ok_or(ChainError::NoSubnet(netuid))?;
        Ok(subnet(info, price))
    }

    /// What to ask for the price of one subnet.
    ///
    /// # Errors
    /// As [`Self::subnets_call`].
    pub fn price_call(&self, netuid: NetUid) -> Result<(String, Vec<u8>), ChainError> {
        self.typed_call(SWAP, PRICE, (netuid.0,))
    }

    /// Reads the answer to [`Self::price_call`].
    ///
    /// # Errors
    /// As [`Self::decode_runtime_call`].
    pub fn price(&self, answer: &[u8]) -> Result<Price, ChainError> {
        let rao: u64 = self.decode_runtime_call(SWAP, PRICE, answer)?;
        Ok(Price::per_alpha(Rao::from_rao(rao)))
    }

    /// What to ask for all prices; `None` where they must be asked for one by one (before spec
    /// 393).
    ///
    /// # Errors
    /// As [`Self::subnets_call`].
    pub fn prices_call(&self) -> Result<Option<(String, Vec<u8>)>, ChainError> {
        let api = self.metadata().runtime_api_trait_by_name(SWAP);
        match api.and_then(|api| api.method_by_name(PRICES)) {
            Some(_) => self.typed_call(SWAP, PRICES, ()).map(Some),
            None => Ok(None),
        }
    }

    /// Reads the answer to [`Self::prices_call`].
    ///
    /// # Errors
    /// As [`Self::decode_runtime_call`].
    pub fn prices(&self, answer: &[u8]) -> Result<BTreeMap<NetUid, Price>, ChainError> {
        let prices: Vec<SubnetPrice> = self.decode_runtime_call(SWAP, PRICES, answer)?;
        let prices = prices.into_iter().map(|SubnetPrice { netuid, price }| {
            (NetUid(netuid), Price::per_alpha(Rao::from_rao(price)))
        });
        Ok(prices.collect())
    }
}

fn subnet(info: DynamicInfo, price: Price) -> Subnet {
    let netuid = NetUid(info.netuid);
    let alpha = |units| Alpha::from_base_units(netuid, units);
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Subnet {
        netuid,
        name: text(info.subnet_name),
        symbol: text(info.token_symbol),
        owner_hotkey: Hotkey::from_bytes(info.owner_hotkey),
        owner_coldkey: Coldkey::from_bytes(info.owner_coldkey),
        tempo: info.tempo,
        registered_at: BlockNumber(info.network_registered_at),
        price,
        moving_price: I96F32::from_bits(info.moving_price.0),
        tao_in: Rao::from_rao(info.tao_in),
        alpha_in: alpha(info.alpha_in),
        alpha_out: alpha(info.alpha_out),
        emission: SubnetEmission {
            tao_in: Rao::from_rao(info.tao_in_emission),
            alpha_in: alpha(info.alpha_in_emission),
            alpha_out: alpha(info.alpha_out_emission),
        },
    }
}
