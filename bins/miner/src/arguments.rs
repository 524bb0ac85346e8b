//! The command line.

use std::path::PathBuf;
use std::process;
use std::time::Duration;

use axonry_github::{GithubId, RepositoryName};
use clap::error::{ContextKind, ContextValue};
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::report;

/// A Bittensor miner of open-source contributions: shows what its work is worth.
#[derive(Debug, Parser)]
#[command(name = "miner", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Score one's own work as validators do, and explain every number.
    Score(ScoreArguments),
}

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

impl Arguments {
    /// The command given, or the program's end: help and version on standard output, anything
    /// wrong as one line that names it.
    pub(crate) fn parse_or_exit() -> Command {
        match Self::try_parse() {
            Ok(arguments) => arguments.command,
            Err(error) if !error.use_stderr() => error.exit(),
            Err(error) => {
                // Nothing is parsed, so that only the words themselves say how to answer.
                let is_json = std::env::args_os().any(|word| word == "--json");
                report::refuse(&one_line(&error), is_json);
                process::exit(2)
            }
        }
    }
}

/// What is wrong, and with which argument, without the usage.
fn one_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let first = text.lines().take_while(|line| !line.trim().is_empty());
    let first: Vec<_> = first.map(str::trim).collect();
    let line = first.join(" ");
    let line = line.strip_prefix("error: ").unwrap_or(&line);
    match error.get(ContextKind::SuggestedArg) {
        Some(ContextValue::String(like)) => format!("{line}; is `{like}` meant?"),
        _ => line.to_owned(),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|&seconds| seconds > 0);
    let wrong = || "a whole number of seconds, at least 1, is expected".to_owned();
    seconds.map(Duration::from_secs).ok_or_else(wrong)
}
