//! Answers kept to ask about again: "still this one?" (`ETag`, RFC 9110, section 8.8.3).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use reqwest::header::{ETAG, HeaderMap, HeaderValue};
use url::Url;

use crate::request::Request;
use crate::response::Response;

/// One answer may fill this part of the cache at most, so that one does not drive out all others.
const LARGEST_PART: usize = 8;

/// The newest answers that had an `ETag`, within a bound of bytes.
#[derive(Debug)]
pub(crate) struct Cache {
    bound: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// The least recently used first; some hundreds at most, so that a search costs little.
    entries: VecDeque<Arc<Entry>>,
    bytes: usize,
}

/// An answer that is kept.
#[derive(Debug)]
pub(crate) struct Entry {
    url: Url,
    headers: HeaderMap,
    /// What one token may see is not for another.
    secrets: HeaderMap,
    pub(crate) tag: HeaderValue,
    answer: Response<Bytes>,
}

impl Entry {
    pub(crate) fn answer(&self) -> Response<Bytes> {
        self.answer.clone()
    }

    fn is_of(&self, request: &Request, url: &Url) -> bool {
        self.url == *url && self.headers == request.headers && self.secrets == request.secrets
    }

    /// Addresses and headers count as well: many small answers are not free.
    fn weight(&self) -> usize {
        self.answer.body.len() + 1024
    }
}

impl Cache {
    pub(crate) fn new(bound: usize) -> Self {
        Self {
            bound,
            kept: Mutex::default(),
        }
    }

    pub(crate) fn find(&self, request: &Request, url: &Url) -> Option<Arc<Entry>> {
        if self.bound == 0 || !request.may_be_kept() {
            return None;
        }
        let mut kept = self.lock();
        let place = kept
            .entries
            .iter()
            .position(|entry| entry.is_of(request, url))?;
        let entry = kept.entries.remove(place)?;
        kept.entries.push_back(Arc::clone(&entry));
        Some(entry)
    }

    pub(crate) fn keep(&self, request: &Request, url: &Url, answer: &Response<Bytes>) {
        let Some(tag) = answer.headers().get(ETAG).cloned() else {
            return;
        };
        if !request.may_be_kept() {
            return;
        }
        let entry = Arc::new(Entry {
            url: url.clone(),
            headers: request.headers.clone(),
            secrets: request.secrets.clone(),
            tag,
            answer: answer.clone(),
        });
        if entry.weight() > self.bound / LARGEST_PART {
            return;
        }
        let mut kept = self.lock();
        if let Some(place) = kept.entries.iter().position(|old| old.is_of(request, url)) {
            let old = kept.entries.remove(place);
            kept.bytes -= old.map_or(0, |old| old.weight());
        }
        kept.bytes += entry.weight();
        kept.entries.push_back(entry);
        while kept.bytes > self.bound
            && let Some(oldest) = kept.entries.pop_front()
        {
            kept.bytes -= oldest.weight();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn request(path: &str, token: &str) -> Request {
        let url = Url::parse("http://host/").unwrap().join(path).unwrap();
        Request::get(url).bearer(&Secret::new(token))
    }

    fn keep(cache: &Cache, request: &Request, size: usize) {
        let headers = HeaderMap::from_iter([(ETAG, HeaderValue::from_static("\"1\""))]);
        let answer = Response::new(200, headers, vec![0; size].into());
        cache.keep(request, &request.url, &answer);
    }

    fn has(cache: &Cache, request: &Request) -> bool {
        cache.find(request, &request.url).is_some()
    }

    #[test]
    fn what_was_used_last_stays_and_the_bound_holds() {
        let cache = Cache::new(20_000);
        for path in ["1", "2", "3", "4", "5"] {
            keep(&cache, &request(path, "a"), 1_000);
        }
        assert!(has(&cache, &request("1", "a")), "used, so it is new again");
        for path in ["6", "7", "8", "9", "10"] {
            keep(&cache, &request(path, "a"), 1_000);
        }
        assert!(has(&cache, &request("1", "a")) && !has(&cache, &request("2", "a")));
        assert!(cache.lock().bytes <= 20_000);
        keep(&cache, &request("large", "a"), 5_000);
        assert!(!has(&cache, &request("large", "a")), "too large a part");
    }

    #[test]
    fn each_token_has_its_own_answers() {
        let cache = Cache::new(20_000);
        keep(&cache, &request("1", "a"), 1);
        assert!(has(&cache, &request("1", "a")) && !has(&cache, &request("1", "b")));
    }

    #[test]
    fn an_answer_that_replaces_another_is_counted_once() {
        let cache = Cache::new(20_000);
        for _ in 0..100 {
            keep(&cache, &request("1", "a"), 100);
        }
        assert_eq!(cache.lock().bytes, 1_124);
        let plain = Response::new(200, HeaderMap::new(), Bytes::new());
        cache.keep(&request("2", "a"), &request("2", "a").url, &plain);
        assert!(!has(&cache, &request("2", "a")), "no tag to ask with");
    }
}
