//! The gittensor mirror: a server that keeps what scoring needs of GitHub.

mod answers;
mod builder;
mod lists;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axonry_http::{Client, Quota, Request};
use jiff::Timestamp;

use self::answers::{FilesAnswer, MaintainersAnswer};
use crate::base::Base;
use crate::error::GithubError;
use crate::file::{Files, PullRequestFile, StoredFiles};
use crate::issue::Issue;
use crate::maintainer::Maintainer;
use crate::names::{GithubId, RepositoryName};
use crate::page::{Gathering, Page, Quarantined};
use crate::pull_request::PullRequest;

pub use self::builder::MirrorBuilder;

/// Where the public mirror is.
pub const MIRROR_URL: &str = "https://mirror.gittensor.io";

/// What the public mirror allows each address.
pub const MIRROR_QUOTA: Quota = Quota::per(50, Duration::from_secs(10));

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

impl Mirror {
    /// Settings to start from.
    pub fn builder() -> MirrorBuilder {
        MirrorBuilder::default()
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
    /// [`HttpError::Status`](axonry_http::HttpError::Status) with code 404.
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
}
