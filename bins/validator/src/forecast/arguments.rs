use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use axonry_forecast::Keep;
use clap::Args;
use serde::Deserialize;

/// What miners are judged by, as flags, variables and settings file say it.
#[derive(Clone, Debug, Default, Args, Deserialize)]
#[serde(default)]
pub(crate) struct ForecastArguments {
    /// What is asked in each round, all at once, in place of the schedule: a list in JSON, or
    /// `[[prompts]]` in TOML, of `asset`, `time_increment`, `time_length`, `num_simulations`,
    /// `timeout_s`. For `--mechanism forecast`.
    #[arg(long, env = "AXONRY_PROMPTS", value_name = "FILE")]
    pub(crate) prompts: Option<PathBuf>,
    /// What is kept of answers until they are scored: their text, 32-bit floats, or nothing, and
    /// then only what is archived is scored [default: json].
    #[arg(
        long = "keep-predictions",
        env = "AXONRY_KEEP_PREDICTIONS",
        value_name = "json|f32|none"
    )]
    pub(crate) keep_predictions: Option<Keep>,
    /// Write correct answers as Parquet as well, into a folder or a bucket; with `--keep-predictions
    /// none` they are scored from there. A bucket is opened with AWS_ACCESS_KEY_ID,
    /// AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL. Needs a program that is built with
    /// `--features archive`.
    #[arg(long, env = "AXONRY_ARCHIVE", value_name = "DIR|s3://BUCKET/BELOW")]
    pub(crate) archive: Option<String>,
    /// How many seconds miners have for an answer, where a prompt does not say [default: until the
    /// paths' start, 60 to 120 s].
    #[arg(long, env = "AXONRY_TIMEOUT", value_name = "SECONDS")]
    pub(crate) timeout: Option<f64>,
    /// Real prices from a file, in place of the public feeds: CSV or JSON.
    #[arg(long, env = "AXONRY_PRICES", value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
    /// Let go of predictions and scores that averages no longer need, 12 and 24 days old for prompts
    /// of a day, 4 and 8 for those of an hour [default: keep them].
    #[arg(long, env = "AXONRY_LIGHT_HISTORY")]
    pub(crate) light_history: bool,
    /// Ask axons at private addresses too [default: on the devnet only].
    #[arg(long, env = "AXONRY_PRIVATE_AXONS")]
    pub(crate) private_axons: bool,
}

/// What miners are judged by, checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct ForecastSettings {
    pub(super) prompts: Option<PathBuf>,
    pub(super) keep: Keep,
    #[cfg(feature = "archive")]
    pub(super) archive: Option<String>,
    pub(super) timeout: Option<Duration>,
    pub(super) prices: Option<PathBuf>,
    pub(super) light_history: bool,
    pub(super) private_axons: bool,
}

impl ForecastSettings {
    /// Puts what is given before what the file says.
    pub(crate) fn resolve(given: ForecastArguments, file: ForecastArguments) -> Result<Self> {
        let archive = given.archive.or(file.archive);
        if cfg!(not(feature = "archive")) && archive.is_some() {
            bail!(
                "--archive: this program cannot write archives: build it with `--features archive`"
            );
        }
        let timeout = given.timeout.or(file.timeout).map(seconds);
        Ok(Self {
            prompts: given.prompts.or(file.prompts),
            keep: given
                .keep_predictions
                .or(file.keep_predictions)
                .unwrap_or_default(),
            #[cfg(feature = "archive")]
            archive,
            timeout: timeout.transpose().context("--timeout")?,
            prices: given.prices.or(file.prices),
            light_history: given.light_history || file.light_history,
            private_axons: given.private_axons || file.private_axons,
        })
    }
}

/// A time to wait, from a millisecond to an hour.
pub(super) fn seconds(number: f64) -> Result<Duration> {
    let known = Duration::try_from_secs_f64(number).ok();
    let fits =
        |time: &Duration| (Duration::from_millis(1)..=Duration::from_secs(3_600)).contains(time);
    known
        .filter(fits)
        .with_context(|| format!("{number} seconds are no time to wait: give 0.001 to 3600"))
}
