//! Against `substrate_fixed`, the type that the pallet computes with.

use proptest::prelude::*;
use substrate_fixed::traits::Fixed as Upstream;
use substrate_fixed::types as upstream;

use super::*;

/// What the pallet's type prints with as many digits as there can be, without the zeros at the end.
fn printed(value: impl fmt::Display, places: usize) -> String {
    let text = format!("{value:.places$}");
    let text = text.trim_end_matches('0');
    text.trim_end_matches('.').to_owned()
}

/// Bits of every magnitude: chance, the ends, and what lies next to a power of two.
fn bits() -> impl Strategy<Value = u128> {
    let power = (0..128_u32, -1..=1_i128)
        .prop_map(|(exponent, step)| (1_u128 << exponent).wrapping_add_signed(step));
    let drawn = (any::<u128>(), 0..128_u32).prop_map(|(bits, shift)| bits >> shift);
    prop_oneof![
        1 => Just(0),
        1 => Just(u128::MAX),
        1 => Just(i128::MAX.cast_unsigned()),
        1 => Just(i128::MIN.cast_unsigned()),
        4 => power,
        8 => drawn,
        8 => drawn_signed(),
    ]
}

fn drawn_signed() -> impl Strategy<Value = u128> {
    (any::<i128>(), 0..128_u32).prop_map(|(bits, shift)| (bits >> shift).cast_unsigned())
}

macro_rules! agrees {
    ($name:ident, $ours:ty, $theirs:ty, $raw:ty, $text:literal) => {
        mod $name {
            use super::*;

            #[expect(
                clippy::allow_attributes,
                reason = "the cast cuts for one type out of five"
            )]
            fn cut(bits: u128) -> $raw {
                #[allow(
                    clippy::cast_possible_truncation,
                    clippy::cast_possible_wrap,
                    clippy::unnecessary_cast,
                    reason = "any bits will do"
                )]
                {
                    bits as $raw
                }
            }

            pub(super) fn check(first: u128, second: u128) -> Result<(), TestCaseError> {
                let (bits, other) = (cut(first), cut(second));
                let (ours, theirs) = (<$ours>::from_bits(bits), <$theirs>::from_bits(bits));
                let (than, their_other) = (<$ours>::from_bits(other), <$theirs>::from_bits(other));
                prop_assert_eq!(ours.to_bits(), theirs.to_bits());
                prop_assert_eq!(ours.cmp(&than), theirs.cmp(&their_other));
                let text = ours.to_string();
                prop_assert_eq!(&text, &printed(theirs, <$ours>::PLACES as usize));
                prop_assert_eq!(text.parse(), Ok(ours), "its text is exact");
                prop_assert_eq!(ours.floor(), Upstream::saturating_to_num::<i128>(theirs));
                let json = serde_json::to_string(&ours).expect("a text");
                prop_assert_eq!(
                    serde_json::from_str::<$ours>(&json).expect("its text"),
                    ours
                );
                // Half a step is no number of this type, whichever way it is rounded.
                let nearer = <$ours>::parse(&text, Rounding::Nearest);
                prop_assert_eq!(nearer, Ok(ours));
                Ok(())
            }

            pub(super) fn converts(bits: u128) -> Result<(), TestCaseError> {
                let (ours, theirs) = (
                    <$ours>::from_bits(cut(bits)),
                    <$theirs>::from_bits(cut(bits)),
                );
                macro_rules! to {
                    ($other:ty, $upstream:ty) => {
                        let there: $other = ours.saturating_to(Rounding::Down);
                        let upstream = <$upstream>::saturating_from_num(theirs);
                        prop_assert_eq!(there.to_bits(), upstream.to_bits());
                    };
                }
                to!(U64F64, upstream::U64F64);
                to!(I64F64, upstream::I64F64);
                to!(I96F32, upstream::I96F32);
                to!(U96F32, upstream::U96F32);
                to!(I32F32, upstream::I32F32);
                let integer = bits.cast_signed();
                let upstream = <$theirs>::saturating_from_num(integer);
                prop_assert_eq!(
                    <$ours>::saturating_from_integer(integer).to_bits(),
                    upstream.to_bits()
                );
                Ok(())
            }

            #[test]
            fn its_ends_are_told_to_the_last_digit() {
                assert_eq!(<$ours>::MAX.to_string(), $text);
                assert_eq!($text.parse(), Ok(<$ours>::MAX));
                let beyond = format!("{}1", $text);
                let read = beyond.parse::<$ours>();
                assert_eq!(read, Err(FixedError::Inexact(beyond.clone())));
                assert_eq!(<$ours>::parse(&beyond, Rounding::Down), Ok(<$ours>::MAX));
                let up = <$ours>::parse(&beyond, Rounding::Up);
                assert_eq!(up, Err(FixedError::Overflow(beyond)));
            }
        }
    };
}

