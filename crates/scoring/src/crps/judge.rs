//! Whole price paths against the prices that came about.

use super::changes::{change, columns};
use super::ensemble::of_any;
use super::{Ensemble, Interval, Measure, changes, observed_blocks};

/// Columns that are taken out of paths at once: a cache line of prices.
const AT_ONCE: usize = 8;

/// What happened, ready to judge any number of ensembles of paths by: upstream's
/// `calculate_crps_for_miner`, `mode-network/synth-subnet` `synth/validator/crps_calculation.py`.
///
/// For each interval in order, every change that was observed is compared with the same change in
/// all paths by [`Ensemble::crps`]; the score is the sum. It is in basis points: changes are, and
/// of prices the score is taken as a part of the last real price. Changes on either side of a price
/// that is missing are passed over.
///
/// ```
/// use axonry_scoring::crps::{Ensemble, Interval, Judge};
///
/// let real = [100.0, 101.0, 103.02];
/// let judge = Judge::new(&real, 300, &[Interval::new("5min", 300)])?;
/// let paths = [
///     100.0, 101.0, 103.02, // what came about
///     100.0, 100.0, 100.0,
/// ];
/// let score = judge.score(&paths, &mut Ensemble::default())?;
/// assert_eq!(score.total.round(), 75.0, "a quarter of 100 and of 200 basis points");
/// # Ok::<(), axonry_scoring::crps::CrpsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Judge {
    points: usize,
    intervals: Vec<Judged>,
}

/// One interval, and what was observed in it.
#[derive(Clone, Debug)]
struct Judged {
    name: String,
    steps: usize,
    measure: Measure,
    /// Multiplies the score of a price.
    last: f64,
    increments: Vec<Observed>,
}

/// One change that was observed.
#[derive(Clone, Copy, Debug)]
struct Observed {
    /// Where its former price is.
    at: usize,
    change: f64,
    block: usize,
}

/// Why paths have no score.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CrpsError {
    /// From a price of zero no change can be told.
    #[error("Zero price encountered in simulation runs")]
    ZeroPrice,
    /// Paths have another number of points than there are real prices.
    #[error("{prices} prices are no whole paths of {points} points")]
    Points {
        /// Prices of all paths.
        prices: usize,
        /// Real prices.
        points: usize,
    },
    /// An interval is shorter than the time from one point to the next.
    #[error("interval `{interval}` is shorter than an increment of {time_increment} s")]
    ShortInterval {
        /// Its name.
        interval: String,
        /// Seconds between points.
        time_increment: u32,
    },
}

/// The score of an ensemble of paths, with all it is the sum of.
#[derive(Clone, Debug, PartialEq)]
pub struct PathScore {
    /// The sum over all intervals.
    pub total: f64,
    /// Each interval that had changes to judge, in order.
    pub intervals: Vec<IntervalScore>,
}

/// The score of one interval.
#[derive(Clone, Debug, PartialEq)]
pub struct IntervalScore {
    /// Its name.
    pub name: String,
    /// The score of each change that was observed.
    pub increments: Vec<f64>,
    /// Their sum.
    pub total: f64,
}

/// A row of upstream's `crps_data`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detail<'a> {
    /// The interval, or `Overall`.
    pub interval: &'a str,
    /// Which observed change, from 1; `None` for the sum.
    pub increment: Option<usize>,
    /// The score.
    pub crps: f64,
}

impl Judge {
    /// Prepares for real prices, NaN where there is none, and the time between them in seconds.
    ///
    /// # Errors
    /// [`CrpsError::ShortInterval`], which is an exception upstream.
    pub fn new(
        real: &[f64],
        time_increment: u32,
        intervals: &[Interval],
    ) -> Result<Self, CrpsError> {
        let judged = |interval: &Interval| {
            let steps = interval.seconds().checked_div(time_increment);
            let steps = steps.and_then(|steps| usize::try_from(steps).ok());
            let steps = steps.filter(|&steps| steps > 0);
            let steps = steps.ok_or_else(|| CrpsError::ShortInterval {
                interval: interval.name().to_owned(),
                time_increment,
            })?;
            Ok(Judged::new(interval, steps, real))
        };
        Ok(Self {
            points: real.len(),
            intervals: intervals.iter().map(judged).collect::<Result<_, _>>()?,
        })
    }

    /// The score of paths, which stand one after the other.
    ///
    /// **Parity**: infinite prices give an infinite score or NaN, of which the caller decides;
    /// upstream takes NaN for no score, and an infinite one for a score.
    ///
    /// # Errors
    /// [`CrpsError::ZeroPrice`] if any price is zero, at whatever point, and
    /// [`CrpsError::Points`] if there are paths of another length.
    pub fn score(&self, paths: &[f64], ensemble: &mut Ensemble) -> Result<PathScore, CrpsError> {
        if paths.len().checked_rem(self.points) != Some(0) {
            return Err(CrpsError::Points {
                prices: paths.len(),
                points: self.points,
            });
        }
        if has_zero(paths) {
            return Err(CrpsError::ZeroPrice);
        }
        let mut columns = Columns::new(paths.len() / self.points);
        let judged = self
            .intervals
            .iter()
            .filter(|interval| interval.counts(self.points));
        let intervals: Vec<_> = judged
            .map(|interval| interval.score(paths, self.points, &mut columns, ensemble))
            .collect();
        Ok(PathScore {
            total: intervals.iter().map(|interval| interval.total).sum(),
            intervals,
        })
    }
}

