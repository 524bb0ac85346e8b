//! The `Retry-After` header (RFC 9110, section 10.2.3).

use std::time::{Duration, SystemTime};

/// Reads seconds or an HTTP date.
///
/// A date is on the server's clock, so it is compared with the answer's own `Date` when there is
/// one: a wrong clock here or there then does no harm. A date in the past means "now".
pub(crate) fn parse(value: &str, date: Option<&str>) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit mean "very long"; the limiter has its own ceiling.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let now = date
        .and_then(|date| httpdate::parse_http_date(date.trim()).ok())
        .unwrap_or_else(SystemTime::now);
    Some(until.duration_since(now).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_understood() {
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        for (value, seconds, why) in [
            ("7", Some(7), "seconds"),
            (" 0 ", Some(0), "at once, with blanks"),
            (
                "Sun, 06 Nov 1994 08:50:07 GMT",
                Some(30),
                "a date, by the server's clock",
            ),
            (
                "Sun, 06 Nov 1994 08:40:00 GMT",
                Some(0),
                "a date in the past",
            ),
            (
                "Sunday, 06-Nov-94 08:50:07 GMT",
                Some(30),
                "the obsolete date form",
            ),
            ("soon", None, "neither"),
            ("-5", None, "a negative number"),
            ("", None, "nothing"),
        ] {
            assert_eq!(
                parse(value, date),
                seconds.map(Duration::from_secs),
                "{why}"
            );
        }
        assert!(parse("99999999999999999999999", None) > Some(Duration::from_secs(1 << 40)));
    }
}
