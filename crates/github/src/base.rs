//! Base URLs and the routes below them.

use axonry_http::Url;

use crate::error::GithubError;

/// A server's address, perhaps with a path before its routes.
#[derive(Clone, Debug)]
pub(crate) struct Base(Url);

impl Base {
    pub(crate) fn parse(text: &str) -> Result<Self, GithubError> {
        let wrong = |why: String| GithubError::Base {
            url: text.to_owned(),
            why,
        };
        let mut url = Url::parse(text.trim()).map_err(|error| wrong(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong(
                "it must begin with `http://` or `https://`".to_owned(),
            ));
        }
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self(url))
    }

    /// A route of the mirror's API.
    pub(crate) fn route<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> Url {
        self.join(["api", "v1"].into_iter().chain(parts))
    }

    /// Appends path segments, escaped as needed.
    pub(crate) fn join<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.0.clone();
        url.path_segments_mut()
            .expect("http and https URLs have paths")
            .pop_if_empty()
            .extend(parts);
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_may_end_in_a_slash_or_a_path() {
        for (base, route) in [
            ("http://host", "http://host/api/v1/miners/1/pulls"),
            ("http://host/", "http://host/api/v1/miners/1/pulls"),
            (
                " https://host/under/ ",
                "https://host/under/api/v1/miners/1/pulls",
            ),
        ] {
            let url = Base::parse(base).unwrap().route(["miners", "1", "pulls"]);
            assert_eq!(url.as_str(), route);
        }
        for bad in ["", "host", "ws://host", "mailto:a@b"] {
            assert!(Base::parse(bad).is_err(), "{bad}");
        }
    }
}
