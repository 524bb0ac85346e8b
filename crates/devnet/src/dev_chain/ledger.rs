//! What the chain knows beyond the loop of a validator.

use std::collections::BTreeMap;

use async_trait::async_trait;
use axonry_chain::{
    AxonInfo, Balance, Call, ChainError, Column, Columns, Commitment, Ledger, Purchase,
    Registration, Sale, SignedExtrinsic, Stake, Subnet, SubnetEmission, Validity,
};
use axonry_core::{
    AccountId, Alpha, Block, BlockHash, BlockNumber, Coldkey, Hotkey, I96F32, NetUid, Price, Rao,
    Uid,
};

use super::{DevChain, columns, encoded, incompatible, no_state};
use crate::api;
use crate::extrinsic::{Era, Terms, length};
use crate::presented::PresentedError;
use crate::storage::Storage;
use crate::subtensor::hyperparameters::{exists, of_subnet, subnets};
use crate::subtensor::pools::{self, Side, Swap};
use crate::subtensor::{neurons, stake};
use crate::{account, balances, commitments, fees};

impl DevChain {
    /// Reads something of a subnet that exists.
    fn of_subnet<T>(
        &self,
        netuid: NetUid,
        at: BlockHash,
        what: &str,
        read: impl FnOnce(&Storage<'_>) -> Result<T, PresentedError>,
    ) -> Result<T, ChainError> {
        let value = self.read(at, what, |storage, _| {
            exists(storage, netuid)?.then(|| read(storage)).transpose()
        })?;
        value.ok_or(ChainError::NoSubnet(netuid))
    }

    /// A swap as it would come out.
    fn simulated(
        &self,
        netuid: NetUid,
        side: Side,
        amount: u64,
        at: BlockHash,
    ) -> Result<Option<Swap>, ChainError> {
        self.read(at, "a simulated swap", |storage, _| {
            if !exists(storage, netuid)? {
                return Ok(None);
            }
            let pool = pools::read(storage, netuid)?;
            Ok(pool.simulate(side, amount).map(|(swap, _)| swap))
        })
    }
}

fn subnet(storage: &Storage<'_>, netuid: NetUid) -> Result<Subnet, PresentedError> {
    let pool = pools::read(storage, netuid)?;
    let account = |item| of_subnet(storage, item, netuid, [0; 32]);
    let symbol: Vec<u8> = of_subnet(storage, "TokenSymbol", netuid, Vec::new())?;
    let out: u64 = of_subnet(storage, "SubnetAlphaOut", netuid, 0)?;
    let emission = |item| of_subnet(storage, item, netuid, 0_u64);
    Ok(Subnet {
        netuid,
        // Nobody can name a subnet here.
        name: String::new(),
        symbol: String::from_utf8_lossy(&symbol).into_owned(),
        owner_hotkey: Hotkey::from_bytes(account("SubnetOwnerHotkey")?),
        owner_coldkey: Coldkey::from_bytes(account("SubnetOwner")?),
        tempo: of_subnet(storage, "Tempo", netuid, 360)?,
        registered_at: BlockNumber(of_subnet(storage, "NetworkRegisteredAt", netuid, 0)?),
        price: Price::per_alpha(Rao::from_rao(pool.price())),
        moving_price: I96F32::from_bits(pool.moving_price().cast_signed()),
        tao_in: Rao::from_rao(pool.tao),
        alpha_in: Alpha::from_base_units(netuid, pool.alpha),
        alpha_out: Alpha::from_base_units(netuid, out),
        emission: SubnetEmission {
            tao_in: Rao::from_rao(emission("SubnetTaoInEmission")?),
            alpha_in: Alpha::from_base_units(netuid, emission("SubnetAlphaInEmission")?),
            alpha_out: Alpha::from_base_units(netuid, emission("SubnetAlphaOutEmission")?),
        },
    })
}

#[async_trait]
impl Ledger for DevChain {
    async fn balance(&self, account: AccountId, at: BlockHash) -> Result<Balance, ChainError> {
        let account = self.read(at, "System.Account", |storage, _| {
            account::read(storage, account)
        })?;
        Ok(Balance {
            free: Rao::from_rao(account.data.free),
            reserved: Rao::from_rao(account.data.reserved),
            frozen: Rao::from_rao(account.data.frozen),
        })
    }

