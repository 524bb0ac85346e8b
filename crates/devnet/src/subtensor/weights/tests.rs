//! Each rule of `set_weights` broken alone, in the order the pallet checks them.

use axonry_core::{AccountId, MechId, NetUid};
use axonry_wallet::Keypair;

use super::{Refusal, SetWeights, set};
use crate::config::DevnetConfig;
use crate::presented::{Presented, Value};
use crate::state::State;
use crate::storage::Storage;
use crate::subtensor::{PALLET, genesis};

/// Storage items of the subnet that are other than at the start.
type Items = Vec<(&'static str, Value)>;

const NETUID: NetUid = NetUid(7);

fn key(uri: &str) -> AccountId {
    Keypair::from_uri(uri).expect("a development key").account()
}

fn call(pairs: &[(u16, u16)]) -> SetWeights {
    SetWeights {
        netuid: NETUID,
        mechanism: MechId(0),
        uids: pairs.iter().map(|pair| pair.0).collect(),
        values: pairs.iter().map(|pair| pair.1).collect(),
        version_key: 0,
    }
}

/// Sets weights in block 50, on a subnet with a validator (uid 0) and three miners.
fn outcome(
    items: &[(&str, Value)],
    signer: &str,
    call: &SetWeights,
) -> Result<Vec<(u16, u16)>, Refusal> {
    let presented = Presented::own();
    let config = DevnetConfig {
        netuid: NETUID,
        ..DevnetConfig::default_subnet(3)
    };
    let state = State::default();
    let mut storage = Storage::new(&presented, &state, 0);
    genesis::write(&mut storage, &config).expect("our own runtime");
    for (item, value) in items {
        let keys: &[Value] = match *item {
            "StakeThreshold" => &[],
            _ => &[call.netuid.0.into()],
        };
        storage
            .write(PALLET, item, keys, value.clone())
            .expect("declared");
    }
    set(&mut storage, key(signer), call, 50)?;
    let keys = [call.index().0.into(), 0_u16.into()];
    let stored = storage.read(PALLET, "Weights", &keys);
    Ok(stored.expect("readable").expect("stored"))
}

#[test]
fn every_rule_has_its_error() {
    let good = || call(&[(1, 65_535), (2, 5)]);
    let updated = |last: u64| vec![("LastUpdate", vec![last, 0, 0, 0].into())];
    let rows: [(&str, Items, &str, SetWeights); 17] = [
        (
            "CommitRevealEnabled",
            vec![("CommitRevealWeightsEnabled", true.into())],
            "//Alice",
            good(),
        ),
        (
            "CanNotSetRootNetworkWeights",
            vec![("CommitRevealWeightsEnabled", false.into())],
            "//Alice",
            SetWeights {
                netuid: NetUid(0),
                ..good()
            },
        ),
        (
            "WeightVecNotEqualSize",
            vec![],
            "//Alice",
            SetWeights {
                values: vec![1],
                ..good()
            },
        ),
        (
            "MechanismDoesNotExist",
            vec![],
            "//Alice",
            SetWeights {
                mechanism: MechId(1),
                ..good()
            },
        ),
        (
            "UidsLengthExceedUidsInSubNet",
            vec![],
            "//Alice",
            call(&[(0, 1), (1, 1), (2, 1), (3, 1), (3, 1)]),
        ),
        ("HotKeyNotRegisteredInSubNet", vec![], "//Bob", good()),
        (
            "NotEnoughStakeToSetWeights",
            vec![("StakeThreshold", 100_000_000_000_001_u64.into())],
            "//Alice",
            good(),
        ),
        (
            "IncorrectWeightVersionKey",
            vec![("WeightsVersionKey", 1_u64.into())],
            "//Alice",
            good(),
        ),
        (
            "SettingWeightsTooFast",
            [updated(41), vec![("WeightsSetRateLimit", 10_u64.into())]].concat(),
            "//Alice",
            good(),
        ),
        ("NeuronNoValidatorPermit", vec![], "//Miner//0", good()),
        ("DuplicateUids", vec![], "//Alice", call(&[(1, 1), (1, 1)])),
        (
            "UidVecContainInvalidOne",
            vec![],
            "//Alice",
            call(&[(1, 1), (4, 1)]),
        ),
        (
            "WeightVecLengthIsLow",
            vec![("MinAllowedWeights", 3_u16.into())],
            "//Alice",
            good(),
        ),
        (
            "MaxWeightExceeded",
            vec![("MaxWeightsLimit", 32_767_u16.into())],
            "//Alice",
            good(),
        ),
        // Two rules broken at once: the earlier one is told.
        (
            "WeightVecNotEqualSize",
            vec![],
            "//Bob",
            SetWeights {
                values: vec![],
                ..good()
            },
        ),
        (
            "DuplicateUids",
            vec![("MinAllowedWeights", 4_u16.into())],
            "//Alice",
            call(&[(9, 1), (9, 1)]),
        ),
        (
            "WeightVecLengthIsLow",
            vec![("MinAllowedWeights", 1_024_u16.into())],
            "//Alice",
            good(),
        ),
    ];
    for (error, items, signer, call) in rows {
        match outcome(&items, signer, &call) {
            Err(Refusal::Pallet(name, _)) => assert_eq!(name, error, "{call:?}"),
            other => panic!("{error} is expected for {call:?}, not {other:?}"),
        }
    }
}

#[test]
fn what_the_rules_allow_is_stored_scaled() {
    let limit = |limit: u64| ("WeightsSetRateLimit", limit.into());
    let rows = [
        (
            "order is kept, zeros count and stay",
            vec![("MinAllowedWeights", 3_u16.into())],
            call(&[(2, 1), (1, 2), (3, 0)]),
            vec![(2, 32_768), (1, 65_535), (3, 0)],
        ),
        (
            "a subnet of four asks for four at most",
            vec![("MinAllowedWeights", 1_024_u16.into())],
            call(&[(0, 1), (1, 1), (2, 1), (3, 1)]),
            vec![(0, 65_535), (1, 65_535), (2, 65_535), (3, 65_535)],
        ),
        (
            "a weight on oneself needs no permit, no length and no limit",
            vec![
                ("MinAllowedWeights", 3_u16.into()),
                ("MaxWeightsLimit", 1_u16.into()),
                ("ValidatorPermit", vec![false; 4].into()),
            ],
            call(&[(0, 9)]),
            vec![(0, 65_535)],
        ),
        (
            "the last update lies as far back as the limit",
            vec![("LastUpdate", vec![40_u64, 0, 0, 0].into()), limit(10)],
            call(&[(1, 1)]),
            vec![(1, 65_535)],
        ),
        (
            "an update in block 0 is none",
            vec![limit(1_000)],
            call(&[(1, 1)]),
            vec![(1, 65_535)],
        ),
        (
            "the owner needs neither permit nor stake",
            vec![
                ("SubnetOwnerHotkey", key("//Alice").into()),
                ("StakeThreshold", u64::MAX.into()),
                ("ValidatorPermit", vec![false; 4].into()),
            ],
            call(&[(1, 1), (2, 1)]),
            vec![(1, 65_535), (2, 65_535)],
        ),
    ];
    for (why, items, call, stored) in rows {
        assert_eq!(outcome(&items, "//Alice", &call), Ok(stored), "{why}");
    }
}
