//! What `miner score` is given.

use std::path::PathBuf;
use std::time::Duration;

use axonry_github::{GithubId, RepositoryName};
use clap::{Args, ValueEnum};
use jiff::Timestamp;

use crate::arguments::seconds;

/// Whose work, from where, by which rules.
#[derive(Clone, Debug, Args)]
#[command(group = clap::ArgGroup::new("whose").required(true).multiple(true)
    .args(["github_id", "token_file", "git"]))]
pub(crate) struct ScoreArguments {
    /// The number of the GitHub account.
    #[arg(long, value_name = "ID", value_parser = |text: &str| text.parse::<GithubId>())]
    pub(crate) github_id: Option<GithubId>,
    /// File with a GitHub token and nothing else: the account is whose it is, unless
    /// `--github-id` says so, and `--source github` asks with it.
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// A git repository on this machine: what was merged into its current branch, and what its
    /// other branches hold. Nobody is asked for anything.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["github_id", "token_file", "source", "mirror", "github"])]
    pub(crate) git: Option<PathBuf>,
    /// With `--git`: whose commits count, by e-mail [default: git's `user.email`].
    #[arg(long, value_name = "EMAIL", requires = "git")]
    pub(crate) author: Option<String>,
    /// With `--git`: the repository's name on GitHub, whose rules hold [default: that of the
    /// remote `origin`]; the default rules where the registry does not name it.
    #[arg(long, value_name = "OWNER/NAME", requires = "git", value_parser = |text: &str| text.parse::<RepositoryName>())]
    pub(crate) repository: Option<RepositoryName>,
    /// Where pull requests and issues are read.
    #[arg(long, value_enum, default_value_t = Source::Mirror)]
    pub(crate) source: Source,
    /// Base URL of the mirror [default: the public one].
    #[arg(long, env = "AXONRY_MIRROR", value_name = "URL")]
    pub(crate) mirror: Option<String>,
    /// Base URL of the GitHub API [default: the public one].
    #[arg(long, env = "AXONRY_GITHUB", value_name = "URL")]
    pub(crate) github: Option<String>,
    /// The repositories that count, in the form of `master_repositories.json` [default: the
    /// subnet's].
    #[arg(long, env = "AXONRY_REPOSITORIES", value_name = "FILE")]
    pub(crate) repositories: Option<PathBuf>,
    /// What a token of code weighs, in the form of `token_weights.json` [default: the subnet's].
    #[arg(long, env = "AXONRY_TOKEN_WEIGHTS", value_name = "FILE")]
    pub(crate) token_weights: Option<PathBuf>,
    /// What a language weighs, in the form of `programming_languages.json` [default: the
    /// subnet's].
    #[arg(long, env = "AXONRY_LANGUAGES", value_name = "FILE")]
    pub(crate) languages: Option<PathBuf>,
    /// Judge as of this moment (RFC 3339) instead of now: see what is left next week.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Timestamp>,
    /// How many seconds it may take.
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = seconds)]
    pub(crate) deadline: Duration,
    /// Print one JSON object, whatever happens.
    #[arg(long, env = "AXONRY_JSON")]
    pub(crate) json: bool,
}

/// Where pull requests and issues are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Source {
    /// The mirror that validators use.
    Mirror,
    /// GitHub itself; it takes a token.
    Github,
}
