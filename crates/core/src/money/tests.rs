use std::num::NonZeroU64;

use proptest::prelude::*;

use super::*;

const HERE: NetUid = NetUid(45);

fn part(denominator: u64) -> NonZeroU64 {
    NonZeroU64::new(denominator).expect("not zero")
}

/// Amounts that look like chance and are the same every time (splitmix64), after those at which
/// digits, points and ranges begin and end.
fn amounts(count: usize) -> impl Iterator<Item = u64> {
    let powers = (0..20).flat_map(|exponent| {
        let power = 10_u64.pow(exponent);
        [power - 1, power, power + 1]
    });
    let mut state = 0_u64;
    let drawn = std::iter::repeat_with(move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        // As many of every length in bits, small amounts being the usual ones.
        (mixed ^ (mixed >> 31)) >> (state >> 58)
    });
    let edges = [0, u64::MAX, u64::MAX - 1, u64::MAX / 2];
    edges.into_iter().chain(powers).chain(drawn).take(count)
}

/// Round trips are exact and sums conserve, for so many amounts; the number that were looked at.
fn conserves(count: usize) -> usize {
    let mut before = 0;
    let mut looked_at = 0;
    for units in amounts(count) {
        let tao = Rao::from_rao(units);
        assert_eq!(tao.to_string().parse(), Ok(tao), "as TAO prints");
        let alpha = Alpha::from_base_units(HERE, units);
        assert_eq!(alpha.to_string().parse(), Ok(alpha), "as alpha prints");
        // What is taken from one and given to another is still there.
        let (less, more) = (units.min(before), units.max(before));
        let (small, large) = (Rao::from_rao(less), Rao::from_rao(more));
        let rest = large.checked_sub(small).expect("the larger is larger");
        assert_eq!(rest.checked_add(small), Ok(large));
        // The two parts of a division make up the whole.
        let (lower, upper) = (
            tao.ratio(less, part(more.max(1)), Rounding::Down),
            tao.ratio(more - less, part(more.max(1)), Rounding::Up),
        );
        if more > 0 {
            let parts = Rao::checked_sum([lower.expect("a part"), upper.expect("a part")]);
            assert_eq!(parts, Ok(tao), "{less}/{more} of {units}");
        }
        before = units;
        looked_at += 1;
    }
    looked_at
}

#[test]
fn round_trips_are_exact_and_sums_conserve() {
    assert_eq!(conserves(1_000_000), 1_000_000);
}

#[test]
#[ignore = "four seconds of work: the same law, for ten times as many"]
fn round_trips_are_exact_and_sums_conserve_for_ten_million_amounts() {
    assert_eq!(conserves(10_000_000), 10_000_000);
}

#[test]
fn every_step_around_a_whole_tao_survives_its_text() {
    for units in (0..=2_000_u64).chain(UNITS - 1_000..=UNITS + 1_000) {
        let text = decimal(units);
        assert_eq!(text::parse(&text), Ok(units), "{text}");
        assert!(!text.ends_with('.') && (!text.contains('.') || !text.ends_with('0')));
    }
}

proptest! {
    #[test]
    fn every_amount_survives_its_decimal_text(units: u64) {
        prop_assert_eq!(text::parse(&decimal(units)), Ok(units));
    }

    /// The three roundings lie within one unit of the exact value, in order.
    #[test]
    fn a_part_is_rounded_as_told(units: u64, numerator in 0..=1_000_u64, denominator in 1_000..2_000_u64) {
        let ratio = |rounding: Rounding| rounding.ratio(units, numerator, part(denominator));
        let exact = u128::from(units) * u128::from(numerator);
        let (down, near, up) = (
            ratio(Rounding::Down).expect("at most the whole"),
            ratio(Rounding::Nearest).expect("at most the whole"),
            ratio(Rounding::Up).expect("at most the whole"),
        );
        let whole = u128::from(denominator);
        prop_assert!(u128::from(down) * whole <= exact && exact <= u128::from(up) * whole);
        prop_assert!(up - down <= 1 && down <= near && near <= up);
        let off = (u128::from(near) * whole).abs_diff(exact);
        prop_assert!(off * 2 <= whole);
    }
}

#[test]
fn a_text_is_read_exactly_or_refused() {
    assert_eq!("0.000000001".parse(), Ok(Rao::from_rao(1)));
    assert_eq!("18446744073.709551615".parse(), Ok(Rao::MAX));
    assert_eq!("1.50000000000".parse(), Ok(Rao::from_rao(1_500_000_000)));
    for text in [
        "", ".", "1.", ".5", "-1", "+1", "1e9", "1_000", "1.2.3", " 1", "NaN", "١",
    ] {
        assert!(
            matches!(text.parse::<Rao>(), Err(MoneyError::NotDecimal(_))),
            "{text}"
        );
    }
    assert!(matches!(
        "0.0000000001".parse::<Rao>(),
        Err(MoneyError::TooPrecise(_))
    ));
    assert_eq!(
        "18446744073.709551616".parse::<Rao>(),
        Err(MoneyError::Overflow)
    );
}

#[test]
fn a_unit_in_the_text_must_be_the_right_one() {
    assert_eq!("7 τ".parse(), Ok(Rao::from_rao(7_000_000_000)));
    assert_eq!("7 TAO".parse(), Ok(Rao::from_rao(7_000_000_000)));
    let seven = Alpha::from_base_units(HERE, 7_000_000_000);
    assert_eq!(Alpha::parse(HERE, "7"), Ok(seven));
    assert_eq!(Alpha::parse(HERE, "7 α45"), Ok(seven));
    assert_eq!("7 α45".parse(), Ok(seven));
    for text in ["7 α45", "7 rao", "7 ", "7 τ "] {
        let read = text.parse::<Rao>();
        assert!(matches!(read, Err(MoneyError::WrongUnit { .. })), "{text}");
    }
    for text in ["7 τ", "7", "7 α", "7 α-1", "7 α70000"] {
        let read = text.parse::<Alpha>();
        assert!(matches!(read, Err(MoneyError::WrongUnit { .. })), "{text}");
    }
    assert!(matches!(
        Alpha::parse(HERE, "7 α46"),
        Err(MoneyError::MixedSubnets { .. })
    ));
}

#[test]
fn alpha_prints_with_the_symbol_of_its_subnet() {
    let amount = Alpha::from_base_units(HERE, 21_536_900_000);
    assert_eq!(amount.in_symbol("ש").to_string(), "21.5369 ש");
    assert_eq!(amount.in_symbol("").to_string(), "21.5369 α45");
    assert_eq!(format!("{amount:>14}"), "   21.5369 α45");
}

#[test]
fn alpha_of_two_subnets_never_mixes() {
    let here = Alpha::from_base_units(NetUid(1), 5);
    let there = Alpha::from_base_units(NetUid(2), 5);
    let mixed = MoneyError::MixedSubnets {
        left: NetUid(1),
        right: NetUid(2),
    };
    assert_eq!(here.checked_add(there), Err(mixed.clone()));
    assert_eq!(here.checked_sub(there), Err(mixed.clone()));
    assert_eq!(here.checked_cmp(there), Err(mixed));
    assert_eq!(here.checked_cmp(here), Ok(std::cmp::Ordering::Equal));
    assert_eq!(here.checked_sub(here), Ok(Alpha::none_of(NetUid(1))));
}
