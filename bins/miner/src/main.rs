//! `miner`: a miner's side of a subnet, from its registration to the worth of its work.

mod arguments;
mod exchange;
mod key;
mod register;
mod report;
mod score;
mod serve;
mod status;
mod subnet;
mod token;

use std::process::ExitCode;

use anyhow::Result;
use clap::CommandFactory;
use tokio::runtime::Runtime;

use crate::arguments::{Arguments, Command};
use crate::report::{Answer, print};

fn main() -> ExitCode {
    let command = Arguments::parse_or_exit();
    report::log_on_stderr();
    match command {
        Command::Post(asked) => run(exchange::post(&asked), asked.subnet.json),
        Command::Check(asked) => run(exchange::check(&asked), asked.subnet.json),
        Command::Status(asked) => run(status::status(&asked), asked.subnet.json),
        Command::Score(asked) => run(score::score(&asked), asked.json),
        Command::Serve(asked) => run(serve::serve(&asked), asked.subnet.json),
        Command::Register(asked) => run(register::register(&asked), asked.subnet.json),
        Command::Manual(asked) => {
            let written = asked.write(Arguments::command(), &mut std::io::stdout());
            match written {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    report::say_on_stderr(&format!("error: {error}"));
                    ExitCode::FAILURE
                }
            }
        }
    }
}

fn run<A: Answer>(command: impl Future<Output = Result<A>>, is_json: bool) -> ExitCode {
    let answer = Runtime::new()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(command));
    print(answer, is_json)
}
