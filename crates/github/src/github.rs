//! GitHub itself.

mod builder;
mod closure;
mod contents;
mod files;
mod graphql;
mod hourly;
mod identity;
mod issues;
mod page_size;
mod pulls;
mod repository;
mod rest;
mod rows;
mod tokens;
mod walk;

use std::sync::Arc;
use std::time::Duration;

use axonry_http::{Client, Secret};

use self::hourly::Hourly;
use self::page_size::PageSize;
use self::tokens::Tokens;
use crate::base::Base;

pub use self::builder::GitHubBuilder;
pub use self::closure::Closure;
pub use self::identity::{Identity, TokenCheck};
pub use self::repository::Repository;
pub use self::tokens::{TokenReport, TokenState};

/// Where GitHub's API is.
const GITHUB_URL: &str = "https://api.github.com";

/// A client of GitHub's API.
///
/// With tokens it is a source of pull requests that needs no mirror; without, it still tells whose
/// a token is. Clones are cheap and share one connection pool, the tokens, and what was learned
/// about how much GitHub bears at once.
#[derive(Clone, Debug)]
pub struct GitHub {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    http: Client,
    base: Base,
    tokens: Tokens,
    pause: Duration,
    max_pages: usize,
    /// Of lists of pull requests and issues.
    lists: PageSize,
    /// Of lists of files.
    listed_files: PageSize,
    /// Of contents of files.
    blobs: PageSize,
    hourly: Hourly,
}

impl GitHub {
    /// Settings to start from.
    pub fn builder() -> GitHubBuilder {
        GitHubBuilder::default()
    }

    /// The HTTP client it asks with, for its counters.
    #[must_use]
    pub fn http(&self) -> &Client {
        &self.inner.http
    }

    /// Reads with these tokens from now on. What is known of those that stay is kept, so that a
    /// refused one is not tried again.
    pub fn replace_tokens(&self, tokens: impl IntoIterator<Item = Secret>) {
        self.inner.tokens.replace(tokens.into_iter().collect());
    }

    /// What has become of the tokens it reads with.
    #[must_use]
    pub fn tokens(&self) -> Vec<TokenReport> {
        self.inner.tokens.report(|secret| self.wait(secret))
    }
}
