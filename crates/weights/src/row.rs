//! The way back: from what the chain stores to rows by uid.

use axonry_core::Uid;

use crate::element::pairwise_sum;

/// One validator's weights as shares by uid: `row[uid] = value / Σ values`, in `f32`.
///
/// Uids beyond `neurons` are left out; of a uid that stands twice the later value counts.
///
/// Bit-identical to `opentensor/bittensor` 10.2, `bittensor/utils/weight_utils.py`,
/// `convert_weight_uids_and_vals_to_tensor`.
pub fn weights_row(neurons: u16, stored: &[(Uid, u16)]) -> Vec<f32> {
    let mut row = vec![0.0; usize::from(neurons)];
    for &(uid, value) in stored {
        if let Some(slot) = row.get_mut(usize::from(uid.0)) {
            *slot = f32::from(value);
        }
    }
    let sum = pairwise_sum(&row);
    if sum > 0.0 {
        row.iter_mut().for_each(|value| *value /= sum);
    }
    row
}

/// One validator's bonds by uid, as stored: nothing is scaled.
///
/// `opentensor/bittensor` 10.2, `bittensor/utils/weight_utils.py`,
/// `convert_bond_uids_and_vals_to_tensor`.
pub fn bonds_row(neurons: u16, stored: &[(Uid, u16)]) -> Vec<u16> {
    let mut row = vec![0; usize::from(neurons)];
    for &(uid, value) in stored {
        if let Some(slot) = row.get_mut(usize::from(uid.0)) {
            *slot = value;
        }
    }
    row
}
