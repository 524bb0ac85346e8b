//! Times as the mirror, GitHub and the token file write them.
//!
//! The mirror writes two forms, `2026-07-21T11:00:00.000Z` and `2026-07-21T11:00:00+00:00`, and
//! its client reads more: what CPython 3.11's `datetime.fromisoformat` reads (`entrius/gittensor`
//! `validator/utils/datetime_utils.py`). The rules are reproduced here:
//!
//! - white space around is dropped, a final `Z` means UTC, and no offset means UTC;
//! - dates are `2026-07-21`, `20260721`, or by week: `2026-W30-2`, `2026W302`, `2026-W30`;
//! - any one character may stand between date and time, and a date alone is its midnight;
//! - times are `11`, `11:00`, `11:00:00` or without colons; a fraction follows seconds after a dot
//!   or comma, and is cut to microseconds.

use jiff::civil::{Date, DateTime, ISOWeekDate, Time, Weekday};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// A text that is no time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no ISO 8601 time")]
pub struct TimestampError {
    text: String,
}

/// Reads a time.
///
/// ```
/// use axonry_github::timestamp::parse;
///
/// let utc = parse("2026-07-21T11:00:00.000Z")?;
/// assert_eq!(parse("2026-07-21T13:00:00+02:00")?, utc);
/// assert_eq!(parse(" 2026-07-21T11:00:00 ")?, utc);
/// # Ok::<(), axonry_github::timestamp::TimestampError>(())
/// ```
///
/// # Errors
///
/// When the text is in none of the forms above, or names a day or hour that does not exist.
pub fn parse(text: &str) -> Result<Timestamp, TimestampError> {
    read(text.trim()).ok_or_else(|| TimestampError {
        // Long enough for any time, short enough for a message.
        text: text.chars().take(64).collect(),
    })
}

/// Reads a time that may be absent: nothing and the empty text are `None`.
///
/// # Errors
///
/// As [`parse`].
pub fn parse_optional(text: Option<&str>) -> Result<Option<Timestamp>, TimestampError> {
    match text {
        None | Some("") => Ok(None),
        Some(text) => parse(text).map(Some),
    }
}

/// Writes a time as the mirror's client does: microseconds, and `+00:00`.
#[must_use]
pub fn format(time: Timestamp) -> String {
    format!("{}+00:00", time.strftime("%Y-%m-%dT%H:%M:%S.%6f"))
}

fn read(text: &str) -> Option<Timestamp> {
    let split = date_length(text.as_bytes())?;
    let date = read_date(text.get(..split)?)?;
    let mut rest = text.get(split..)?.chars();
    rest.next(); // Any one character separates date and time.
    let (time, offset) = match rest.as_str() {
        "" => (Time::midnight(), SignedDuration::ZERO),
        rest => read_time(rest)?,
    };
    let utc = Offset::UTC
        .to_timestamp(DateTime::from_parts(date, time))
        .ok()?;
    utc.checked_sub(offset).ok()
}

/// Where the date ends, by the characters that tell the forms apart.
fn date_length(text: &[u8]) -> Option<usize> {
    let digit_at = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    match (text.get(4)?, text.get(5)?) {
        // `2026-W30-2`, unless what follows the second dash is an hour.
        (b'-', b'W') if text.get(8) == Some(&b'-') && !digit_at(10) => Some(10),
        (b'-', b'W') => Some(8),
        (b'-', _) => Some(10),
        (b'W', _) => {
            // Times have pairs of digits, so an odd digit belongs to the date.
            let digits = text[5..]
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            match digits {
                2 | 3 => Some(5 + digits),
                _ if digits % 2 == 1 => Some(7),
                _ => Some(8),
            }
        }
        _ => Some(8),
    }
    .filter(|&length| length <= text.len())
}

fn read_date(text: &str) -> Option<Date> {
    let (year, rest) = number::<i16>(text, 4)?;
    // Year zero is not in CPython's calendar.
    if year == 0 {
        return None;
    }
    let dash = rest.strip_prefix('-');
    let rest = dash.unwrap_or(rest);
    let separated = |rest| match dash {
        Some(_) => str::strip_prefix(rest, '-'),
        None => Some(rest),
    };
    if let Some(rest) = rest.strip_prefix('W') {
        let (week, rest) = number::<i8>(rest, 2)?;
        let day = match rest {
            "" => 1,
            rest => whole::<i8>(separated(rest)?, 1)?,
        };
        let day = Weekday::from_monday_one_offset(day).ok()?;
        return Some(ISOWeekDate::new(year, week, day).ok()?.date());
    }
    let (month, rest) = number::<i8>(rest, 2)?;
    Date::new(year, month, whole(separated(rest)?, 2)?).ok()
}

/// Reads the time of day and the offset from UTC.
fn read_time(text: &str) -> Option<(Time, SignedDuration)> {
    let (clock, offset) = match text.find(['+', '-', 'Z']) {
        None => (text, SignedDuration::ZERO),
        Some(at) => match (&text[..at], &text[at..at + 1], &text[at + 1..]) {
            (clock, "Z", "") => (clock, SignedDuration::ZERO),
            (_, "Z", _) => return None,
            (clock, sign, offset) => {
                let length = length(read_clock(offset)?);
                (clock, if sign == "-" { -length } else { length })
            }
        },
    };
    if offset.abs() >= SignedDuration::from_hours(24) {
        return None;
    }
    let [hour, minute, second, micro] = read_clock(clock)?;
    let small = |value: i32| i8::try_from(value).ok();
    let time = Time::new(small(hour)?, small(minute)?, small(second)?, micro * 1000).ok()?;
    Some((time, offset))
}