    async fn existential_deposit(&self, at: BlockHash) -> Result<Rao, ChainError> {
        self.read(at, "Balances.ExistentialDeposit", |storage, _| {
            balances::existential_deposit(storage).map(Rao::from_rao)
        })
    }

    async fn stake(
        &self,
        hotkey: Hotkey,
        coldkey: Coldkey,
        netuid: NetUid,
        at: BlockHash,
    ) -> Result<Alpha, ChainError> {
        let (hotkey, coldkey) = (hotkey.account(), coldkey.account());
        let alpha = self.read(at, "SubtensorModule.Alpha", |storage, _| {
            stake::of_coldkey(storage, hotkey, coldkey, netuid)
        })?;
        Ok(Alpha::from_base_units(netuid, alpha))
    }

    async fn stakes_of_coldkey(
        &self,
        coldkey: Coldkey,
        at: BlockHash,
    ) -> Result<Vec<Stake>, ChainError> {
        self.read(at, "the stakes of a coldkey", |storage, _| {
            let mut positions = api::positions(storage, coldkey.account())?;
            positions.sort_unstable();
            let stake = |(netuid, hotkey, alpha): (NetUid, AccountId, u64)| {
                Ok(Stake {
                    hotkey: Hotkey::from(hotkey),
                    coldkey,
                    amount: Alpha::from_base_units(netuid, alpha),
                    is_registered: neurons::uid_of(storage, netuid, hotkey)?.is_some(),
                })
            };
            positions.into_iter().map(stake).collect()
        })
    }

