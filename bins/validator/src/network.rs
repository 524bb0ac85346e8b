//! Which chain to talk to.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Error};
use axonry_substrate::Endpoint;

/// The networks a validator can be pointed at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    /// A subnet inside this process.
    Devnet,
    /// A node somewhere, by name or URL.
    Node {
        /// A name fit for folders and messages.
        name: String,
        /// Where it listens.
        endpoint: Endpoint,
    },
}

impl FromStr for Network {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "devnet" {
            return Ok(Self::Devnet);
        }
        let named = || {
            format!(
                "--network: `{}` is neither `devnet` nor a node",
                shown(text)
            )
        };
        let endpoint: Endpoint = text.parse().with_context(named)?;
        let name = match text {
            "finney" | "test" | "local" => text.to_owned(),
            _ => folder_name(&endpoint),
        };
        Ok(Self::Node { name, endpoint })
    }
}

impl Network {
    /// A name fit for a folder.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Devnet => "devnet",
            Self::Node { name, .. } => name,
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name as it is; of anything longer, which may hold credentials, nothing.
fn shown(text: &str) -> &str {
    if text.contains(['@', '/']) {
        "…"
    } else {
        text
    }
}

/// An endpoint prints without its credentials, which is what a folder should be called by.
fn folder_name(endpoint: &Endpoint) -> String {
    let shown = endpoint.to_string();
    let host = shown
        .split("://")
        .nth(1)
        .unwrap_or(&shown)
        .trim_end_matches('/');
    host.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_becomes_a_folder_name_without_its_credentials() {
        let network: Network = "wss://user:secret@node.example:8443/path"
            .parse()
            .expect("a URL");
        assert_eq!(network.name(), "node.example-8443");
        assert!("http://node.example".parse::<Network>().is_err());
        assert!("finey".parse::<Network>().is_err());
    }
}
