//! `validator`: reads a subnet, judges its miners, sets weights, and proves that they landed.

mod arguments;
mod network;
mod progress;
mod report;
mod run;
mod settings;
mod wiring;

use std::process::ExitCode;

use crate::arguments::{Arguments, Command};
use crate::settings::Settings;

#[tokio::main]
async fn main() -> ExitCode {
    let Command::Run(given) = Arguments::parse_or_exit();
    report::log_on_stderr();
    let outcome = match Settings::resolve(given) {
        Ok(settings) => run::run(settings).await,
        Err(wrong) => Err(wrong),
    };
    report::exit_code(outcome)
}
