//! What the program prints: one answer, in words or as one JSON object, and why there is none.

use std::fmt::Display;
use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use serde_json::{Map, Value, json};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// What a command has found out.
///
/// As JSON it is an object with `success` beside its own members, as upstream's miner has it.
pub(crate) trait Answer: Serialize + Display {
    /// Why what was asked for did not come about, although there is something to tell.
    fn failure(&self) -> Option<Failure> {
        None
    }
}

/// A failure with a name that programs know, and what is told beside it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Failure {
    /// What programs know it by.
    pub(crate) kind: &'static str,
    /// What people read.
    pub(crate) message: String,
    /// What stands beside it in the JSON object.
    pub(crate) beside: Map<String, Value>,
}

impl Failure {
    /// One that nothing is told beside.
    pub(crate) fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            beside: Map::new(),
        }
    }

    fn object(&self) -> Map<String, Value> {
        let mut object = self.beside.clone();
        object.insert("success".to_owned(), false.into());
        let error = json!({"type": self.kind, "message": self.message});
        object.insert("error".to_owned(), error);
        object
    }
}

/// Prints the answer, or why there is none: as JSON one object either way.
pub(crate) fn print(answer: Result<impl Answer>, is_json: bool) -> ExitCode {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            let message = one_line(&format!("{error:#}"));
            let failure = error.downcast::<Failure>();
            let failure = failure.unwrap_or_else(|_| Failure::new("cli_error", message));
            refuse(&failure, is_json);
            return ExitCode::FAILURE;
        }
    };
    let failure = answer.failure();
    match is_json {
        true => say(&object(&answer, failure.as_ref()).to_string()),
        false => say(&answer.to_string()),
    }
    match failure {
        None => ExitCode::SUCCESS,
        Some(failure) => {
            say_on_stderr(&format!("error: {failure}"));
            ExitCode::FAILURE
        }
    }
}

fn object(answer: &impl Answer, failure: Option<&Failure>) -> Value {
    let mut object = match serde_json::to_value(answer) {
        Ok(Value::Object(members)) => members,
        _ => unreachable!("an answer is an object of names and numbers"),
    };
    object.insert("success".to_owned(), failure.is_none().into());
    if let Some(failure) = failure {
        object.extend(failure.object());
    }
    Value::Object(object)
}

/// Says why there is no answer: on standard error, and as JSON on standard output.
pub(crate) fn refuse(failure: &Failure, is_json: bool) {
    if is_json {
        say(&Value::Object(failure.object()).to_string());
    }
    say_on_stderr(&format!("error: {failure}"));
}

fn one_line(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

/// A text of others' as it may stand on a terminal: no control characters, and not the secret.
pub(crate) fn harmless(text: &str, secret: Option<&axonry_github::Secret>) -> String {
    let text = match secret {
        Some(secret) => text.replace(secret.expose(), &secret.masked()),
        None => text.to_owned(),
    };
    let shown = text
        .chars()
        .map(|one| if one.is_control() { ' ' } else { one });
    shown.take(500).collect()
}

#[expect(clippy::print_stdout, reason = "the program's result")]
fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "standard output is for results")]
pub(crate) fn say_on_stderr(line: &str) {
    eprintln!("{line}");
}

/// Logs go to standard error: warnings, or what `RUST_LOG` asks for.
pub(crate) fn log_on_stderr() {
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::WARN.into())
        .from_env_lossy();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}

#[cfg(test)]
mod tests {
    use axonry_github::Secret;

    use super::*;

    #[test]
    fn what_others_say_moves_no_cursor_and_repeats_no_secret() {
        let secret = Secret::new("ghp_hidden1234");
        let said = harmless("no: \x1b[2Jghp_hidden1234\n", Some(&secret));
        assert_eq!(said, "no:  [2J***1234 ");
        assert_eq!(harmless(&"a".repeat(9_000), None).len(), 500);
    }
}
