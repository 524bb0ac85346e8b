//! Where pull requests come from.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::error::GithubError;
use crate::file::Files;
use crate::github::GitHub;
use crate::issue::Issue;
use crate::maintainer::Maintainer;
use crate::mirror::{Mirror, Windows};
use crate::names::{GithubId, RepositoryName};
use crate::page::Page;
use crate::pull_request::PullRequest;
use crate::revision::Revision;

/// What judging an account's work needs to read, and no more.
///
/// An answer is complete or it is an error: no implementation may pass off a part as the whole.
#[async_trait]
pub trait PullRequestSource: fmt::Debug + Send + Sync {
    /// The pull requests that `author` opened or had merged within `windows`.
    ///
    /// # Errors
    /// When any part of the list cannot be had; rows that are malformed are quarantined.
    async fn pulls(
        &self,
        author: &GithubId,
        windows: &Windows,
    ) -> Result<Page<PullRequest>, GithubError>;

    /// The issues that `author` opened (open ones) or that were closed within `windows`, with the
    /// pull requests that solved them.
    ///
    /// # Errors
    /// As [`pulls`](Self::pulls).
    async fn issues(
        &self,
        author: &GithubId,
        windows: &Windows,
    ) -> Result<Page<Issue>, GithubError>;

    /// All issues of `author` that are open now, however old.
    ///
    /// # Errors
    /// As [`pulls`](Self::pulls).
    async fn open_issues(&self, author: &GithubId) -> Result<Page<Issue>, GithubError>;

    /// The files of a pull request, with their contents before and after.
    ///
    /// # Errors
    /// When there is no complete answer.
    async fn files(&self, of: &Revision) -> Result<Files, GithubError>;

    /// Who maintains a repository.
    ///
    /// # Errors
    /// When there is no complete answer.
    async fn maintainers(
        &self,
        repository: &RepositoryName,
    ) -> Result<Page<Maintainer>, GithubError>;
}

#[async_trait]
impl PullRequestSource for Mirror {
    async fn pulls(
        &self,
        author: &GithubId,
        windows: &Windows,
    ) -> Result<Page<PullRequest>, GithubError> {
        self.pulls(author, windows).await
    }

    async fn issues(
        &self,
        author: &GithubId,
        windows: &Windows,
    ) -> Result<Page<Issue>, GithubError> {
        self.issues(author, windows).await
    }

    async fn open_issues(&self, author: &GithubId) -> Result<Page<Issue>, GithubError> {
        self.open_issues(author).await
    }

    async fn files(&self, of: &Revision) -> Result<Files, GithubError> {
        self.files(&of.repository, of.number).await
    }

    async fn maintainers(
        &self,
        repository: &RepositoryName,
    ) -> Result<Page<Maintainer>, GithubError> {
        self.maintainers(repository).await
    }
}

#[async_trait]
impl PullRequestSource for GitHub {
    async fn pulls(
        &self,
        author: &GithubId,
        windows: &Windows,
    ) -> Result<Page<PullRequest>, GithubError> {
        self.pulls(author, windows).await
    }

    async fn issues(
        &self,
        author: &GithubId,
        windows: &Windows,
    ) -> Result<Page<Issue>, GithubError> {
        self.issues(author, windows).await
    }

    async fn open_issues(&self, author: &GithubId) -> Result<Page<Issue>, GithubError> {
        self.open_issues(author).await
    }

    async fn files(&self, of: &Revision) -> Result<Files, GithubError> {
        self.files(of).await
    }

    async fn maintainers(
        &self,
        repository: &RepositoryName,
    ) -> Result<Page<Maintainer>, GithubError> {
        self.maintainers(repository).await
    }
}

#[async_trait]
impl<S: PullRequestSource + ?Sized> PullRequestSource for Arc<S> {
    async fn pulls(
        &self,
        author: &GithubId,
        windows: &Windows,
    ) -> Result<Page<PullRequest>, GithubError> {
        (**self).pulls(author, windows).await
    }

    async fn issues(
        &self,
        author: &GithubId,
        windows: &Windows,
    ) -> Result<Page<Issue>, GithubError> {
        (**self).issues(author, windows).await
    }

    async fn open_issues(&self, author: &GithubId) -> Result<Page<Issue>, GithubError> {
        (**self).open_issues(author).await
    }

    async fn files(&self, of: &Revision) -> Result<Files, GithubError> {
        (**self).files(of).await
    }

    async fn maintainers(
        &self,
        repository: &RepositoryName,
    ) -> Result<Page<Maintainer>, GithubError> {
        (**self).maintainers(repository).await
    }
}
