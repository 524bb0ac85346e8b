//! The settings of a client of GitHub.

use std::sync::Arc;
use std::time::Duration;

use axonry_http::{Client, Secret};

use super::page_size::PageSize;
use super::tokens::Tokens;
use super::{GITHUB_URL, GitHub, Inner};
use crate::base::Base;
use crate::error::GithubError;

/// Settings of a [`GitHub`] in the making.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct GitHubBuilder {
    base: String,
    http: Option<Client>,
    tokens: Vec<Secret>,
    pause: Duration,
    max_pages: usize,
}

impl Default for GitHubBuilder {
    fn default() -> Self {
        Self {
            base: GITHUB_URL.to_owned(),
            http: None,
            tokens: Vec::new(),
            pause: Duration::from_secs(2),
            max_pages: 100,
        }
    }
}

impl GitHubBuilder {
    /// Where the API is. Default `https://api.github.com`.
    pub fn base(mut self, url: impl Into<String>) -> Self {
        self.base = url.into();
        self
    }

    /// The client to ask with. Without one, it makes its own; programs that ask several services
    /// should share one.
    pub fn http(mut self, client: Client) -> Self {
        self.http = Some(client);
        self
    }

    /// The tokens to read with; whoever only asks for identities needs none. Each has allowances of
    /// its own, so reading goes round among them.
    pub fn tokens(mut self, tokens: impl IntoIterator<Item = Secret>) -> Self {
        self.tokens = tokens.into_iter().collect();
        self
    }

    /// The pause between attempts of an identity lookup. Default 2 s, as upstream.
    pub const fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
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
    pub fn build(self) -> Result<GitHub, GithubError> {
        let inner = Inner {
            base: Base::parse(&self.base)?,
            http: match self.http {
                Some(http) => http,
                None => Client::builder().build()?,
            },
            tokens: Tokens::new(self.tokens),
            pause: self.pause,
            max_pages: self.max_pages,
            lists: PageSize::new(50),
            listed_files: PageSize::new(100),
            blobs: PageSize::new(50),
            hourly: Default::default(),
        };
        Ok(GitHub {
            inner: Arc::new(inner),
        })
    }
}
