//! The settings of a mirror's client.

use std::sync::Arc;

use axonry_http::Client;

use super::{Inner, MIRROR_QUOTA, MIRROR_URL, Mirror};
use crate::base::Base;
use crate::error::GithubError;

/// Settings of a [`Mirror`] in the making.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct MirrorBuilder {
    base: String,
    http: Option<Client>,
    page_size: usize,
    max_pages: usize,
}

impl Default for MirrorBuilder {
    fn default() -> Self {
        Self {
            base: MIRROR_URL.to_owned(),
            http: None,
            page_size: 100,
            max_pages: 100,
        }
    }
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
