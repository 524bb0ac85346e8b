//! How long a vector takes on its way to the chain.
//!
//! Claims: conforming and quantising 256 scores takes at most 0.03 ms and 4096 at most 0.5 ms. Sealing
//! a vector of 256 takes at most 2.7 ms, nearly all of it two pairings: one to seal, one to open again
//! before it is given out.

use axonry_core::{Hotkey, MechId, NetUid, NetUidStorageIndex, Uid};
use axonry_weights::{CommitPreimage, ConformRules, Shape, Vector, conform, pipeline};

fn main() {
    divan::main();
}

/// Scores without pattern, the same in every run.
fn scores(count: u16) -> Vec<f64> {
    (0..count)
        .map(|uid| f64::from(uid.wrapping_mul(40_503) | 1) / 65_536.0)
        .collect()
}

#[divan::bench(args = [256, 4096])]
fn conform_and_quantise(bencher: divan::Bencher<'_, '_>, count: u16) {
    let uids: Vec<Uid> = (0..count).map(Uid).collect();
    let scores = scores(count);
    let rules = ConformRules {
        min_allowed_weights: 8,
        max_weights_limit: 6_554,
        own_uid: None,
    };
    bencher.bench(|| conform(&uids, &scores, rules).expect("they conform"));
}

#[divan::bench(args = [256, 4096])]
fn pipeline_of_subnet_74(bencher: divan::Bencher<'_, '_>, count: u16) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "single precision is wanted"
    )]
    let scores = Vector::F32(
        scores(count)
            .into_iter()
            .map(|score| score as f32)
            .collect(),
    );
    let shape = Shape {
        num_neurons: count,
        min_allowed_weights: 8,
        max_weight_limit: 0.1,
        exclude_quantile: 0,
    };
    bencher.bench(|| pipeline(&scores, shape).expect("they conform"));
}

fn preimage() -> CommitPreimage {
    CommitPreimage {
        hotkey: Hotkey::from_bytes([7; 32]),
        index: NetUidStorageIndex::new(NetUid(74), MechId(0)),
        weights: (0..256).map(|uid| (Uid(uid), uid | 1)).collect(),
        salt: vec![1; 8],
        version_key: 7,
    }
}

#[divan::bench]
fn hash_commit_of_256(bencher: divan::Bencher<'_, '_>) {
    let preimage = preimage();
    bencher.bench(|| preimage.hash());
}

#[cfg(feature = "timelock")]
#[divan::bench]
fn timelocked_commit_of_256(bencher: divan::Bencher<'_, '_>) {
    let preimage = preimage();
    let key = axonry_weights::DrandNetwork::QUICKNET.public_key;
    bencher.bench(|| {
        axonry_weights::timelock::seal(&preimage.timelock_payload(), 30_000_000, &key)
            .expect("it seals")
    });
}
