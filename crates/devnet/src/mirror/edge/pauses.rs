//! Who was told to wait, and who did not.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum::http::HeaderMap;
use axum::http::header::RETRY_AFTER;
use tokio::time::Instant;

/// What was on its way when its client was told to wait may still come.
const ON_ITS_WAY: Duration = Duration::from_millis(500);

/// What was announced, to whom and for which question.
#[derive(Debug, Default)]
pub(super) struct Pauses(Mutex<Announced>);

#[derive(Debug, Default)]
struct Announced {
    questions: BTreeMap<(IpAddr, String), Instant>,
    clients: BTreeMap<IpAddr, (Instant, Instant)>,
}

/// What a request that comes now has not waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Early {
    /// The same question was to be asked again later.
    pub(super) question: bool,
    /// Its client was told to wait, and had time to hear it.
    pub(super) client: bool,
}

impl Pauses {
    /// Looks at a request that comes now.
    pub(super) fn look(&self, client: IpAddr, question: &str) -> Early {
        let now = Instant::now();
        let mut announced = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let question = announced.questions.remove(&(client, question.to_owned()));
        let told = announced.clients.get(&client);
        Early {
            question: question.is_some_and(|until| now < until),
            client: told.is_some_and(|&(since, until)| now > since + ON_ITS_WAY && now < until),
        }
    }

    /// Notes what an answer announces.
    pub(super) fn note(&self, client: IpAddr, question: String, headers: &HeaderMap) {
        let Some(pause) = announced(headers) else {
            return;
        };
        let (now, until) = (Instant::now(), Instant::now() + pause);
        let mut announced = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        announced.questions.insert((client, question), until);
        let told = announced.clients.entry(client).or_insert((now, until));
        if now >= told.1 {
            *told = (now, until);
        }
        told.1 = told.1.max(until);
    }
}

/// How long `Retry-After` asks to wait, in seconds or as a date.
fn announced(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    until.duration_since(SystemTime::now()).ok()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use axum::http::HeaderValue;
    use tokio::time::advance;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[tokio::test(start_paused = true)]
    async fn who_comes_before_the_announced_time_is_noticed() {
        let pauses = Pauses::default();
        let wait = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static("2"))]);
        let early = |question, client| Early { question, client };
        for (after, again, other) in [
            (100, early(true, false), early(false, false)),
            (1000, early(true, true), early(false, true)),
            (2000, early(false, false), early(false, false)),
        ] {
            pauses.note(HERE, "GET /a".to_owned(), &wait);
            advance(Duration::from_millis(after)).await;
            assert_eq!(pauses.look(HERE, "GET /a"), again, "{after} ms");
            assert_eq!(pauses.look(HERE, "GET /b"), other, "{after} ms");
            advance(Duration::from_secs(3)).await;
        }
    }
}
