//! What holds for every vector, however odd.

use axonry_core::{Hotkey, MechId, NetUid, NetUidStorageIndex, Uid};
use axonry_weights::{CommitPreimage, ConformRules, conform, emit_numbers};
use parity_scale_codec::Encode;
use proptest::prelude::*;

fn any_preimage() -> impl Strategy<Value = CommitPreimage> {
    let weights = proptest::collection::vec((any::<u16>(), any::<u16>()), 0..300);
    let salt = proptest::collection::vec(any::<u16>(), 0..70);
    (any::<[u8; 32]>(), any::<u8>(), weights, salt, any::<u64>()).prop_map(
        |(hotkey, mechanism, weights, salt, version_key)| CommitPreimage {
            hotkey: Hotkey::from_bytes(hotkey),
            index: NetUidStorageIndex::new(NetUid(74), MechId(mechanism)),
            weights: weights
                .into_iter()
                .map(|(uid, value)| (Uid(uid), value))
                .collect(),
            salt,
            version_key,
        },
    )
}

proptest! {
    /// The chain hashes what the reveal brings, by its own codec.
    #[test]
    fn a9_what_is_committed_to_is_what_the_chain_makes_of_the_reveal(preimage in any_preimage()) {
        let CommitPreimage { hotkey, index, weights, salt, version_key } = &preimage;
        let uids: Vec<u16> = weights.iter().map(|(uid, _)| uid.0).collect();
        let values: Vec<u16> = weights.iter().map(|(_, value)| *value).collect();
        let revealed = (hotkey.as_bytes(), index.0, &uids, &values, salt, version_key).encode();
        let hash = blake2b_simd::Params::new().hash_length(32).hash(&revealed);
        prop_assert_eq!(&preimage.hash()[..], hash.as_bytes());
        let opened = (hotkey.as_bytes().to_vec(), uids, values, version_key).encode();
        prop_assert_eq!(preimage.timelock_payload(), opened);
    }

    /// Nobody who earned more has less, and who earned anything is there or is named by its absence.
    #[test]
    fn a15_order_is_kept_and_only_what_rounds_to_nothing_is_dropped(
        scores in proptest::collection::vec(
            prop_oneof![Just(0.0), 1e-9..1e9_f64, 0.0..1.0_f64, 1e-300..1e-200_f64], 1..300),
    ) {
        let uids: Vec<Uid> = (0..).map(Uid).take(scores.len()).collect();
        let rules = ConformRules {
            min_allowed_weights: 0,
            max_weights_limit: u16::MAX,
            own_uid: None,
        };
        let Ok(vector) = conform(&uids, &scores, rules) else {
            prop_assert!(scores.iter().all(|score| *score == 0.0), "{scores:?}");
            return Ok(());
        };
        let best = scores.iter().copied().fold(0.0, f64::max);
        let value = |uid: &Uid| vector.iter().find(|(other, _)| other == uid).map_or(0, |it| it.1);
        let values: Vec<u16> = uids.iter().map(value).collect();
        for (score, value) in scores.iter().zip(&values) {
            prop_assert!(*value > 0 || score / best < 1.0 / 65_535.0, "{score} of {best}");
            for (other, lower) in scores.iter().zip(&values) {
                prop_assert!(score <= other || value >= lower, "{score} {value}, {other} {lower}");
            }
        }
    }

    /// No bit pattern of a float becomes a weight that is not one.
    #[test]
    fn a16_not_a_number_never_becomes_a_weight(
        bits in proptest::collection::vec(any::<u64>(), 1..40),
    ) {
        let scores: Vec<f64> = bits.into_iter().map(f64::from_bits).collect();
        let uids: Vec<Uid> = (0..).map(Uid).take(scores.len()).collect();
        let sound = |score: &f64| score.is_finite() && *score >= 0.0;
        let rules = ConformRules {
            min_allowed_weights: 0,
            max_weights_limit: u16::MAX,
            own_uid: None,
        };
        for vector in [conform(&uids, &scores, rules).ok(), emit_numbers(&uids, &scores).ok()] {
            for (uid, _) in vector.unwrap_or_default() {
                prop_assert!(sound(&scores[usize::from(uid.0)]), "{uid} of {scores:?}");
            }
        }
    }
}
