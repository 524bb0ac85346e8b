//! Each rule of commit and reveal broken alone.

use axonry_core::{MechId, NetUid};
use axonry_wallet::Keypair;
use parity_scale_codec::Encode;

use super::super::call::{CommitTimelocked, Place, WeightsCall};
use super::super::{Refusal, run};
use crate::block::blake2_256;
use crate::config::DevnetConfig;
use crate::presented::{Presented, Value};
use crate::state::State;
use crate::storage::Storage;
use crate::subtensor::{PALLET, genesis, neurons};

const PLACE: Place = Place {
    netuid: NetUid(7),
    mechanism: MechId(0),
};
const SALT: [u16; 2] = [1, 2];

/// A subnet with commit-reveal, a validator (uid 0) and three miners, and no rate limit.
fn with_subnet(test: impl FnOnce(&mut Storage<'_>)) {
    let presented = Presented::own();
    let config = DevnetConfig {
        netuid: PLACE.netuid,
        ..DevnetConfig::default_subnet(3)
    };
    let state = State::default();
    let mut storage = Storage::new(&presented, &state, 0);
    genesis::write(&mut storage, &config).expect("our own runtime");
    put(&mut storage, "CommitRevealWeightsEnabled", true);
    put(&mut storage, "WeightsSetRateLimit", 0_u64);
    test(&mut storage);
}

fn put(storage: &mut Storage<'_>, item: &str, value: impl Into<Value>) {
    let keys = [PLACE.netuid.0.into()];
    storage.write(PALLET, item, &keys, value).expect("declared");
}

/// What a call of the validator's in block `number` fails with, empty for success.
fn error(storage: &mut Storage<'_>, call: &WeightsCall, number: u64) -> &'static str {
    let alice = Keypair::from_uri("//Alice").expect("a development key");
    match run(storage, alice.account(), call, number) {
        Ok(_) => "",
        Err(Refusal::Pallet(name, _)) => name,
        Err(other) => panic!("{other:?}"),
    }
}

fn commit(salt: [u16; 2]) -> WeightsCall {
    let alice = Keypair::from_uri("//Alice").expect("a development key");
    let (uids, values) = (vec![1_u16, 2], vec![65_535_u16, 5]);
    let index = PLACE.index().0;
    let content = (
        alice.account().to_bytes(),
        index,
        uids,
        values,
        salt.to_vec(),
        0_u64,
    );
    let hash = blake2_256(&content.encode());
    WeightsCall::Commit { index: PLACE, hash }
}

fn reveal(salt: [u16; 2]) -> WeightsCall {
    WeightsCall::Reveal {
        vector: PLACE.vector(vec![1, 2], vec![65_535, 5], 0),
        salt: salt.to_vec(),
    }
}

fn timelocked(version: u16) -> WeightsCall {
    WeightsCall::CommitTimelocked(CommitTimelocked {
        place: PLACE,
        sealed: vec![1, 2, 3],
        reveal_round: 1_000,
        version,
    })
}

#[test]
fn a_hash_is_revealed_in_its_epoch_and_in_no_other() {
    with_subnet(|storage| {
        assert_eq!(error(storage, &reveal(SALT), 5), "NoWeightsCommitFound");
        assert_eq!(error(storage, &commit(SALT), 5), "");
        let updates: Vec<u64> = neurons::by_uid(storage, "LastUpdate", 7).expect("a list");
        assert_eq!(updates[0], 5, "a commit counts as an update");
        assert_eq!(error(storage, &reveal(SALT), 6), "RevealTooEarly");
        let other = error(storage, &reveal([9, 9]), 6);
        assert_eq!(other, "InvalidRevealCommitHashNotMatch");

        put(storage, "SubnetEpochIndex", 2_u64);
        assert_eq!(error(storage, &reveal(SALT), 45), "ExpiredWeightCommit");
        put(storage, "SubnetEpochIndex", 1_u64);
        assert_eq!(error(storage, &reveal(SALT), 25), "");
        let weights = neurons::weights(storage, PLACE.index(), 0).expect("a list");
        assert_eq!(weights, [(1, 65_535), (2, 5)]);
        assert_eq!(error(storage, &reveal(SALT), 26), "NoWeightsCommitFound");
    });
}

#[test]
fn a_reveal_drops_older_commits_and_ten_may_wait() {
    with_subnet(|storage| {
        for number in 0..10 {
            assert_eq!(error(storage, &commit([number, 0]), 5), "", "{number}");
        }
        assert_eq!(
            error(storage, &commit([10, 0]), 5),
            "TooManyUnrevealedCommits"
        );
        put(storage, "SubnetEpochIndex", 1_u64);
        assert_eq!(error(storage, &reveal([3, 0]), 25), "");
        let older = error(storage, &reveal([2, 0]), 25);
        assert_eq!(older, "InvalidRevealCommitHashNotMatch");
        assert_eq!(error(storage, &reveal([4, 0]), 25), "");
    });
}

#[test]
fn what_a_subnet_does_not_take_is_refused() {
    with_subnet(|storage| {
        assert_eq!(
            error(storage, &timelocked(3), 5),
            "IncorrectCommitRevealVersion"
        );
        assert_eq!(error(storage, &timelocked(4), 5), "");
        put(storage, "WeightsSetRateLimit", 10_u64);
        for call in [timelocked(4), commit(SALT)] {
            assert_eq!(error(storage, &call, 14), "CommittingWeightsTooFast");
        }
        put(storage, "CommitRevealWeightsEnabled", false);
        for call in [timelocked(4), commit(SALT), reveal(SALT)] {
            assert_eq!(error(storage, &call, 50), "CommitRevealDisabled");
        }
    });
}