    async fn stakes_on_hotkey(
        &self,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Vec<Alpha>, ChainError> {
        self.read(at, "SubtensorModule.TotalHotkeyAlpha", |storage, _| {
            let mut stakes = Vec::new();
            for netuid in subnets(storage)? {
                let alpha = stake::alpha(storage, hotkey.account(), netuid)?;
                if alpha > 0 {
                    stakes.push(Alpha::from_base_units(netuid, alpha));
                }
            }
            Ok(stakes)
        })
    }

    async fn subnets(&self, at: BlockHash) -> Result<Vec<Subnet>, ChainError> {
        self.read(at, "the subnets", |storage, _| {
            let netuids = subnets(storage)?.into_iter();
            netuids.map(|netuid| subnet(storage, netuid)).collect()
        })
    }

    async fn subnet(&self, netuid: NetUid, at: BlockHash) -> Result<Subnet, ChainError> {
        self.of_subnet(netuid, at, "the subnet", |storage| subnet(storage, netuid))
    }

    async fn price(&self, netuid: NetUid, at: BlockHash) -> Result<Price, ChainError> {
        self.of_subnet(netuid, at, "the subnet's pool", |storage| {
            let price = pools::read(storage, netuid)?.price();
            Ok(Price::per_alpha(Rao::from_rao(price)))
        })
    }

    async fn simulate_purchase(
        &self,
        netuid: NetUid,
        paid: Rao,
        at: BlockHash,
    ) -> Result<Option<Purchase>, ChainError> {
        let simulated = self.simulated(netuid, Side::Buy, paid.rao(), at)?;
        Ok(simulated.map(|swap| Purchase {
            paid,
            fee: Rao::from_rao(swap.fee),
            received: Alpha::from_base_units(netuid, swap.paid_out),
        }))
    }

    async fn simulate_sale(&self, given: Alpha, at: BlockHash) -> Result<Option<Sale>, ChainError> {
        let netuid = given.netuid();
        let simulated = self.simulated(netuid, Side::Sell, given.base_units(), at)?;
        Ok(simulated.map(|swap| Sale {
            given,
            fee: Alpha::from_base_units(netuid, swap.fee),
            received: Rao::from_rao(swap.paid_out),
        }))
    }

    async fn commitment(
        &self,
        netuid: NetUid,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Option<Commitment>, ChainError> {
        self.read(at, "Commitments.CommitmentOf", |storage, _| {
            commitments::read(storage, netuid, hotkey.account())
        })
    }

    async fn commitments(
        &self,
        netuid: NetUid,
        at: BlockHash,
    ) -> Result<BTreeMap<Hotkey, Commitment>, ChainError> {
        let said = self.read(at, "Commitments.CommitmentOf", |storage, _| {
            commitments::of_subnet(storage, netuid)
        })?;
        let by_hotkey = said.into_iter().map(|(id, said)| (Hotkey::from(id), said));
        Ok(by_hotkey.collect())
    }

    async fn axon(
        &self,
        netuid: NetUid,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Option<AxonInfo>, ChainError> {
        let axon = self.read(at, "SubtensorModule.Axons", |storage, _| {
            neurons::axon(storage, netuid, hotkey.account())
        })?;
        Ok(axon.and_then(|axon| axon.info()))
    }

    async fn uid_of(
        &self,
        netuid: NetUid,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Option<Uid>, ChainError> {
        let uid = self.read(at, "SubtensorModule.Uids", |storage, _| {
            neurons::uid_of(storage, netuid, hotkey.account())
        })?;
        Ok(uid.map(Uid))
    }

    async fn owner_of(&self, hotkey: Hotkey, at: BlockHash) -> Result<Option<Coldkey>, ChainError> {
        let owner = self.read(at, "SubtensorModule.Owner", |storage, _| {
            stake::owner(storage, hotkey.account())
        })?;
        Ok(owner.map(Coldkey::from))
    }

    async fn registration(
        &self,
        netuid: NetUid,
        at: BlockHash,
    ) -> Result<Registration, ChainError> {
        self.of_subnet(netuid, at, "the subnet's registration", |storage| {
            let owner = of_subnet(storage, "SubnetOwner", netuid, [0; 32])?;
            Ok(Registration {
                netuid,
                allowed: of_subnet(storage, "NetworkRegistrationAllowed", netuid, true)?,
                burn: Rao::from_rao(of_subnet(storage, "Burn", netuid, 0)?),
                neurons: neurons::count(storage, netuid)?,
                max_allowed_uids: of_subnet(storage, "MaxAllowedUids", netuid, 256)?,
                owner: Coldkey::from_bytes(owner),
            })
        })
    }

    async fn columns(
        &self,
        netuid: NetUid,
        wanted: &[Column],
        at: BlockHash,
    ) -> Result<Columns, ChainError> {
        self.of_subnet(netuid, at, "the metagraph's columns", |storage| {
            let mut read = Columns::none(netuid);
            let neurons = neurons::read(storage, netuid)?;
            for column in wanted {
                columns::fill(storage, &neurons, *column, &mut read)?;
            }
            Ok(read)
        })
    }

    async fn fee(&self, call: &Call, account: AccountId, at: Block) -> Result<Rao, ChainError> {
        let presented = &*self.node.runtime(Some(at.hash)).map_err(no_state)?;
        let data = encoded(presented, call)?;
        let failed = |error| incompatible("the extrinsic", error);
        let parsed = presented.call(&data).map_err(|reason| ChainError::Decode {
            item: "the call".to_owned(),
            reason,
        })?;
        if !fees::pays(presented, &parsed) {
            return Ok(Rao::ZERO);
        }
        let nonce = self.read(at.hash, "System.Account", |storage, _| {
            account::read(storage, account)
        })?;
        let terms = Terms {
            nonce: nonce.nonce.into(),
            tip: 0,
            era: Era::mortal(64, at.number.0),
            genesis: [0; 32],
            birth: [0; 32],
        };
        let length = length(presented, &data, account, &terms).map_err(failed)?;
        Ok(Rao::from_rao(fees::fee(length as u64)))
    }

    async fn validate(
        &self,
        extrinsic: &SignedExtrinsic,
        at: BlockHash,
    ) -> Result<Validity, ChainError> {
        let checked = self.node.validate(&extrinsic.bytes, Some(at));
        let (checked, number) = checked.map_err(no_state)?;
        Ok(match checked {
            Ok(valid) => Validity::Valid {
                priority: valid.priority,
                longevity: valid.valid_until.saturating_sub(number),
                waits: valid.nonce > valid.account_nonce,
            },
            Err(refusal) => Validity::Refused(refusal.rejection()),
        })
    }
}
