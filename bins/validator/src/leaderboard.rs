//! The standings as a page: beside the rounds, alone on a state, or merged from many validators.

mod alone;
mod beside;
mod explained;
mod kept;
mod merge;
mod past;

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result};
use axonry_leaderboard::{Board, Leaderboard};
use clap::{Args, Subcommand};
use tokio::net::TcpListener;

use crate::arguments::SubnetArguments;
use crate::report::say_on_stderr;
use crate::settings::MechanismName;

pub(crate) use beside::{Beside, start};
pub(crate) use merge::merge;

/// How to show the standings that a state holds.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct LeaderboardArguments {
    #[command(subcommand)]
    pub(crate) command: Option<LeaderboardCommand>,
    #[command(flatten)]
    pub(crate) alone: AloneArguments,
}

/// What else can be done with standings.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum LeaderboardCommand {
    /// Read the standings of many validators at once, and say where they agree.
    Merge(MergeArguments),
}

/// Where to serve, and which state.
#[derive(Clone, Debug, Args)]
pub(crate) struct AloneArguments {
    /// Serve at this address; keep it on loopback unless others are to see it.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8474")]
    pub(crate) listen: SocketAddr,
    /// Look for a new round this often, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) every: u64,
    #[command(flatten)]
    pub(crate) subnet: SubnetArguments,
}

/// Whose standings to read.
#[derive(Clone, Debug, Args)]
pub(crate) struct MergeArguments {
    /// Addresses of leaderboards (`https://…`), and files that name one per line.
    #[arg(long, required = true, num_args = 1.., value_name = "URL|FILE")]
    pub(crate) sources: Vec<String>,
    /// How long all of it may take, in seconds; who has not answered by then is left out.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) deadline: u64,
    /// How many to ask at once.
    #[arg(long, value_name = "NUMBER", default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..=1_024))]
    pub(crate) at_once: u16,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Shows a state's standings, or merges those of others; says whether that went well.
pub(crate) async fn leaderboard(given: LeaderboardArguments) -> Result<bool> {
    match given.command {
        None => alone::alone(given.alone).await.map(|()| true),
        Some(LeaderboardCommand::Merge(given)) => merge(given).await,
    }
}

/// Starts to serve, and says where.
async fn serve(board: &Board, address: SocketAddr) -> Result<Leaderboard> {
    let listener = TcpListener::bind(address).await;
    let listener = listener.with_context(|| format!("cannot serve at {address}"))?;
    let server = Leaderboard::builder(board.clone()).serve(listener)?;
    say_on_stderr(&format!("leaderboard: http://{}", server.address()));
    Ok(server)
}

/// How miners are judged, for people.
fn title(mechanism: MechanismName) -> String {
    use clap::ValueEnum;
    let value = mechanism.to_possible_value();
    let name = value.as_ref().map_or("", |value| value.get_name());
    match name {
        "oss" => "open-source contributions",
        "forecast" => "price forecasts",
        other => other,
    }
    .to_owned()
}

/// The lines of a file that say something.
fn lines(path: &PathBuf) -> Result<Vec<String>> {
    let named = || format!("list of sources `{}`", path.display());
    let text = std::fs::read_to_string(path).with_context(named)?;
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.map(str::to_owned).collect())
}
