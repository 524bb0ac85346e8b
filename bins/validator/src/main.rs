//! `validator`: reads a subnet, judges its miners, sets weights, and proves that they landed.

mod arguments;
mod compat;
mod network;
mod progress;
mod report;
mod run;
mod settings;
mod wiring;

use std::process::ExitCode;

use tokio::runtime::Runtime;

use crate::arguments::{Arguments, Command};
use crate::settings::Settings;

fn main() -> ExitCode {
    let command = Arguments::parse_or_exit();
    report::log_on_stderr();
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return report::exit_code(Err(error.into())),
    };
    let code = match command {
        Command::Run(given) => report::exit_code(
            Settings::resolve(*given).and_then(|settings| runtime.block_on(run::run(settings))),
        ),
        Command::Compat(given) => match runtime.block_on(compat::compat(given)) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) => report::exit_code(Err(error)),
        },
    };
    // Code that is being parsed cannot be called back; nobody waits for what it would have said.
    runtime.shutdown_background();
    code
}
