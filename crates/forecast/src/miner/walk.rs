use std::f64::consts::TAU;
use std::fmt::Write;

use crate::{Close, Prompt};

/// Characters a price may have, the point not counted.
const DIGITS: usize = 8;

/// What paths are drawn from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Walk {
    price: f64,
    /// The standard deviation of the logarithm of the price after a second.
    volatility: f64,
}

impl Walk {
    /// Fits a price's last closes: `σ² = Σ ln(p_j / p_i)² / Σ (t_j − t_i)` over neighbours, without
    /// drift. `None` without a price.
    pub(super) fn fitted(closes: &[Close]) -> Option<Self> {
        let (mut squares, mut seconds) = (0.0, 0.0);
        for pair in closes.windows(2) {
            let (former, later) = (pair[0], pair[1]);
            squares += (later.price / former.price).ln().powi(2);
            // Seconds of a day.
            seconds += (later.time - former.time) as f64;
        }
        let price = closes.last()?.price;
        let volatility = if seconds > 0.0 {
            (squares / seconds).sqrt()
        } else {
            0.0
        };
        let known = price.is_finite() && price > 0.0 && volatility.is_finite();
        known.then_some(Self { price, volatility })
    }

    /// The same price for ever.
    pub(super) const fn still(self) -> Self {
        Self {
            volatility: 0.0,
            ..self
        }
    }

    /// The answer to a prompt, as text.
    pub(super) fn paths(self, prompt: &Prompt, seed: u64) -> String {
        let increment = prompt.time_increment.get();
        let (start, step) = (
            prompt.start_unix(),
            self.volatility * f64::from(increment).sqrt(),
        );
        let mut random = Random::new(
            seed,
            &[prompt.asset.as_str().as_bytes(), &start.to_le_bytes()],
        );
        let mut text = String::with_capacity(prompt.prices() * (DIGITS + 2) + 64);
        let _ = write!(text, "[{start},{increment}");
        for _ in 0..prompt.paths() {
            text.push_str(",[");
            let mut moved = 0.0;
            for point in 0..prompt.points() {
                if point > 0 {
                    text.push(',');
                    // The mean of prices stays where it is.
                    moved += step * random.normal() - step * step / 2.0;
                }
                write_price(&mut text, self.price * moved.exp());
            }
            text.push(']');
        }
        text.push(']');
        text
    }
}

/// Writes a price of at most eight digits, those before the point included.
fn write_price(text: &mut String, price: f64) {
    let mut whole = 1;
    let mut above = 10.0;
    while price >= above && whole < DIGITS {
        whole += 1;
        above *= 10.0;
    }
    let from = text.len();
    let _ = write!(text, "{price:.*}", DIGITS - whole);
    // 9999999.96 became 10000000.0, which has a digit more.
    let digits = text.len() - from - usize::from(whole < DIGITS);
    if digits > DIGITS && whole < DIGITS {
        text.truncate(text.len() - 1);
        if text.ends_with('.') {
            text.pop();
        }
    }
}

/// SplitMix64, whose numbers a seed decides.
#[derive(Debug)]
struct Random {
    state: u64,
    spare: Option<f64>,
}

impl Random {
    fn new(seed: u64, told: &[&[u8]]) -> Self {
        let mut random = Self {
            state: seed,
            spare: None,
        };
        for byte in told.iter().flat_map(|told| told.iter()) {
            random.state = random.next() ^ u64::from(*byte);
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// In (0, 1).
    fn unit(&mut self) -> f64 {
        let bits = u32::try_from(self.next() >> 32).expect("the upper half");
        (f64::from(bits) + 0.5) / 4_294_967_296.0
    }

    /// A normal number (Box and Muller, which gives two).
    fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * self.unit().ln()).sqrt();
        let (sine, cosine) = (TAU * self.unit()).sin_cos();
        self.spare = Some(radius * sine);
        radius * cosine
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Competition, Mode, read_paths};

    fn prompt(paths: u32) -> Prompt {
        let mut high = Competition::high();
        high.num_simulations = paths;
        let start = "2026-02-03T10:25:00Z".parse().expect("a moment");
        Prompt::new(&high, high.assets[0].clone(), start)
    }

    #[test]
    fn every_price_keeps_to_eight_digits() {
        for (price, text) in [
            (97_123.456_789, "97123.457"),
            (1.0, "1.0000000"),
            (0.123_456_78, "0.1234568"),
            (9_999_999.96, "10000000"),
            (99_999_999.4, "99999999"),
            (9.999_999_99, "10.000000"),
        ] {
            let mut written = String::new();
            write_price(&mut written, price);
            assert_eq!(written, text);
        }
    }

    #[test]
    fn paths_wander_as_much_as_the_price_did() {
        let closes: Vec<_> = (0..1_440)
            .map(|minute| Close {
                time: 60 * minute,
                price: 50_000.0 * if minute % 2 == 0 { 1.0 } else { 1.001 },
            })
            .collect();
        let walk = Walk::fitted(&closes).expect("prices");
        let prompt = prompt(400);
        let text = walk.paths(&prompt, 3);
        let answer = read_paths(text.as_bytes(), &prompt, Mode::Full);
        assert!(answer.validation.is_correct(), "{:?}", answer.validation);
        let paths = answer.paths.expect("correct");
        let steps = paths.iter().flat_map(|path| path.windows(2));
        let squares: Vec<f64> = steps.map(|pair| (pair[1] / pair[0]).ln().powi(2)).collect();
        let spread = (squares.iter().sum::<f64>() / squares.len() as f64).sqrt();
        assert!((spread / 0.001 - 1.0).abs() < 0.03, "{spread}");
        assert_eq!(paths.path(0)[0], 50_050.0);
        assert_eq!(text, walk.paths(&prompt, 3), "the same lots");
        assert_ne!(text, walk.paths(&prompt, 4));
    }
}
