//! `validator`: reads a subnet, judges its miners, sets weights, and proves that they landed.

mod arguments;
mod companions;
mod compat;
mod connection;
mod doctor;
mod embedded;
mod exchange;
mod explain;
mod forecast;
mod judge;
mod leaderboard;
mod network;
mod operations;
mod progress;
mod recording;
mod report;
mod requests;
mod run;
mod settings;
mod signer;
mod source;
mod stake;
mod state;
mod transfer;
mod weights;
mod wiring;

use std::process::ExitCode;

use anyhow::Result;
use clap::CommandFactory;
use tokio::runtime::Runtime;

use crate::arguments::{Arguments, Command};
use crate::settings::Settings;

fn main() -> ExitCode {
    let (command, logs) = Arguments::parse_or_exit();
    report::log_on_stderr(logs);
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return report::failed(&error.into()),
    };
    let code = runtime.block_on(carry_out(command));
    // Code that is being parsed cannot be called back; nobody waits for what it would have said.
    runtime.shutdown_background();
    code.unwrap_or_else(|error| report::failed(&error))
}

/// Does what was asked. Done is 0, answers that somebody must act on are 1; what could not be done is
/// an error.
async fn carry_out(command: Command) -> Result<ExitCode> {
    let well = match command {
        Command::Run(given) => {
            let ended = run::run(Settings::resolve(*given)?).await?;
            return Ok(report::exit_code(ended));
        }
        Command::Weights(command) => weights::weights(command).await?,
        Command::Stake(command) => stake::stake(command).await?,
        Command::Doctor(given) => doctor::doctor(*given).await?,
        Command::State(command) => {
            transfer::transfer(command).await?;
            true
        }
        Command::Tokens(command) => {
            exchange::tokens(command)?;
            true
        }
        Command::Compat(given) => compat::compat(given).await?,
        Command::Leaderboard(given) => leaderboard::leaderboard(*given).await?,
        Command::Explain(given) => {
            explain::explain(*given).await?;
            true
        }
        Command::Manual(asked) => {
            asked.write(Arguments::command(), &mut std::io::stdout())?;
            true
        }
        Command::Replay(given) => recording::replay(given).await?,
        Command::ScoreChanges => {
            axonry_oss::serve_parsing(Default::default()).map_err(anyhow::Error::from_boxed)?;
            true
        }
    };
    Ok(match well {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
