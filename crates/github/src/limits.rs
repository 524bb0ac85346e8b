//! How GitHub, and the mirror before it, say "not so fast".

use std::time::{Duration, SystemTime};

use axonry_http::{Quota, RateLimit, Refusal, Response};
use jiff::Timestamp;
use serde_json::Value;

/// What a secondary limit wants when it names no time: GitHub's documentation asks for a minute at
/// least, and for more each time.
const SECONDARY: Duration = Duration::from_secs(60);

/// What GitHub allows a token in a minute before its secondary limits: 900 points of REST, where a
/// read costs one (a GraphQL query costs one of 2,000).
pub(crate) const TOKEN_QUOTA: Quota = Quota::per(900, Duration::from_secs(60));

/// GitHub's secondary limits come as 403, some with no header at all, only a sentence.
pub(crate) fn is_rate_limit(refusal: &Refusal) -> bool {
    let says_so = || {
        let message = serde_json::from_str::<Value>(refusal.body())
            .ok()
            .and_then(|body| Some(body.get("message")?.as_str()?.to_lowercase()));
        message
            .unwrap_or_else(|| refusal.body().to_lowercase())
            .contains("rate limit")
    };
    match refusal.code() {
        429 => true,
        403 => refusal.header("x-ratelimit-remaining") == Some("0") || says_so(),
        _ => false,
    }
}

/// Whether a refusal is about the token, and not about the moment.
pub(crate) fn denies(refusal: &Refusal) -> bool {
    matches!(refusal.code(), 400..=407 | 409..=499) && !is_rate_limit(refusal)
}

/// GitHub's order: `Retry-After`, else until the reset of a used-up allowance, else a minute and
/// more.
pub(crate) fn of_github(refusal: &Refusal) -> Option<RateLimit> {
    is_rate_limit(refusal).then(|| RateLimit {
        retry_after: refusal
            .retry_after()
            .or_else(|| until_reset(|name| refusal.header(name))),
        at_least: SECONDARY,
    })
}

/// The edge before the mirror says it with 429, and what the mirror hands on from GitHub with 403.
pub(crate) fn of_the_mirror(refusal: &Refusal) -> Option<RateLimit> {
    is_rate_limit(refusal).then(|| RateLimit {
        retry_after: refusal.retry_after(),
        ..RateLimit::default()
    })
}

/// Whether a good answer was the last one until the allowance is filled again.
///
/// A GraphQL query beyond the allowance is told so in an answer with status 200.
pub(crate) fn spent<B: AsRef<[u8]>>(answer: &Response<B>) -> Option<Duration> {
    let turned_away = || {
        let body = answer.body.as_ref();
        let beginning = &body[..body.len().min(4096)];
        String::from_utf8_lossy(beginning).contains("\"RATE_LIMITED\"")
    };
    until_reset(|name| answer.header(name)).or_else(|| turned_away().then_some(SECONDARY))
}

/// How long until a used-up allowance is filled again, by the server's clock where it tells it.
fn until_reset<'h>(header: impl Fn(&str) -> Option<&'h str>) -> Option<Duration> {
    if header("x-ratelimit-remaining")? != "0" {
        return None;
    }
    let reset: u64 = header("x-ratelimit-reset")?.trim().parse().ok()?;
    let now = header("date")
        .and_then(|date| jiff::fmt::rfc2822::parse(date).ok())
        .map_or_else(this_second, |date| Some(date.timestamp()))?;
    let now = u64::try_from(now.as_second()).ok()?;
    // A second more, as both are cut off to whole ones.
    Some(Duration::from_secs(reset.saturating_sub(now) + 1))
}

fn this_second() -> Option<Timestamp> {
    Timestamp::try_from(SystemTime::now()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_used_up_allowance_is_waited_for_by_the_servers_clock() {
        let told = |remaining, reset, date: Option<&'static str>| {
            until_reset(move |name| match name {
                "x-ratelimit-remaining" => Some(remaining),
                "x-ratelimit-reset" => Some(reset),
                "date" => date,
                _ => None,
            })
        };
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(
            told("0", "784111800", date),
            Some(Duration::from_secs(24)),
            "23 s and one to be sure"
        );
        assert_eq!(told("1", "784111800", date), None, "some is left");
        assert_eq!(told("0", "soon", date), None);
        assert_eq!(told("0", "784111800", None), Some(Duration::from_secs(1)));
    }
}
