//! Lists, read to their end.

use std::collections::BTreeMap;
use std::time::Duration;

use axonry_http::{HttpError, Request, Response, Retry, Url};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answers::ListAnswer;
use super::{Mirror, Windows};
use crate::error::GithubError;
use crate::limits::of_the_mirror;
use crate::names::GithubId;
use crate::page::{Gathering, Page, Row};

/// The mirror refuses more repositories in one request.
const MOST_REPOSITORIES: usize = 200;

impl Mirror {
    /// Reads a list to its end: all windows, all pages of each.
    pub(super) async fn list<T: Row>(
        &self,
        url: &Url,
        what: &str,
        account: &GithubId,
        windows: &Windows,
    ) -> Result<Page<T>, GithubError> {
        let mut gathering = Gathering::new();
        if windows.is_empty() {
            self.pages(url, what, account, None, &mut gathering).await?;
        }
        let windows: Vec<_> = windows.iter().collect();
        for chunk in windows.chunks(MOST_REPOSITORIES) {
            let since: BTreeMap<_, _> = chunk
                .iter()
                .map(|(repository, since)| (repository.as_str(), crate::timestamp::format(**since)))
                .collect();
            let body = json!({ "since_by_repo": since });
            self.pages(url, what, account, Some(&body), &mut gathering)
                .await?;
        }
        Ok(gathering.done())
    }

    async fn pages<T: Row>(
        &self,
        url: &Url,
        what: &str,
        account: &GithubId,
        body: Option<&Value>,
        gathering: &mut Gathering<T>,
    ) -> Result<(), GithubError> {
        let mut cursor: Option<String> = None;
        for _ in 0..self.inner.max_pages {
            let mut url = url.clone();
            url.query_pairs_mut()
                .append_pair("limit", &self.inner.page_size.to_string())
                .extend_pairs(cursor.iter().map(|cursor| ("cursor", cursor)));
            let request = match body {
                // A post that only reads.
                Some(body) => Request::post_json(url, body).idempotent(),
                None => Request::get(url),
            };
            let answer: ListAnswer = self.ask(what, request).await?;
            if answer.github_id != *account {
                return Err(GithubError::Malformed {
                    what: what.to_owned(),
                    why: format!("is about account {} instead", answer.github_id),
                });
            }
            gathering.take(what, answer.rows, answer.generated_at);
            // A mirror that knows no pages sends all rows and no cursor: one page.
            let Some(next) = answer.next_cursor.filter(|next| !next.is_empty()) else {
                return Ok(());
            };
            if cursor.as_ref() == Some(&next) {
                return Err(GithubError::Malformed {
                    what: what.to_owned(),
                    why: "points to the same page again".to_owned(),
                });
            }
            cursor = Some(next);
        }
        Err(GithubError::TooManyPages {
            what: what.to_owned(),
            pages: self.inner.max_pages,
        })
    }

    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        what: &str,
        request: Request,
    ) -> Result<T, GithubError> {
        let request = request.retry(RETRY).rate_limited_when(of_the_mirror);
        let answer = self.inner.http.json(request).await;
        answer
            .map(|answer: Response<T>| answer.body)
            .map_err(|error| match error {
                HttpError::Decode { source, .. } if source.is_data() => GithubError::Malformed {
                    what: what.to_owned(),
                    why: format!("is of another shape: {source}"),
                },
                error => GithubError::http(what, error),
            })
    }
}

/// Upstream retries the same failures (`utils/mirror/client.py`): all but 4xx other than 429.
///
/// Its two pauses of 5 s and 10 s become four, growing from half a second to 8 s: a short fault
/// costs little time, and one of some 12 s is still outlasted.
const RETRY: Retry = Retry::standard()
    .attempts(5)
    .pauses(Duration::from_millis(500), 2.5, Duration::from_secs(30))
    .refusals(|refusal| !matches!(refusal.code(), 400..=428 | 430..=499));
