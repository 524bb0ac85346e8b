use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use axonry_http::Quota;
use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use url::Url;

/// Who is asked for pull requests, their files and issues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Source {
    /// The mirror, which keeps what scoring needs of GitHub.
    #[default]
    Mirror,
    /// GitHub itself.
    Github,
}

/// What miners are judged by.
#[derive(Clone, Debug)]
pub(crate) struct SourceSettings {
    pub(crate) source: Source,
    /// The tokens that GitHub is read with, where it is the source.
    pub(crate) github_tokens: Option<PathBuf>,
    /// Absent where the embedded devnet brings its own.
    pub(crate) mirror: Option<Url>,
    pub(crate) github: Option<Url>,
    /// What the mirror allows; what is known of it otherwise.
    pub(crate) quota: Option<Quota>,
    /// How many requests may be under way at once.
    pub(crate) in_flight: usize,
    pub(crate) tokens: Option<PathBuf>,
    pub(crate) repositories: Option<PathBuf>,
    pub(crate) token_weights: Option<PathBuf>,
    pub(crate) languages: Option<PathBuf>,
}

/// What miners are judged by, as flags, variables and settings file say it.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SourceArguments {
    /// Who is asked for pull requests and issues [default: mirror].
    #[arg(long, env = "AXONRY_SOURCE", value_name = "NAME")]
    pub(crate) source: Option<Source>,
    /// Tokens to read GitHub with, one per line; for `--source github`.
    #[arg(long, env = "AXONRY_GITHUB_TOKENS", value_name = "FILE")]
    pub(crate) github_tokens: Option<PathBuf>,
    /// Base URL of the mirror that holds pull requests.
    #[arg(
        long,
        env = "AXONRY_MIRROR",
        value_name = "URL",
        hide_env_values = true
    )]
    pub(crate) mirror: Option<String>,
    /// How many requests the mirror allows in how many seconds, as `50/10` [default: that for the
    /// public mirror, none for others].
    #[arg(long, env = "AXONRY_QUOTA", value_name = "N/SECONDS")]
    pub(crate) quota: Option<String>,
    /// How many requests may be under way at once [default: 16].
    #[arg(
        long,
        env = "AXONRY_IN_FLIGHT",
        value_name = "NUMBER",
        allow_negative_numbers = true
    )]
    pub(crate) in_flight: Option<usize>,
    /// Base URL of the GitHub API, where miners' tokens are checked.
    #[arg(
        long,
        env = "AXONRY_GITHUB",
        value_name = "URL",
        hide_env_values = true
    )]
    pub(crate) github: Option<String>,
    /// Which hotkey has which token, in the form of `miner_pats.json`.
    #[arg(long, env = "AXONRY_TOKENS", value_name = "FILE")]
    pub(crate) tokens: Option<PathBuf>,
    /// The repositories that count, in the form of `master_repositories.json`.
    #[arg(long, env = "AXONRY_REPOSITORIES", value_name = "FILE")]
    pub(crate) repositories: Option<PathBuf>,
    /// What a token of code weighs, in the form of `token_weights.json`.
    #[arg(long, env = "AXONRY_TOKEN_WEIGHTS", value_name = "FILE")]
    pub(crate) token_weights: Option<PathBuf>,
    /// What a language weighs, in the form of `programming_languages.json`.
    #[arg(long, env = "AXONRY_LANGUAGES", value_name = "FILE")]
    pub(crate) languages: Option<PathBuf>,
}

/// Requests under way at once, unless set: enough to hide a server's distance.
const IN_FLIGHT: usize = 16;

/// More is more than the files a process may have open, by most systems' limits.
const MOST_IN_FLIGHT: usize = 4096;

impl SourceSettings {
    pub(super) fn resolve(given: SourceArguments, file: SourceArguments) -> Result<Self> {
        Ok(Self {
            source: given.source.or(file.source).unwrap_or_default(),
            github_tokens: given.github_tokens.or(file.github_tokens),
            mirror: url("mirror", given.mirror.or(file.mirror))?,
            github: url("github", given.github.or(file.github))?,
            quota: quota(given.quota.or(file.quota))?,
            in_flight: match given.in_flight.or(file.in_flight).unwrap_or(IN_FLIGHT) {
                0 => bail!("--in-flight: with 0 requests nothing is ever fetched"),
                given @ 1..=MOST_IN_FLIGHT => given,
                given => bail!("--in-flight: {given} is more than {MOST_IN_FLIGHT}"),
            },
            tokens: given.tokens.or(file.tokens),
            repositories: given.repositories.or(file.repositories),
            token_weights: given.token_weights.or(file.token_weights),
            languages: given.languages.or(file.languages),
        })
    }
}

fn quota(text: Option<String>) -> Result<Option<Quota>> {
    text.map(|text| text.parse().context("--quota")).transpose()
}

fn url(what: &str, text: Option<String>) -> Result<Option<Url>> {
    let Some(text) = text else { return Ok(None) };
    // What stands before an `@` may be a password.
    let shown = text.rsplit_once('@').map_or(text.as_str(), |_| "…");
    let url = Url::parse(&text).with_context(|| format!("--{what}: `{shown}` is not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        bail!("--{what}: `{shown}` is not an http:// or https:// URL");
    }
    Ok(Some(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_requests_and_too_many_at_once_are_refused() {
        let resolved = |in_flight| {
            let given = SourceArguments {
                in_flight: Some(in_flight),
                ..SourceArguments::default()
            };
            SourceSettings::resolve(given, SourceArguments::default())
        };
        for wrong in [0, MOST_IN_FLIGHT + 1, usize::MAX] {
            let error = resolved(wrong).expect_err("refused");
            assert!(error.to_string().contains("--in-flight"), "{error}");
        }
        assert_eq!(
            resolved(MOST_IN_FLIGHT).expect("enough").in_flight,
            MOST_IN_FLIGHT
        );
    }

    #[test]
    fn a_wrong_address_is_named_without_its_password() {
        for text in [
            "ftp://user:hidden@host/",
            "http://user:hidden@:x",
            "user:hidden@host",
        ] {
            let error = url("mirror", Some(text.to_owned())).expect_err(text);
            let said = format!("{error:#}");
            assert!(
                said.contains("--mirror") && !said.contains("hidden"),
                "{said}"
            );
        }
        let error = url("github", Some("example.org".to_owned())).expect_err("no scheme");
        assert!(error.to_string().contains("`example.org`"), "{error:#}");
    }
}
