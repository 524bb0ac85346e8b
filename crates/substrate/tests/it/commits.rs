use axonry_chain::{Call, HashCommit, TimelockedCommit};
use axonry_core::{BlockNumber, Hotkey, MechId, NetUid, Uid, Weights};
use parity_scale_codec::Encode;

use crate::recorded::runtimes;

#[test]
fn commits_and_reveals_are_encoded_as_the_chain_reads_them() {
    let weights = Weights::new(vec![(Uid(1), 65_535), (Uid(2), 7)]).unwrap();
    let plain =
        |call: fn(MechId, Weights) -> Call, mechanism| call(MechId(mechanism), weights.clone());
    let commit: fn(MechId, Weights) -> Call = |mechanism, _| Call::CommitWeights {
        netuid: NetUid(1),
        mechanism,
        hash: [0xab; 32],
    };
    let reveal: fn(MechId, Weights) -> Call = |mechanism, weights| Call::RevealWeights {
        netuid: NetUid(1),
        mechanism,
        weights,
        salt: vec![9],
        version_key: 3,
    };
    let timelocked: fn(MechId, Weights) -> Call = |mechanism, _| Call::CommitTimelockedWeights {
        netuid: NetUid(1),
        mechanism,
        sealed: vec![1, 2, 3],
        reveal_round: 1000,
        version: 4,
    };
    let vector = (vec![1_u16, 2], vec![65_535_u16, 7], vec![9_u16], 3_u64).encode();
    let sealed = (vec![1_u8, 2, 3], 1000_u64, 4_u16).encode();
    let rows: [(_, u8, u8, &[u8]); 6] = [
        (commit, 0, 96, &[0xab; 32]),
        (commit, 1, 115, &[0xab; 32]),
        (reveal, 0, 97, &vector),
        (reveal, 1, 116, &vector),
        (timelocked, 0, 113, &sealed),
        (timelocked, 1, 118, &sealed),
    ];
    for (spec, runtime) in runtimes([365, 393]) {
        for (call, mechanism, index, arguments) in rows {
            let mut expected = vec![7, index, 1, 0];
            expected.extend((mechanism > 0).then_some(mechanism));
            expected.extend(arguments);
            let data = runtime.call_data(&plain(call, mechanism)).unwrap();
            assert_eq!(data, expected, "spec {spec}, call {index}");
        }
    }
}

#[test]
fn stored_commits_are_read() {
    let hotkey = Hotkey::from_bytes([3; 32]);
    for (spec, runtime) in runtimes([365, 393]) {
        let key = runtime
            .hash_commits_key(NetUid(1), MechId(0), hotkey)
            .unwrap();
        assert!(key.ends_with(&[3; 32]), "spec {spec}");
        assert_eq!(runtime.hash_commits(None).unwrap(), [], "spec {spec}");
        let stored = vec![([5_u8; 32], 33_u64, 37_u64, 46_u64)].encode();
        let commit = HashCommit {
            hash: [5; 32],
            block: BlockNumber(33),
            epoch: None,
        };
        assert_eq!(runtime.hash_commits(Some(&stored)).unwrap(), [commit]);

        let key = runtime
            .timelocked_commits_key(NetUid(1), MechId(0), 7)
            .unwrap();
        assert!(key.ends_with(&7_u64.to_le_bytes()), "spec {spec}");
        assert_eq!(runtime.timelocked_commits(None).unwrap(), []);
        let stored = vec![([3_u8; 32], 33_u64, vec![1_u8, 2], 1000_u64)].encode();
        let commit = TimelockedCommit {
            hotkey,
            block: BlockNumber(33),
            sealed: vec![1, 2],
            reveal_round: 1000,
        };
        assert_eq!(runtime.timelocked_commits(Some(&stored)).unwrap(), [commit]);
        let cut = runtime.timelocked_commits(Some(&stored[..stored.len() - 1]));
        assert!(cut.is_err(), "spec {spec}");
    }
}
