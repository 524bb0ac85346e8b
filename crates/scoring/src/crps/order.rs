//! Sorting numbers that are spread like most things are, in time that grows as their count does.

/// Into how many slots the range of all numbers is cut.
const SLOTS: usize = 1_024;
/// Numbers in one slot from which on comparing them with each other is the slower way.
const CROWD: u16 = 24;
/// Fewer are sorted at once.
const FEW: usize = 64;
/// More do not fit the counters.
const MANY: usize = u16::MAX as usize;
/// Added to a number below 2⁵², it leaves the whole part in the lowest bits.
const SHIFT: f64 = 4_503_599_627_370_496.0;

/// Sorts finite numbers, with memory that is used again.
///
/// Each number goes to a slot of its range, slot after slot, after which nothing is more than a few
/// places from where it belongs. Of a thousand changes of a price, a slot in the middle holds two
/// or three. Where one number lies so far out that the others share few slots, they are sorted by
/// comparing.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    slots: Vec<u16>,
    ends: Vec<u16>,
    sorted: Vec<f64>,
}

impl Order {
    /// The numbers in ascending order, given the least and the greatest.
    pub(super) fn sorted(&mut self, numbers: &[f64], least: f64, most: f64) -> &[f64] {
        let count = numbers.len();
        let scale = to_float(SLOTS - 1) / (most - least);
        // A scale that is not normal: all numbers are equal, or as good as.
        if !(FEW..=MANY).contains(&count) || !scale.is_normal() || !self.slot(numbers, least, scale)
        {
            self.sorted.clear();
            self.sorted.extend_from_slice(numbers);
            self.sorted.sort_unstable_by(f64::total_cmp);
            return &self.sorted;
        }
        self.sorted.resize(count, 0.0);
        for (&number, &slot) in numbers.iter().zip(&self.slots) {
            let end = &mut self.ends[usize::from(slot) % SLOTS];
            *end -= 1;
            self.sorted[usize::from(*end)] = number;
        }
        settle(&mut self.sorted);
        &self.sorted
    }

    /// Finds the slot of every number, and where each slot ends; `false` if one is crowded.
    fn slot(&mut self, numbers: &[f64], least: f64, scale: f64) -> bool {
        self.slots.clear();
        // Rounding keeps order, which is all that is asked of it here.
        let slot = |number: &f64| low_bits((number - least) * scale + SHIFT);
        self.slots.extend(numbers.iter().map(slot));
        self.ends.clear();
        self.ends.resize(SLOTS, 0);
        for &slot in &self.slots {
            self.ends[usize::from(slot) % SLOTS] += 1;
        }
        let (mut end, mut fullest) = (0, 0);
        for slot in &mut self.ends {
            fullest = fullest.max(*slot);
            end += *slot;
            *slot = end;
        }
        fullest < CROWD
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the lowest bits are asked for"
)]
const fn low_bits(shifted: f64) -> u16 {
    shifted.to_bits() as u16
}

#[expect(clippy::cast_precision_loss, reason = "a small constant")]
const fn to_float(count: usize) -> f64 {
    count as f64
}

/// Sorts what is almost sorted: each number moves down past the few that are greater.
fn settle(numbers: &mut [f64]) {
    for at in 1..numbers.len() {
        let number = numbers[at];
        let mut to = at;
        while to > 0 && numbers[to - 1] > number {
            numbers[to] = numbers[to - 1];
            to -= 1;
        }
        numbers[to] = number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(numbers: &[f64]) -> Vec<f64> {
        let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
        let most = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Order::default().sorted(numbers, least, most).to_vec()
    }

    #[test]
    fn however_they_are_spread_they_are_sorted() {
        let spread = |count: u32, of: fn(f64) -> f64| -> Vec<f64> {
            (0..count)
                .map(|i| of(f64::from(i * 7_919 % 7_907) / 7_907.0))
                .collect()
        };
        for (numbers, why) in [
            (spread(10, |x| x), "few"),
            (spread(1_000, |x| x), "evenly"),
            (spread(1_000, |x| (x - 0.5).powi(3)), "around zero"),
            (spread(1_000, |x| (x * 40.0).exp()), "far apart"),
            (
                spread(1_000, |x| if x > 0.99 { 1e300 } else { x }),
                "with some far out",
            ),
            (spread(1_000, |_| 7.0), "all equal"),
            (spread(1_000, |x| 7.0 + x * 1e-15), "almost equal"),
            (spread(1_000, |x| (x * 10.0).floor()), "in steps"),
            (
                spread(1_000, |x| (x - 0.5) * f64::MAX),
                "over the whole range",
            ),
            (spread(70_000, |x| x), "more than the counters hold"),
        ] {
            let mut expected = numbers.clone();
            expected.sort_by(f64::total_cmp);
            assert_eq!(sorted(&numbers), expected, "{why}");
        }
    }
}
