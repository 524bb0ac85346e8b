//! The gittensor mirror: a server that keeps what scoring needs of GitHub.

mod routes;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axonry_http::{Client, HttpError, Quota, RateLimit, Refusal, Request, Response, Retry, Url};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::error::GithubError;
use crate::fields;
use crate::file::{Files, PullRequestFile, StoredFiles};
use crate::github::is_rate_limit;
use crate::issue::Issue;
use crate::maintainer::Maintainer;
use crate::names::{GithubId, RepositoryName};
use crate::page::{Gathering, Page, Quarantined, Row};
use crate::pull_request::PullRequest;

pub(crate) use self::routes::Base;

/// Where the public mirror is.
pub const MIRROR_URL: &str = "https://mirror.gittensor.io";

/// What the public mirror allows each address.
pub const MIRROR_QUOTA: Quota = Quota::per(50, Duration::from_secs(10));

/// The mirror refuses more repositories in one request.
const MOST_REPOSITORIES: usize = 200;

/// For each repository, from when on its pull requests or issues are wanted.
pub type Windows = BTreeMap<RepositoryName, Timestamp>;

/// A client of the mirror.
///
/// Clones are cheap and share one connection pool and one quota.
#[derive(Clone, Debug)]
pub struct Mirror {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    http: Client,
    base: Base,
    page_size: usize,
    max_pages: usize,
}

/// Settings of a [`Mirror`] in the making.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct MirrorBuilder {
    base: String,
    http: Option<Client>,
    page_size: usize,
    max_pages: usize,
}

impl MirrorBuilder {
    /// Where the mirror is. Default [`MIRROR_URL`].
    pub fn base(mut self, url: impl Into<String>) -> Self {
        self.base = url.into();
        self
    }

    /// The client to ask with. Without one, the mirror makes its own, with [`MIRROR_QUOTA`] for
    /// any host but this machine; programs that ask several services should share one.
    pub fn http(mut self, client: Client) -> Self {
        self.http = Some(client);
        self
    }

    /// How many rows to ask for at a time, 1 to 200. Default 100.
    pub fn page_size(mut self, rows: usize) -> Self {
        self.page_size = rows.clamp(1, 200);
        self
    }

    /// After how many pages a list counts as endless, which is an error. Default 100.
    pub const fn max_pages(mut self, pages: usize) -> Self {
        self.max_pages = pages;
        self
    }

    /// Makes the client; asks nothing yet.
    ///
    /// # Errors
    ///
    /// When the base is no `http` or `https` URL, or no HTTP client could be made.
    pub fn build(self) -> Result<Mirror, GithubError> {
        let base = Base::parse(&self.base)?;
        let http = match self.http {
            Some(http) => http,
            None => Client::builder().default_quota(MIRROR_QUOTA).build()?,
        };
        let inner = Inner {
            http,
            base,
            page_size: self.page_size,
            max_pages: self.max_pages,
        };
        Ok(Mirror {
            inner: Arc::new(inner),
        })
    }
}

/// An answer with a list in it; the list's field differs by route.
#[derive(Deserialize)]
struct ListAnswer {
    /// Whose rows these are; its absence tells that this is no answer of the mirror's.
    github_id: GithubId,
    #[serde(default, deserialize_with = "fields::optional_time")]
    generated_at: Option<Timestamp>,
    #[serde(default)]
    next_cursor: Option<String>,
    #[serde(alias = "pull_requests", alias = "issues")]
    rows: Vec<Value>,
}

#[derive(Deserialize)]
struct FilesAnswer {
    repo_full_name: RepositoryName,
    #[serde(deserialize_with = "fields::number")]
    pr_number: u64,
    #[serde(default)]
    head_sha: Option<String>,
    #[serde(default)]
    base_sha: Option<String>,
    #[serde(default)]
    merge_base_sha: Option<String>,
    #[serde(default)]
    scoring_data_stored: Option<bool>,
    #[serde(default, deserialize_with = "fields::list")]
    files: Vec<Value>,
}

#[derive(Deserialize)]
struct MaintainersAnswer {
    #[serde(default, deserialize_with = "fields::optional_time")]
    generated_at: Option<Timestamp>,
    maintainers: Vec<Value>,
}

impl Mirror {
    /// Settings to start from.
    pub fn builder() -> MirrorBuilder {
        MirrorBuilder {
            base: MIRROR_URL.to_owned(),
            http: None,
            page_size: 100,
            max_pages: 100,
        }
    }

    /// The HTTP client it asks with, for its counters.
    #[must_use]
    pub fn http(&self) -> &Client {
        &self.inner.http
    }

