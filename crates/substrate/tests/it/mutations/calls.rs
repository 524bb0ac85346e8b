//! Calls whose arguments an upgrade may move about.

use axonry_chain::{BatchMode, Call, CommitmentField, Existence, PriceLimit, RateLimit};
use axonry_core::{AccountId, Alpha, ExchangeRate, MechId, NetUid, Price, Rao, Uid, Weights};

use super::ledger::{COLDKEY, HOTKEY};
use super::{Expected, SN, Trial, Upgrade};

/// Every call that is made.
pub(super) fn all() -> Vec<Call> {
    let netuid = SN;
    let mechanism = MechId(0);
    let weights = || Weights::new(vec![(Uid(1), 3), (Uid(4), u16::MAX)]).unwrap();
    let mut all = vec![
        Call::SetWeights {
            netuid,
            mechanism,
            weights: weights(),
            version_key: 9,
        },
        Call::CommitWeights {
            netuid,
            mechanism,
            hash: [7; 32],
        },
        Call::RevealWeights {
            netuid,
            mechanism,
            weights: weights(),
            salt: vec![1, 2],
            version_key: 9,
        },
        Call::CommitTimelockedWeights {
            netuid,
            mechanism,
            sealed: vec![1, 2, 3],
            reveal_round: 77,
            version: 4,
        },
    ];
    all.extend(seldom());
    all
}

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

/// Arguments are wrapped, renamed and added, and calls renamed.
pub(super) fn change(trial: &mut Trial) {
    for call in all() {
        let (pallet, name) = call.name();
        let pallet = trial.finney.pallet(pallet);
        let find = |upgrade: &mut Upgrade| {
            let pallet = &upgrade.metadata.pallets[pallet];
            let id = pallet.calls.as_ref().unwrap().ty.id;
            let mut found = upgrade.variants(id).iter();
            (id, found.position(|call| call.name == name).unwrap())
        };
        let (id, place) = find(&mut trial.finney);
        let count = trial.finney.variants(id)[place].fields.len();
        // All arguments of a call take the same way; of calls that are made seldom, the first and
        // the last are enough.
        let seldom = !matches!(
            call,
            Call::SetWeights { .. } | Call::CommitTimelockedWeights { .. }
        );
        let tried = |argument: &usize| !seldom || *argument == 0 || *argument + 1 == count;
        for argument in (0..count).filter(tried) {
            let what = format!("argument {argument} of {name} wrapped");
            trial.mutation(&what, Expected::Same, |upgrade| {
                let inner = upgrade.variants(id)[place].fields[argument].ty.id;
                let wrapper = upgrade.wrapped(inner);
                upgrade.variants(id)[place].fields[argument].ty = wrapper.into();
            });
            let what = format!("argument {argument} of {name} renamed");
            trial.mutation(&what, Expected::Named(name), |upgrade| {
                let fields = &mut upgrade.variants(id)[place].fields;
                fields[argument].name = Some("renamed".to_owned());
            });
            let what = format!("an argument added to {name} before {argument}");
            trial.mutation(&what, Expected::Named(name), |upgrade| {
                let fields = &mut upgrade.variants(id)[place].fields;
                let mut added = fields[0].clone();
                added.name = Some("added".to_owned());
                fields.insert(argument, added);
            });
        }
        trial.mutation(
            &format!("{name} renamed"),
            Expected::Named(name),
            |upgrade| {
                upgrade.variants(id)[place].name = "renamed".to_owned();
            },
        );
    }
}
