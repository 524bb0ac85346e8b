//! `miner`: what a miner of subnet 74 wants to know before any validator asks.

mod arguments;
mod local;
mod report;
mod score;
mod wiring;

use std::process::ExitCode;

use tokio::runtime::Runtime;

use crate::arguments::{Arguments, Command};

fn main() -> ExitCode {
    let Command::Score(asked) = Arguments::parse_or_exit();
    report::log_on_stderr();
    let answer = Runtime::new()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(score::score(&asked)));
    report::print(answer, asked.json)
}
