//! A leaderboard that shows what stands in a file: the part that is one's own is where the numbers
//! come from.
//!
//! Any program can write the file, in any language: it is what `/api/v1/standings` of a board answers.
//! Write it beside its place and rename it there, so that nobody reads half of it.

mod settings;

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result};
use axonry_leaderboard::{Board, Leaderboard, Standings};
use tokio::net::TcpListener;
use tokio::time::sleep;

pub use settings::Settings;

/// A dashboard that serves.
#[derive(Debug)]
pub struct Dashboard {
    /// Who answers.
    pub server: Leaderboard,
    board: Board,
    settings: Settings,
    shown: Option<SystemTime>,
}

impl Dashboard {
    /// Reads the standings and starts to serve them.
    ///
    /// # Errors
    /// When the standings cannot be read or shown, or the address is not to be had.
    pub async fn start(settings: Settings) -> Result<Self> {
        let board = Board::new();
        let shown = show(&settings.standings, None, &board)?;
        let listener = TcpListener::bind(settings.listen).await;
        let listener = listener.with_context(|| format!("cannot serve at {}", settings.listen))?;
        let server = Leaderboard::builder(board.clone())
            .behind_proxy(settings.behind_proxy)
            .serve(listener)?;
        Ok(Self {
            server,
            board,
            settings,
            shown,
        })
    }

    /// Shows the file whenever it has changed; what cannot be shown is told, and leaves what is there.
    pub async fn follow(&mut self, mut told: impl FnMut(&anyhow::Error)) {
        loop {
            sleep(self.settings.every()).await;
            match show(&self.settings.standings, self.shown, &self.board) {
                Ok(shown) => self.shown = shown,
                Err(error) => told(&error),
            }
        }
    }
}

/// Puts up the file, unless it is the one that is shown; says of when it is.
fn show(path: &Path, shown: Option<SystemTime>, board: &Board) -> Result<Option<SystemTime>> {
    let named = || format!("standings `{}`", path.display());
    let changed = fs::metadata(path).and_then(|file| file.modified());
    let changed = Some(changed.with_context(named)?);
    if changed != shown {
        let text = fs::read(path).with_context(named)?;
        let standings: Standings = serde_json::from_slice(&text).with_context(named)?;
        board.publish(standings).with_context(named)?;
    }
    Ok(changed)
}
