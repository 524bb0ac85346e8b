//! What the dashboard goes by.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// The settings file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where to serve.
    #[serde(default = "loopback")]
    pub listen: SocketAddr,
    /// The file with the standings; relative to the settings file.
    pub standings: PathBuf,
    /// How often to look whether it has changed, in seconds.
    #[serde(default = "five")]
    every: f64,
    /// Whether a proxy on this machine stands before it and says for whom it asks.
    #[serde(default)]
    pub behind_proxy: bool,
}

impl Settings {
    /// Reads the settings file.
    ///
    /// # Errors
    /// When it cannot be read, names something unknown, or lacks the standings.
    pub fn read(path: &Path) -> Result<Self> {
        let named = || format!("settings file `{}`", path.display());
        let text = std::fs::read_to_string(path).with_context(named)?;
        let mut settings: Self = toml::from_str(&text).with_context(named)?;
        ensure!(
            (0.01..=86_400.0).contains(&settings.every),
            "{}: `every` is to be some seconds, at most a day",
            named()
        );
        let folder = path.parent().unwrap_or(Path::new(""));
        settings.standings = folder.join(settings.standings);
        Ok(settings)
    }

    /// How often to look whether the standings have changed.
    pub fn every(&self) -> Duration {
        Duration::from_secs_f64(self.every)
    }
}

fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8474))
}

const fn five() -> f64 {
    5.0
}
