//! A dev network standing alone: starts it, says where it is, runs until it is told to stop.

mod arguments;

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use axonry_devnet::Devnet;
use clap::Parser;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tracing::info;
use tracing_subscriber::EnvFilter;

use arguments::Arguments;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to be done about a closed standard error.
            let _ = writeln!(std::io::stderr(), "devnet: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let mut terminated = signal(SignalKind::terminate()).context("no SIGTERM handler")?;
    let devnet = Devnet::spawn(arguments.config()?).await?;
    if let Some(folder) = &arguments.files {
        write_files(&devnet, folder).with_context(|| format!("folder `{}`", folder.display()))?;
    }
    info!(pull_requests = devnet.source(), "ready");
    let ready = json!({
        "ws": devnet.ws_url,
        "mirror": devnet.mirror_url,
        "netuid": devnet.netuid,
        "hotkeys": devnet.hotkeys,
    });
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{ready}").context("nobody reads the ready line")?;
    stdout.flush().context("nobody reads the ready line")?;
    tokio::select! {
        _ = terminated.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted.context("no Ctrl-C handler")?,
    }
    if let Some(traffic) = devnet.traffic() {
        info!(?traffic, "the mirror's clients");
    }
    devnet.stop().await;
    Ok(())
}

fn write_files(devnet: &Devnet, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("miner_pats.json"), devnet.tokens().to_string())?;
    std::fs::write(
        folder.join("master_repositories.json"),
        devnet.registry().to_string(),
    )?;
    Ok(())
}