fn length([hour, minute, second, micro]: [i32; 4]) -> SignedDuration {
    let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    SignedDuration::new(seconds, micro * 1000)
}

/// Reads `HH[:MM[:SS[.f…]]]`, with all colons or none: hour, minute, second, microsecond.
fn read_clock(text: &str) -> Option<[i32; 4]> {
    let mut values = [0; 4];
    let (hour, mut rest) = number(text, 2)?;
    values[0] = hour;
    let colons = rest.starts_with(':');
    for value in &mut values[1..3] {
        if rest.is_empty() {
            return Some(values);
        }
        if colons {
            rest = rest.strip_prefix(':')?;
        }
        (*value, rest) = number(rest, 2)?;
    }
    if rest.is_empty() {
        return Some(values);
    }
    let fraction = rest.strip_prefix(['.', ','])?;
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
    values[3] = micros.parse().ok()?;
    Some(values)
}

/// Takes exactly `digits` digits from the front.
fn number<T: std::str::FromStr>(text: &str, digits: usize) -> Option<(T, &str)> {
    let (front, rest) = text.split_at_checked(digits)?;
    let plain = front.bytes().all(|byte| byte.is_ascii_digit());
    plain
        .then(|| front.parse().ok())?
        .map(|value| (value, rest))
}

/// Takes `digits` digits that are all there is.
fn whole<T: std::str::FromStr>(text: &str, digits: usize) -> Option<T> {
    number(text, digits)
        .filter(|(_, rest)| rest.is_empty())
        .map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        parse(text).ok().map(format)
    }

    #[test]
    fn every_form_is_read() {
        for (text, expected, why) in [
            (
                "2026-07-21T11:00:00.000Z",
                "2026-07-21T11:00:00.000000+00:00",
                "JavaScript's form",
            ),
            (
                "2026-07-21T11:00:00+00:00",
                "2026-07-21T11:00:00.000000+00:00",
                "PostgreSQL's form",
            ),
            (
                "2026-07-21T11:00:00.1234+00:00",
                "2026-07-21T11:00:00.123400+00:00",
                "with a fraction",
            ),
            (
                "2026-07-21T11:00:00,5Z",
                "2026-07-21T11:00:00.500000+00:00",
                "a comma",
            ),
            (
                "2026-07-21T11:00:00.123456789Z",
                "2026-07-21T11:00:00.123456+00:00",
                "cut, not rounded",
            ),
            (
                "2026-07-21T13:00:00+02:00",
                "2026-07-21T11:00:00.000000+00:00",
                "east",
            ),
            (
                "2026-07-21T05:30:00-0530",
                "2026-07-21T11:00:00.000000+00:00",
                "west, no colon",
            ),
            (
                "2026-07-21T11:00:00",
                "2026-07-21T11:00:00.000000+00:00",
                "naive is UTC",
            ),
            (
                "\t2026-07-21 11:00Z\n",
                "2026-07-21T11:00:00.000000+00:00",
                "blanks",
            ),
            (
                "20260721T110000",
                "2026-07-21T11:00:00.000000+00:00",
                "basic",
            ),
            ("2026-07-21", "2026-07-21T00:00:00.000000+00:00", "a date"),
            (
                "2026-W30-2T11",
                "2026-07-21T11:00:00.000000+00:00",
                "a week date",
            ),
            (
                "2026W302T11",
                "2026-07-21T11:00:00.000000+00:00",
                "a basic week date",
            ),
            (
                "2026-W30",
                "2026-07-20T00:00:00.000000+00:00",
                "a week is its Monday",
            ),
            (
                "2026W30",
                "2026-07-20T00:00:00.000000+00:00",
                "a basic week",
            ),
            (
                "2026W30T11",
                "2026-07-20T11:00:00.000000+00:00",
                "a basic week and a time",
            ),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{why}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for (text, why) in [
            (" ", "blank"),
            ("nope", "a word"),
            ("2026-07", "a month"),
            ("2026-13-01T00:00:00Z", "month 13"),
            ("2026-02-30", "30 February"),
            ("0000-01-01", "year zero"),
            ("2026-07-21T24:00:00Z", "hour 24"),
            ("2026-07-21T11:00:60Z", "second 60"),
            ("2026-07-21T11:00:00z", "a small z"),
            ("2026-07-21T11:00:00Zulu", "more after Z"),
            ("2026-07-21T11:0000Z", "colons here and not there"),
            ("2026-07-21T11:00:00.Z", "a point and no fraction"),
            ("2026-07-21T11:00:00+24:00", "a whole day's offset"),
            ("2026-07-21T11:00:00+", "a sign and no offset"),
            ("2026-0721", "dashes here and not there"),
            ("２０２６-07-21", "digits of another script"),
            ("2026-07-2é", "a letter of two bytes where a digit belongs"),
            ("1753095600", "a number of seconds"),
        ] {
            assert_eq!(read(text), None, "{why}");
        }
    }

    #[test]
    fn absent_is_not_wrong() {
        assert_eq!(parse_optional(None), Ok(None));
        assert_eq!(parse_optional(Some("")), Ok(None));
        assert!(parse_optional(Some("x")).is_err());
    }
}