impl Judged {
    fn new(interval: &Interval, steps: usize, real: &[f64]) -> Self {
        let measure = interval.measure();
        let mut steps = steps;
        if measure == Measure::Price {
            // An interval longer than the path takes as much of it as there is.
            while real.len().div_ceil(steps) == 1 && steps > 1 {
                steps -= 1;
            }
        }
        let observed = changes(real, steps, measure);
        let blocks = observed_blocks(&observed).into_iter();
        let increments = columns(real.len(), steps, measure)
            .zip(observed)
            .zip(blocks);
        Self {
            name: interval.name().to_owned(),
            steps,
            measure,
            last: real.last().copied().unwrap_or(f64::NAN),
            increments: increments
                .filter_map(|((at, change), block)| {
                    block.map(|block| Observed { at, change, block })
                })
                .collect(),
        }
    }

    /// Whether there are changes at all, observed or not.
    fn counts(&self, points: usize) -> bool {
        columns(points, self.steps, self.measure).next().is_some()
    }

    /// What a path has at the place of a change that was observed.
    #[inline]
    fn change(&self, path: &[f64], observed: Observed) -> f64 {
        let to = path[observed.at + self.steps];
        match self.measure {
            Measure::Price => to,
            Measure::Change | Measure::FirstChange => change(path[observed.at], to),
        }
    }

    fn column(
        &self,
        paths: &[f64],
        points: usize,
        observed: Observed,
    ) -> impl Iterator<Item = f64> {
        let paths = paths.chunks_exact(points);
        paths.map(move |path| self.change(path, observed))
    }

    fn score(
        &self,
        paths: &[f64],
        points: usize,
        columns: &mut Columns,
        ensemble: &mut Ensemble,
    ) -> IntervalScore {
        let mut increments = Vec::with_capacity(self.increments.len());
        for together in self.increments.chunks(AT_ONCE) {
            columns.fill(paths, points, self, together);
            for (observed, distances) in together.iter().zip(columns.iter()) {
                let crps = ensemble.of_distances(distances).unwrap_or_else(|| {
                    let members: Vec<f64> = self.column(paths, points, *observed).collect();
                    of_any(&members, observed.change)
                });
                increments.push(match self.measure {
                    Measure::Price => crps / self.last * 10_000.0,
                    Measure::Change | Measure::FirstChange => crps,
                });
            }
        }
        // Block by block, as upstream adds up.
        let blocks = self
            .increments
            .chunk_by(|one, next| one.block == next.block);
        let mut rest = increments.as_slice();
        let sums = blocks.map(|block| {
            let (these, later) = rest.split_at(block.len());
            rest = later;
            these.iter().sum::<f64>()
        });
        IntervalScore {
            name: self.name.clone(),
            total: sums.fold(0.0, |total, sum| total + sum),
            increments,
        }
    }
}

/// How far changes of all paths are from those observed, some columns at once.
#[derive(Debug)]
struct Columns {
    values: Vec<f64>,
    rows: usize,
}

impl Columns {
    fn new(rows: usize) -> Self {
        Self {
            values: vec![0.0; rows * AT_ONCE],
            rows,
        }
    }

    /// Takes the columns out of all paths, path by path, which is how they lie in memory.
    fn fill(&mut self, paths: &[f64], points: usize, of: &Judged, together: &[Observed]) {
        for (row, path) in paths.chunks_exact(points).enumerate() {
            for (column, observed) in together.iter().enumerate() {
                let distance = of.change(path, *observed) - observed.change;
                self.values[column * self.rows + row] = distance;
            }
        }
    }

    fn iter(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.rows.max(1))
    }
}

/// Whether a price is zero, of either sign. Without an early exit, which would be the slower way
/// for all that have none.
fn has_zero(prices: &[f64]) -> bool {
    prices
        .iter()
        .fold(false, |found, &price| found | (price == 0.0))
}

impl PathScore {
    /// The rows that upstream stores, those of intervals before that of the whole.
    pub fn details(&self) -> impl Iterator<Item = Detail<'_>> {
        let whole = Detail {
            interval: "Overall",
            increment: None,
            crps: self.total,
        };
        let intervals = self.intervals.iter();
        intervals.flat_map(IntervalScore::details).chain([whole])
    }
}

impl IntervalScore {
    fn details(&self) -> impl Iterator<Item = Detail<'_>> {
        let row = |increment, crps| Detail {
            interval: &self.name,
            increment,
            crps,
        };
        let increments = self.increments.iter().zip(1..);
        let increments = increments.map(move |(&crps, number)| row(Some(number), crps));
        increments.chain([row(None, self.total)])
    }
}
