//! Calls whose arguments an upgrade may move about.

use axonry_chain::{BatchMode, Call, CommitmentField, Existence, PriceLimit, RateLimit};
use axonry_core::{AccountId, Alpha, ExchangeRate, NetUid, Price, Rao};

use super::SN;
use super::ledger::{COLDKEY, HOTKEY};

/// One of each call that is not made each epoch.
pub(super) fn seldom() -> Vec<Call> {
    let (hotkey, to, netuid) = (HOTKEY, NetUid(2), SN);
    let amount = Alpha::from_base_units(SN, 77);
    let price = Price::per_alpha(Rao::from_rao(5));
    let limit = Some(PriceLimit {
        price,
        allow_partial: true,
    });
    let rate = Some(RateLimit {
        rate: ExchangeRate::from_billionths(6),
        allow_partial: true,
    });
    let (taker, spent) = (AccountId::from_bytes([3; 32]), Rao::from_rao(9));
    let transfer = |existence| Call::Transfer {
        to: taker,
        amount: spent,
        existence,
    };
    let add = |limit| Call::AddStake {
        hotkey,
        netuid,
        amount: spent,
        limit,
    };
    let remove = |limit| Call::RemoveStake {
        hotkey,
        amount,
        limit,
    };
    let swap = |limit| Call::SwapStake {
        hotkey,
        amount,
        to,
        limit,
    };
    let batch = |mode| Call::Batch {
        calls: Vec::new(),
        mode,
    };
    vec![
        Call::ServeAxon {
            netuid,
            address: "1.2.3.4:5".parse().unwrap(),
            version: 6,
            protocol: 4,
        },
        Call::SetCommitment {
            netuid,
            fields: vec![
                CommitmentField::Raw(vec![1, 2, 3]),
                CommitmentField::Timelocked {
                    sealed: vec![4],
                    reveal_round: 5,
                },
            ],
        },
        Call::BurnedRegister { netuid, hotkey },
        transfer(Existence::KeepAlive),
        transfer(Existence::AllowDeath),
        Call::TransferAll {
            to: taker,
            existence: Existence::KeepAlive,
        },
        add(None),
        add(limit),
        remove(None),
        remove(limit),
        Call::RemoveStakeFull {
            hotkey,
            netuid,
            limit: Some(price),
        },
        Call::UnstakeAll { hotkey },
        Call::UnstakeAllAlpha { hotkey },
        Call::MoveStake {
            origin: hotkey,
            destination: hotkey,
            amount,
            to,
        },
        swap(None),
        swap(rate),
        Call::TransferStake {
            destination: COLDKEY,
            hotkey,
            amount,
            to,
        },
        batch(BatchMode::UntilFailure),
        batch(BatchMode::AllOrNothing),
        batch(BatchMode::Force),
    ]
}
