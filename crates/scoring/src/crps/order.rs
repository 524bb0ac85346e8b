//! Sorting numbers that are spread like most things are, in time that grows as their count does.

/// Into how many slots the range of all numbers is cut.
const SLOTS: usize = 4_096;
/// How many places a number may move in the end, in the mean, before comparing all is faster.
const MOVES: usize = 4;
/// Numbers by which the range of most is guessed.
const SAMPLES: usize = 16;
/// Fewer are sorted at once.
const FEW: usize = 64;
/// More do not fit the counters.
const MANY: usize = u16::MAX as usize;
/// Added to a number below 2⁵², it leaves the whole part in the lowest bits.
const SHIFT: f64 = 4_503_599_627_370_496.0;
/// Four counters that are 1.
const ONES: u64 = 0x0001_0001_0001_0001;

/// Sorts finite numbers, with memory that is used again.
///
/// Each number goes to a slot of the range that most are in, slot after slot, after which few are
/// not where they belong: of a thousand changes of a price, a slot in the middle holds one at most
/// times. What lies outside shares the first slot or the last. Numbers that crowd in few slots are
/// sorted by comparing.
#[derive(Clone, Debug)]
pub(super) struct Order {
    slots: Vec<u16>,
    /// Counters of four slots each, the first in the lowest bits.
    counts: Box<[[u16; 4]; SLOTS / 4]>,
    sorted: Vec<f64>,
}

impl Default for Order {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            counts: Box::new([[0; 4]; SLOTS / 4]),
            sorted: Vec::new(),
        }
    }
}

impl Order {
    /// The numbers in ascending order.
    pub(super) fn sorted(&mut self, numbers: &[f64]) -> &[f64] {
        let (low, width) = range_of_most(numbers);
        let scale = to_float(SLOTS - 1) / width;
        self.sorted.resize(numbers.len(), 0.0);
        // A scale that is not normal: most numbers are equal, or as good as.
        let spread = (FEW..=MANY).contains(&numbers.len()) && scale.is_normal();
        if spread {
            self.group(numbers, low, scale);
        }
        if !spread || !settle(&mut self.sorted) {
            self.sorted.copy_from_slice(numbers);
            self.sorted.sort_unstable_by(f64::total_cmp);
        }
        &self.sorted
    }

    /// Puts the numbers slot after slot.
    fn group(&mut self, numbers: &[f64], low: f64, scale: f64) {
        self.slots.clear();
        // Rounding keeps order, which is all that is asked of it here.
        let last = to_float(SLOTS - 1);
        let slot = |number: &f64| low_bits(((number - low) * scale).clamp(0.0, last) + SHIFT);
        self.slots.extend(numbers.iter().map(slot));
        self.counts.fill([0; 4]);
        for &slot in &self.slots {
            *counter(&mut self.counts, slot) += 1;
        }
        let mut before = 0;
        for four in self.counts.iter_mut() {
            // Each counter becomes the sum of those up to it, the four in one multiplication.
            let sums = pack(*four).wrapping_mul(ONES);
            *four = unpack(sums.wrapping_add(before * ONES));
            before += sums >> 48;
        }
        for (&number, &slot) in numbers.iter().zip(&self.slots) {
            let end = counter(&mut self.counts, slot);
            *end -= 1;
            self.sorted[usize::from(*end)] = number;
        }
    }
}

/// Where most of the numbers are, by a few of them: the lowest, and how much higher others are.
fn range_of_most(numbers: &[f64]) -> (f64, f64) {
    let step = (numbers.len() / SAMPLES).max(1);
    let mut samples = [0.0; SAMPLES];
    for (sample, number) in samples.iter_mut().zip(numbers.iter().step_by(step)) {
        *sample = *number;
    }
    samples.sort_unstable_by(f64::total_cmp);
    // Without the outermost, who may be far out, and with as much again on both sides, which in a
    // normal distribution is four deviations.
    let (low, high) = (samples[1], samples[SAMPLES - 2]);
    (low - (high - low), 3.0 * (high - low))
}

#[inline]
fn counter(counts: &mut [[u16; 4]; SLOTS / 4], slot: u16) -> &mut u16 {
    let slot = usize::from(slot);
    &mut counts[slot / 4 % (SLOTS / 4)][slot % 4]
}

#[inline]
fn pack(four: [u16; 4]) -> u64 {
    let [first, second, third, fourth] = four.map(u64::from);
    first | second << 16 | third << 32 | fourth << 48
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "each takes its 16 bits")]
const fn unpack(packed: u64) -> [u16; 4] {
    [
        packed as u16,
        (packed >> 16) as u16,
        (packed >> 32) as u16,
        (packed >> 48) as u16,
    ]
}

#[inline]
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

/// Sorts what is almost sorted: each number moves down past those that are greater. Gives up when
/// they are many.
fn settle(numbers: &mut [f64]) -> bool {
    let mut left = numbers.len() * MOVES;
    let mut greatest = f64::NEG_INFINITY;
    for at in 0..numbers.len() {
        let number = numbers[at];
        if number >= greatest {
            greatest = number;
            continue;
        }
        let mut to = at;
        while to > 0 && numbers[to - 1] > number {
            numbers[to] = numbers[to - 1];
            to -= 1;
        }
        numbers[to] = number;
        let Some(rest) = left.checked_sub(at - to) else {
            return false;
        };
        left = rest;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(numbers: &[f64]) -> Vec<f64> {
        Order::default().sorted(numbers).to_vec()
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
            (spread(65_535, |x| x), "as many as the counters hold"),
            (spread(70_000, |x| x), "more than the counters hold"),
        ] {
            let mut expected = numbers.clone();
            expected.sort_by(f64::total_cmp);
            assert_eq!(sorted(&numbers), expected, "{why}");
        }
    }
}
