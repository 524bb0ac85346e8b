//! One of each call that is not made each epoch, to try.

use std::net::{Ipv4Addr, SocketAddr};

use axonry_chain::{BatchMode, Call, CommitmentField, Existence, PriceLimit, RateLimit};
use axonry_core::{AccountId, Alpha, ExchangeRate, NetUid, Price, Rao};

use super::Feature;
use super::ledger::{COLDKEY, HOTKEY, NETUID};

/// One of each call, and what it is for.
pub(super) fn calls() -> Vec<(Feature, Call)> {
    let amount = Alpha::from_base_units(NETUID, 1);
    let price = Price::per_alpha(Rao::from_rao(1));
    let limit = Some(PriceLimit {
        price,
        allow_partial: false,
    });
    let rate = Some(RateLimit {
        rate: ExchangeRate::from_billionths(1),
        allow_partial: false,
    });
    let (to, hotkey) = (AccountId::from_bytes([3; 32]), HOTKEY);
    let mut calls = vec![
        (
            Feature::Serving,
            Call::ServeAxon {
                netuid: NETUID,
                address: SocketAddr::from((Ipv4Addr::new(1, 2, 3, 4), 1)),
                version: 1,
                protocol: 4,
            },
        ),
        (
            Feature::Commitments,
            Call::SetCommitment {
                netuid: NETUID,
                fields: vec![CommitmentField::Raw(vec![1])],
            },
        ),
        (
            Feature::Registration,
            Call::BurnedRegister {
                netuid: NETUID,
                hotkey,
            },
        ),
    ];
    for existence in [Existence::KeepAlive, Existence::AllowDeath] {
        let amount = Rao::from_rao(1);
        let call = Call::Transfer {
            to,
            amount,
            existence,
        };
        calls.push((Feature::Balances, call));
    }
    let existence = Existence::KeepAlive;
    calls.push((Feature::Balances, Call::TransferAll { to, existence }));
    for limit in [None, limit] {
        let (netuid, spent) = (NETUID, Rao::from_rao(1));
        let add = Call::AddStake {
            hotkey,
            netuid,
            amount: spent,
            limit,
        };
        let remove = Call::RemoveStake {
            hotkey,
            amount,
            limit,
        };
        calls.extend([add, remove].map(|call| (Feature::Staking, call)));
    }
    for limit in [None, rate] {
        let to = NetUid(2);
        let swap = Call::SwapStake {
            hotkey,
            amount,
            to,
            limit,
        };
        calls.push((Feature::Staking, swap));
    }
    let staking = [
        Call::RemoveStakeFull {
            hotkey,
            netuid: NETUID,
            limit: Some(price),
        },
        Call::UnstakeAll { hotkey },
        Call::UnstakeAllAlpha { hotkey },
        Call::MoveStake {
            origin: hotkey,
            destination: hotkey,
            amount,
            to: NetUid(2),
        },
        Call::TransferStake {
            destination: COLDKEY,
            hotkey,
            amount,
            to: NetUid(2),
        },
    ];
    calls.extend(staking.map(|call| (Feature::Staking, call)));
    let modes = [
        BatchMode::UntilFailure,
        BatchMode::AllOrNothing,
        BatchMode::Force,
    ];
    let batches = modes.map(|mode| Call::Batch {
        calls: Vec::new(),
        mode,
    });
    calls.extend(batches.map(|call| (Feature::Batches, call)));
    calls
}
