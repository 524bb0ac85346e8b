//! `dashboard SETTINGS`: shows the standings until it is told to stop.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use dashboard::{Dashboard, Settings};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "it says where it serves")]
#[expect(clippy::print_stderr, reason = "and what is wrong with the file")]
async fn main() -> Result<()> {
    let path = std::env::args_os().nth(1).map(PathBuf::from);
    let path =
        path.context("which settings? give a file, such as examples/dashboard/dashboard.toml")?;
    let mut stop = signal(SignalKind::terminate())?;
    let mut dashboard = Dashboard::start(Settings::read(&path)?).await?;
    println!("http://{}", dashboard.server.address());
    tokio::select! {
        () = dashboard.follow(|error| eprintln!("{error:#}")) => {}
        _ = stop.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    dashboard.server.close(Duration::from_secs(5)).await;
    Ok(())
}