agrees!(
    u64f64,
    U64F64,
    upstream::U64F64,
    u128,
    "18446744073709551615.9999999999999999999457898913757247782996273599565029144287109375"
);
agrees!(
    i64f64,
    I64F64,
    upstream::I64F64,
    i128,
    "9223372036854775807.9999999999999999999457898913757247782996273599565029144287109375"
);
agrees!(
    i96f32,
    I96F32,
    upstream::I96F32,
    i128,
    "39614081257132168796771975167.99999999976716935634613037109375"
);
agrees!(
    u96f32,
    U96F32,
    upstream::U96F32,
    u128,
    "79228162514264337593543950335.99999999976716935634613037109375"
);
agrees!(
    i32f32,
    I32F32,
    upstream::I32F32,
    i64,
    "2147483647.99999999976716935634613037109375"
);

proptest! {
    #[test]
    fn numbers_are_ordered_printed_and_read_as_the_pallets_type_has_them(first in bits(), second in bits()) {
        u64f64::check(first, second)?;
        i64f64::check(first, second)?;
        i96f32::check(first, second)?;
        u96f32::check(first, second)?;
        i32f32::check(first, second)?;
    }

    #[test]
    fn numbers_are_converted_as_the_pallets_type_does(bits in bits()) {
        u64f64::converts(bits)?;
        i64f64::converts(bits)?;
        i96f32::converts(bits)?;
        u96f32::converts(bits)?;
        i32f32::converts(bits)?;
    }

    /// What is between two numbers goes to the one that is told, and never further.
    #[test]
    fn a_text_between_two_numbers_is_rounded_as_told(bits in -(1_i64 << 60)..1 << 60, half: bool) {
        let below = I32F32::from_bits(bits);
        let above = I32F32::from_bits(bits + 1);
        // One or two quarters of a step above the lower number.
        let quarters = 4 * i128::from(bits) + if half { 2 } else { 1 };
        let between = I64F64::from_bits(quarters << 30);
        let text = between.to_string();
        let read = |rounding| I32F32::parse(&text, rounding);
        prop_assert_eq!(read(Rounding::Down), Ok(below));
        prop_assert_eq!(read(Rounding::Up), Ok(above));
        let away = if bits < 0 { below } else { above };
        prop_assert_eq!(read(Rounding::Nearest), Ok(if half { away } else { below }));
        prop_assert_eq!(read(Rounding::Nearest), Ok(between.saturating_to(Rounding::Nearest)));
        prop_assert_eq!(text.parse::<I32F32>(), Err(FixedError::Inexact(text.clone())));
        prop_assert_eq!(between.saturating_to::<i64, 32>(Rounding::Up), above);
    }
}

/// Every place there is, one at a time: what is exact on both sides of the point.
#[test]
fn every_single_place_is_exact() {
    for place in 0..128 {
        let number = U64F64::from_bits(1 << place);
        assert_eq!(number.to_string().parse(), Ok(number), "place {place}");
        assert!((number.to_f64().log2() - (f64::from(place) - 64.0)).abs() < f64::EPSILON);
    }
    assert_eq!("0.5".parse(), Ok(U64F64::from_bits(1 << 63)));
    assert_eq!("-0.5".parse(), Ok(I96F32::from_bits(-(1 << 31))));
    assert_eq!("-0".parse(), Ok(U96F32::from_bits(0)));
}

#[test]
fn what_is_no_number_is_refused() {
    for text in [
        "", ".", "1.", ".5", "--1", "+1", "1e9", " 1", "NaN", "1.2.3",
    ] {
        let read = text.parse::<U64F64>();
        assert_eq!(read, Err(FixedError::NotDecimal(text.to_owned())));
    }
    let long = "0".repeat(200);
    assert!(matches!(
        long.parse::<U64F64>(),
        Err(FixedError::NotDecimal(_))
    ));
    for text in [
        "-1",
        "18446744073709551616",
        "340282366920938463463374607431768211456",
    ] {
        let read = text.parse::<U64F64>();
        assert_eq!(read, Err(FixedError::Overflow(text.to_owned())));
    }
}
