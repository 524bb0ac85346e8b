use std::num::NonZeroU32;
use std::time::Duration;

use axonry_scoring::crps::Interval;

use crate::Asset;

const MINUTE: u32 = 60;
const DAY: Duration = Duration::from_secs(86_400);

/// A kind of prompt, by which miners compete: what is asked, how often, and how it is judged.
///
/// Both that upstream has are here, [`low`](Self::low) and [`high`](Self::high), with the figures of
/// `mode-network/synth-subnet` `synth/validator/prompt_config.py`; change a field to differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Competition {
    /// What it is called in tables and settings.
    pub label: String,
    /// Whose prices, in the order in which they are asked for, one per cycle.
    pub assets: Vec<Asset>,
    /// Seconds from the first point to the end of the horizon.
    pub time_length: u32,
    /// Seconds between two points.
    pub time_increment: NonZeroU32,
    /// Paths per answer.
    pub num_simulations: u32,
    /// From the start of a cycle to that of the next, in whole minutes.
    pub cycle_interval: Duration,
    /// How much later than the next minute a prompt starts, which is time for miners to answer.
    pub timeout_extra: Duration,
    /// How long a score counts.
    pub window: Duration,
    /// By how much lower scores are preferred; negative, because a low score is a good one.
    pub softmax_beta: f64,
    /// The part of the weights that it gives out.
    pub smoothed_score_coefficient: f64,
    /// How long predictions are kept where little is kept.
    pub data_retention: Duration,
    /// From which age on predictions are thinned out.
    pub thin_after: Duration,
    /// Of how much time one prompt per asset remains.
    pub thin_bucket: Duration,
    /// Over which spans changes are judged, in order.
    pub intervals: Vec<Interval>,
}

impl Competition {
    /// Upstream's `LOW_FREQUENCY`: 24 hours in steps of five minutes.
    pub fn low() -> Self {
        Self {
            label: "low".to_owned(),
            assets: assets(&[
                "BTC", "ETH", "XAU", "SOL", "SPYX", "NVDAX", "TSLAX", "AAPLX", "GOOGLX", "XRP",
                "HYPE", "WTIOIL",
            ]),
            time_length: 86_400,
            time_increment: seconds(300),
            num_simulations: 1_000,
            cycle_interval: minutes(5),
            timeout_extra: minutes(1),
            window: 10 * DAY,
            softmax_beta: -0.1,
            smoothed_score_coefficient: 0.5,
            data_retention: 12 * DAY,
            thin_after: minutes(30),
            thin_bucket: minutes(60),
            intervals: vec![
                Interval::new("5min", 5 * MINUTE),
                Interval::new("30min", 30 * MINUTE),
                Interval::new("3hour", 180 * MINUTE),
                Interval::new("24hour_abs", 1_440 * MINUTE),
            ],
        }
    }

    /// Upstream's `HIGH_FREQUENCY`: one hour in steps of a minute.
    pub fn high() -> Self {
        let spans = [1, 2, 5, 15, 30].map(|m| Interval::new(format!("{m}min"), m * MINUTE));
        let whole = Interval::new("60min_abs", 60 * MINUTE);
        let gaps = (5..=60).step_by(5);
        let gaps = gaps.map(|m| Interval::new(format!("0_{m}min_gaps"), m * MINUTE));
        Self {
            label: "high".to_owned(),
            assets: assets(&["BTC", "ETH", "XAU", "SOL", "HYPE"]),
            time_length: 3_600,
            time_increment: seconds(60),
            num_simulations: 1_000,
            cycle_interval: minutes(2),
            timeout_extra: minutes(1),
            window: 3 * DAY,
            softmax_beta: -0.2,
            smoothed_score_coefficient: 0.5,
            data_retention: 4 * DAY,
            thin_after: minutes(10),
            thin_bucket: minutes(10),
            intervals: spans.into_iter().chain([whole]).chain(gaps).collect(),
        }
    }
}

fn assets(names: &[&str]) -> Vec<Asset> {
    let named = |name: &&str| name.parse().expect("the name of an asset");
    names.iter().map(named).collect()
}

fn seconds(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).expect("more than none")
}

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_upstreams() {
        let increments = |competition: &Competition| -> u32 {
            let steps = competition.intervals.iter();
            steps
                .map(|interval| match interval.measure() {
                    axonry_scoring::crps::Measure::FirstChange => 1,
                    _ => competition.time_length / interval.seconds(),
                })
                .sum()
        };
        let (low, high) = (Competition::low(), Competition::high());
        assert_eq!((low.intervals.len(), increments(&low)), (4, 345));
        assert_eq!((high.intervals.len(), increments(&high)), (18, 121));
        assert_eq!(high.intervals[17].name(), "0_60min_gaps");
    }
}