    /// The pull requests that `author` opened (open and closed ones) or had merged within
    /// `windows`. Without windows: of all repositories the mirror tracks, for about 35 days.
    ///
    /// # Errors
    ///
    /// When any page of the list cannot be had; rows that are malformed are quarantined.
    pub async fn pulls(
        &self,
        author: &GithubId,
        windows: &Windows,
    ) -> Result<Page<PullRequest>, GithubError> {
        let url = self.inner.base.route(["miners", author.as_str(), "pulls"]);
        let what = format!("the pull requests of account {author}");
        let mut page: Page<PullRequest> = self.list(&url, &what, author, windows).await?;
        // A mirror that mixes up authors would pay one miner for another's work.
        let rows = std::mem::take(&mut page.rows);
        for pull in rows {
            if pull.author_github_id == *author {
                page.rows.push(pull);
            } else {
                page.quarantined.push(Quarantined {
                    what: format!("{}#{}", pull.repository, pull.number),
                    why: format!("its author is account {}", pull.author_github_id),
                });
            }
        }
        Ok(page)
    }

    /// The issues that `author` opened (open ones) or that were closed within `windows`.
    ///
    /// Without windows there is nothing to ask: see [`open_issues`](Self::open_issues).
    ///
    /// # Errors
    ///
    /// As [`pulls`](Self::pulls).
    pub async fn issues(
        &self,
        author: &GithubId,
        windows: &Windows,
    ) -> Result<Page<Issue>, GithubError> {
        if windows.is_empty() {
            return Ok(Page::default());
        }
        let url = self.inner.base.route(["miners", author.as_str(), "issues"]);
        let what = format!("the issues of account {author}");
        self.list(&url, &what, author, windows).await
    }

    /// All issues of `author` that are open now, however old.
    ///
    /// # Errors
    ///
    /// As [`pulls`](Self::pulls).
    pub async fn open_issues(&self, author: &GithubId) -> Result<Page<Issue>, GithubError> {
        let url = self.inner.base.route(["miners", author.as_str(), "issues"]);
        let what = format!("the open issues of account {author}");
        self.list(&url, &what, author, &Windows::new()).await
    }

    /// The files of a pull request, with their contents before and after.
    ///
    /// # Errors
    ///
    /// When there is no answer; a pull request that the mirror does not know is an
    /// [`HttpError::Status`] with code 404.
    pub async fn files(
        &self,
        repository: &RepositoryName,
        number: u64,
    ) -> Result<Files, GithubError> {
        let digits = number.to_string();
        let parts = [
            "pulls",
            repository.owner(),
            repository.name(),
            &digits,
            "files",
        ];
        let what = format!("the files of {repository}#{number}");
        let answer: FilesAnswer = self
            .ask(&what, Request::get(self.inner.base.route(parts)).unkept())
            .await?;
        if (&answer.repo_full_name, answer.pr_number) != (repository, number) {
            return Err(GithubError::Malformed {
                what,
                why: format!(
                    "is about {}#{} instead",
                    answer.repo_full_name, answer.pr_number
                ),
            });
        }
        // Files that come with a "not stored" are some of them, which is worse than none.
        if !answer
            .scoring_data_stored
            .unwrap_or(!answer.files.is_empty())
        {
            return Ok(Files::NotStoredYet);
        }
        let mut files = Gathering::<PullRequestFile>::new();
        files.take(&what, answer.files, None);
        let files = files.done();
        Ok(Files::Stored(StoredFiles {
            repository: answer.repo_full_name,
            number: answer.pr_number,
            head_sha: answer.head_sha,
            base_sha: answer.base_sha,
            merge_base_sha: answer.merge_base_sha,
            files: files.rows,
            quarantined: files.quarantined,
        }))
    }

    /// Who maintains a repository. Of a repository that the mirror does not know: nobody.
    ///
    /// # Errors
    ///
    /// When there is no answer; rows that are malformed are quarantined.
    pub async fn maintainers(
        &self,
        repository: &RepositoryName,
    ) -> Result<Page<Maintainer>, GithubError> {
        let parts = [
            "repos",
            repository.owner(),
            repository.name(),
            "maintainers",
        ];
        let what = format!("the maintainers of {repository}");
        let request = Request::get(self.inner.base.route(parts));
        let answer: MaintainersAnswer = self.ask(&what, request).await?;
        let mut maintainers = Gathering::new();
        maintainers.take(&what, answer.maintainers, answer.generated_at);
        Ok(maintainers.done())
    }

    /// Reads a list to its end: all windows, all pages of each.
    async fn list<T: Row>(
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

    async fn ask<T: DeserializeOwned>(
        &self,
        what: &str,
        request: Request,
    ) -> Result<T, GithubError> {
        let request = request.retry(RETRY).rate_limited_when(rate_limit);
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

/// The edge before the mirror says it with 429, and what the mirror hands on from GitHub with 403.
fn rate_limit(refusal: &Refusal) -> Option<RateLimit> {
    is_rate_limit(refusal).then(|| RateLimit {
        retry_after: refusal.retry_after(),
    })
}
