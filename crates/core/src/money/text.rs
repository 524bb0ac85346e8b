//! Amounts as decimal text, digit by digit: no float is ever between.

use super::{DECIMALS, MoneyError, UNITS};

/// As much of a text as belongs into an error message.
const SHOWN: usize = 80;

/// The shortest decimal text of a count of base units.
pub(crate) fn decimal(units: u64) -> String {
    let (whole, rest) = (units / UNITS, units % UNITS);
    if rest == 0 {
        return whole.to_string();
    }
    let rest = format!("{rest:0DECIMALS$}");
    format!("{whole}.{}", rest.trim_end_matches('0'))
}

/// The number and, behind a space, its unit.
pub(super) fn split(text: &str) -> (&str, Option<&str>) {
    match text.split_once(' ') {
        Some((number, unit)) if !number.is_empty() => (number, Some(unit)),
        _ => (text, None),
    }
}

pub(super) fn shown(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// Reads decimal text as a count of base units.
pub(super) fn parse(text: &str) -> Result<u64, MoneyError> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(rest) || text.ends_with('.') {
        return Err(MoneyError::NotDecimal(shown(text)));
    }
    let significant = rest.trim_end_matches('0');
    if significant.len() > DECIMALS {
        return Err(MoneyError::TooPrecise(shown(text)));
    }
    let number = |part: &str| {
        part.bytes().try_fold(0_u64, |sum, digit| {
            sum.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
        })
    };
    let rest = format!("{significant:0<DECIMALS$}");
    number(whole)
        .and_then(|whole| whole.checked_mul(UNITS))
        .and_then(|whole| whole.checked_add(number(&rest)?))
        .ok_or(MoneyError::Overflow)
}
