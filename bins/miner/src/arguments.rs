//! The command line.

use std::process;
use std::time::Duration;

use axonry_manual::Manual;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Parser, Subcommand};

use crate::exchange::{CheckArguments, PostArguments};
use crate::register::RegisterArguments;
use crate::report::{self, Failure};
use crate::score::ScoreArguments;
use crate::serve::ServeArguments;
use crate::status::StatusArguments;

const EXIT_CODES: &str = "Exit codes: 0 when what was asked for came about, 1 when it did not or \
                          could not be found out, 2 when the command line is wrong. With --json \
                          there is one object on standard output in any case, and `success` in it \
                          says which.";

/// A Bittensor miner: proves whose work is whose, shows what it is worth, answers validators.
#[derive(Debug, Parser)]
#[command(name = "miner", version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Hand a GitHub token to every validator, so that they know whose work counts for this hotkey.
    Post(Box<PostArguments>),
    /// Ask every validator whether it has this hotkey's token, and whether the token is still good.
    Check(Box<CheckArguments>),
    /// Say what the chain knows of this hotkey.
    Status(Box<StatusArguments>),
    /// Score one's own work as validators do, and explain every number.
    Score(Box<ScoreArguments>),
    /// Answer validators until told to stop.
    Serve(Box<ServeArguments>),
    /// Register this hotkey in a subnet, which burns TAO of its coldkey.
    Register(Box<RegisterArguments>),
    #[command(flatten)]
    Manual(Manual),
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
                let is_json = std::env::args_os().any(|word| word == "--json")
                    || std::env::var("AXONRY_JSON").is_ok_and(|text| text == "true");
                report::refuse(&Failure::new(kind(&error), one_line(&error)), is_json);
                process::exit(2)
            }
        }
    }
}

/// Upstream's names for what is wrong with a command line.
fn kind(error: &clap::Error) -> &'static str {
    match error.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => "bad_parameter",
        _ => "usage_error",
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

pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|&seconds| seconds > 0);
    let wrong = || "a whole number of seconds, at least 1, is expected".to_owned();
    seconds.map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent_and_takes_no_secret() {
        Arguments::command().debug_assert();
        for command in Arguments::command().get_subcommands() {
            for argument in command.get_arguments() {
                let name = argument.get_id().as_str();
                assert!(!matches!(name, "pat" | "token" | "password"), "{name}");
            }
        }
    }
}
