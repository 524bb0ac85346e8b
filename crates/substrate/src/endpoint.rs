use std::fmt;
use std::str::FromStr;

use url::Url;

/// Where a node listens: a websocket URL, or one of Bittensor's networks by name.
///
/// A URL can carry credentials, in front of the host or as part of the path; printing an endpoint
/// shows scheme, host and port only.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// A text that is no [`Endpoint`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// Neither a network's name nor a URL.
    #[error(
        "`{shown}` is no endpoint: give `finney`, `test`, `local`, or a URL that starts with \
         `ws://` or `wss://` ({reason})"
    )]
    Unreadable {
        /// The text, or `…` where it may hold credentials.
        shown: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A URL of another scheme.
    #[error("`{scheme}://` is not spoken here: use `ws://` or `wss://`")]
    Scheme {
        /// The scheme that was given.
        scheme: String,
    },
}

impl Endpoint {
    /// Bittensor's main network.
    pub fn finney() -> Self {
        Self::known("wss://entrypoint-finney.opentensor.ai:443")
    }

    /// Bittensor's test network.
    pub fn test() -> Self {
        Self::known("wss://test.finney.opentensor.ai:443")
    }

    /// A node on this machine, at the usual port.
    pub fn local() -> Self {
        Self::known("ws://127.0.0.1:9944")
    }

    fn known(url: &str) -> Self {
        Self(Url::parse(url).expect("the networks' own URLs parse"))
    }

    /// The whole URL, credentials and all.
    pub(crate) const fn as_url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "finney" => return Ok(Self::finney()),
            "test" => return Ok(Self::test()),
            "local" => return Ok(Self::local()),
            _ => {}
        }
        let url = Url::parse(text).map_err(|error| EndpointError::Unreadable {
            shown: shown(text),
            reason: error.to_string(),
        })?;
        match url.scheme() {
            "ws" | "wss" => Ok(Self(url)),
            scheme => Err(EndpointError::Scheme {
                scheme: scheme.to_owned(),
            }),
        }
    }
}

/// What did not parse cannot be stripped of credentials: it is shown only if it has no room for any.
fn shown(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if text.len() <= 64 && text.chars().all(plain) {
        text.to_owned()
    } else {
        "…".to_owned()
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.0.host_str().unwrap_or_default();
        write!(f, "{}://{host}", self.0.scheme())?;
        match self.0.port() {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_go_by_name_and_nodes_by_url() {
        for (text, printed) in [
            ("finney", "wss://entrypoint-finney.opentensor.ai"),
            ("test", "wss://test.finney.opentensor.ai"),
            ("local", "ws://127.0.0.1:9944"),
            ("ws://127.0.0.1:4321", "ws://127.0.0.1:4321"),
            ("wss://node.example", "wss://node.example"),
        ] {
            assert_eq!(
                text.parse::<Endpoint>().unwrap().to_string(),
                printed,
                "{text}"
            );
        }
    }

    #[test]
    fn credentials_are_never_printed() {
        let endpoint: Endpoint = "wss://me:secret@node.example:8443/key/secret?token=secret"
            .parse()
            .unwrap();
        assert_eq!(
            format!("{endpoint} {endpoint:?}").matches("secret").count(),
            0
        );
        for text in [
            "wss://me:secret@",
            "me:secret@node",
            "https://me:secret@node.example",
        ] {
            let error = text.parse::<Endpoint>().unwrap_err();
            assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
        }
    }

    #[test]
    fn another_scheme_or_no_url_at_all_is_refused_with_a_hint() {
        let error = "https://node.example".parse::<Endpoint>().unwrap_err();
        assert!(error.to_string().contains("`wss://`"), "{error}");
        let error = "finey".parse::<Endpoint>().unwrap_err();
        assert!(error.to_string().contains("`finey`"), "{error}");
    }
}
