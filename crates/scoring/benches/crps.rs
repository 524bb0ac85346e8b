//! How long does it take to judge one miner's paths?
//!
//! The claim: 1,000 paths over 24 hours in steps of five minutes, over the 345 increments of
//! upstream's intervals, take at most 2 ms on one core; upstream takes 6 to 10 ms on an array that is
//! ready. A field of equals is the common case. The others show what an answer may do to the
//! time: prices in steps of a cent, heavy tails, one path that jumps out at every point, and prices
//! that are all one.
//!
//! `cargo bench -p axonry-scoring --bench crps`.

use axonry_scoring::crps::{Ensemble, Interval, Judge};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

const POINTS: usize = 289;
const PATHS: usize = 1_000;

#[derive(Clone, Copy, Debug)]
enum Field {
    Equals,
    Cents,
    HeavyTails,
    OneFarOut,
    Flat,
}

/// Numbers that look drawn from a normal distribution, and are the same every time.
struct Draws(u64);

impl Draws {
    fn uniform(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        f64::from(u32::try_from(self.0 >> 32).expect("32 bits")) / f64::from(u32::MAX)
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }

    fn path(&mut self, field: Field) -> Vec<f64> {
        let mut price = 97_000.0_f64;
        let point = |point: usize| {
            let shown = match field {
                Field::Equals | Field::HeavyTails => price,
                Field::Cents => (price / 97_000.0 * 5_000.0).round() / 100.0,
                Field::OneFarOut => {
                    price
                        * if point.is_multiple_of(2) {
                            1.0
                        } else {
                            1.0 + 1e-4
                        }
                }
                Field::Flat => 97_000.0,
            };
            let draw = match field {
                Field::HeavyTails => self.normal() / (self.uniform() + 0.01),
                _ => self.normal(),
            };
            price *= (draw * 0.001).exp();
            shown
        };
        (0..POINTS).map(point).collect()
    }
}

fn paths(field: Field) -> Vec<f64> {
    let mut draws = Draws(7);
    let mut paths: Vec<f64> = (0..PATHS).flat_map(|_| draws.path(field)).collect();
    if let Field::OneFarOut = field {
        for (point, price) in paths[..POINTS].iter_mut().enumerate() {
            *price *= if point.is_multiple_of(2) { 1.0 } else { 1e6 };
        }
    }
    paths
}

#[divan::bench(args = [Field::Equals, Field::Cents, Field::HeavyTails, Field::OneFarOut, Field::Flat])]
fn one_miner_of_the_day(bencher: Bencher<'_, '_>, field: Field) {
    let real = Draws(11).path(Field::Equals);
    let intervals = [
        Interval::new("5min", 300),
        Interval::new("30min", 1_800),
        Interval::new("3hour", 10_800),
        Interval::new("24hour_abs", 86_400),
    ];
    let judge = Judge::new(&real, 300, &intervals).expect("long enough intervals");
    let paths = paths(field);
    let mut ensemble = Ensemble::default();
    bencher.bench_local(|| judge.score(black_box(&paths), &mut ensemble));
}
