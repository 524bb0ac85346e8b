//! What of a price path an interval looks at.

use super::Measure;

/// From one price to another, in basis points of the former: `(to − from) / from · 10 000`.
#[inline]
pub(super) fn change(from: f64, to: f64) -> f64 {
    (to - from) / from * 10_000.0
}

/// What an interval of so many steps judges of a path: upstream's
/// `calculate_price_changes_over_intervals`.
///
/// Every `steps`-th price is taken, from the first on; what becomes of them the [`Measure`] says.
/// Nothing comes of fewer than two, nor of no steps.
///
/// ```
/// use axonry_scoring::crps::{Measure, changes};
/// let path = [100.0, 101.0, 102.0, 103.0, 110.0];
/// assert_eq!(changes(&path, 2, Measure::Price), [102.0, 110.0]);
/// assert_eq!(changes(&path, 2, Measure::FirstChange), [200.0]);
/// assert_eq!(changes(&path, 4, Measure::Change), [1_000.0]);
/// ```
pub fn changes(path: &[f64], steps: usize, measure: Measure) -> Vec<f64> {
    let pairs = columns(path.len(), steps, measure).map(|at| (path[at], path[at + steps]));
    match measure {
        Measure::Price => pairs.map(|(_, to)| to).collect(),
        _ => pairs.map(|(from, to)| change(from, to)).collect(),
    }
}

/// Where the former price of each change is, among so many points.
pub(super) fn columns(
    points: usize,
    steps: usize,
    measure: Measure,
) -> impl Iterator<Item = usize> {
    let whole = points.saturating_sub(1).checked_div(steps).unwrap_or(0);
    let count = match measure {
        Measure::FirstChange => whole.min(1),
        Measure::Change | Measure::Price => whole,
    };
    (0..count).map(move |column| column * steps)
}

/// Which run of observed numbers each belongs to, counted from 0; `None` for NaN: upstream's
/// `label_observed_blocks`.
///
/// ```
/// use axonry_scoring::crps::observed_blocks;
/// let blocks = observed_blocks(&[1.0, 2.0, f64::NAN, 4.0]);
/// assert_eq!(blocks, [Some(0), Some(0), None, Some(1)]);
/// ```
pub fn observed_blocks(values: &[f64]) -> Vec<Option<usize>> {
    let (mut runs, mut running) = (0, false);
    let block = |value: &f64| {
        if value.is_nan() {
            running = false;
            return None;
        }
        runs += usize::from(!running);
        running = true;
        Some(runs - 1)
    };
    values.iter().map(block).collect()
}
