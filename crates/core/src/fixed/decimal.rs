//! Binary fractions as decimal text, digit by digit.

use super::FixedError;
use crate::Rounding;

/// No number that the chain can hold takes more characters: a sign, 29 digits, a point, 64 digits.
const LONGEST: usize = 128;

/// As much of a text as belongs into an error message.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// All the digits there are: each binary place takes at most one.
pub(super) fn print(negative: bool, magnitude: u128, places: u32) -> String {
    let sign = if negative { "-" } else { "" };
    let mut text = format!("{sign}{}", magnitude >> places);
    let part = (1_u128 << places) - 1;
    let mut rest = magnitude & part;
    if rest > 0 {
        text.push('.');
    }
    while rest > 0 {
        rest *= 10;
        let digit = u8::try_from(rest >> places).expect("a part of a whole, times ten");
        text.push(char::from(b'0' + digit));
        rest &= part;
    }
    text
}

/// Whether it is below zero, and the magnitude; without a rounding only what is exact.
pub(super) fn read(
    text: &str,
    places: u32,
    rounding: Option<Rounding>,
) -> Result<(bool, u128), FixedError> {
    let (negative, number) = match text.strip_prefix('-') {
        Some(number) => (true, number),
        None => (false, text),
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let malformed = whole.is_empty() || !digits(whole) || !digits(part) || text.ends_with('.');
    if malformed || text.len() > LONGEST {
        return Err(FixedError::NotDecimal(shown(text)));
    }
    let overflow = || FixedError::Overflow(shown(text));
    let whole = whole.bytes().try_fold(0_u128, |sum, digit| {
        sum.checked_mul(10)?.checked_add(u128::from(digit - b'0'))
    });
    let whole = whole.filter(|whole| whole.leading_zeros() >= places);
    let whole = whole.ok_or_else(overflow)? << places;
    let mut rest: Vec<u8> = part.bytes().map(|digit| digit - b'0').collect();
    let bits = (0..places).fold(0_u128, |bits, _| (bits << 1) | doubled(&mut rest));
    let is_exact = rest.iter().all(|digit| *digit == 0);
    let up = match rounding {
        _ if is_exact => false,
        None => return Err(FixedError::Inexact(shown(text))),
        Some(Rounding::Down) => negative,
        Some(Rounding::Up) => !negative,
        Some(Rounding::Nearest) => rest.first().is_some_and(|digit| *digit >= 5),
    };
    // The part is below one: only the last place can carry.
    let magnitude = (whole | bits).checked_add(u128::from(up));
    Ok((negative, magnitude.ok_or_else(overflow)?))
}

/// Doubles a decimal fraction; what comes before the point is the next binary place.
fn doubled(digits: &mut [u8]) -> u128 {
    let mut carry = 0;
    for digit in digits.iter_mut().rev() {
        let twice = *digit * 2 + carry;
        (*digit, carry) = (twice % 10, twice / 10);
    }
    carry.into()
}
