//! The mechanism a run judges by, put together in the order in which things can fail.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use axonry_core::NetUid;
use axonry_devnet::Devnet;
use axonry_http::{Client, ClientBuilder};
use axonry_neuron::{Mechanism, ValidatorSettings};

use axonry_weights::ReservedShares;

use crate::connection::Connected;
use crate::forecast::{self, Attendance};
use crate::recording::Recording;
use crate::settings::JudgingSettings;
use crate::source;

/// What files say, read and checked before anything is started.
pub(crate) enum Given {
    OpenSource(Box<source::Given>),
    Forecast(forecast::Given),
}

/// Where facts come from, once it is known which network this is.
#[derive(Debug)]
pub(crate) enum Sources {
    OpenSource(Box<source::Sources>),
    Forecast(Box<forecast::Sources>),
}

/// A mechanism, ready to judge.
#[derive(Debug)]
pub(crate) struct Judge {
    pub(crate) mechanism: Arc<dyn Mechanism>,
    /// The one client for everything that is fetched.
    pub(crate) http: Client,
    /// What the mechanism does beside the rounds.
    pub(crate) attendance: Option<Attendance>,
}

impl Given {
    pub(crate) fn read(settings: &JudgingSettings) -> Result<Self> {
        Ok(match settings {
            JudgingSettings::OpenSource(settings) => {
                Self::OpenSource(Box::new(source::Given::read(settings)?))
            }
            JudgingSettings::Forecast(settings) => Self::Forecast(forecast::Given::read(settings)?),
        })
    }
}

impl Sources {
    pub(crate) fn of(
        settings: &JudgingSettings,
        given: Given,
        devnet: Option<&Devnet>,
    ) -> Result<Self> {
        Ok(match (settings, given) {
            (JudgingSettings::OpenSource(settings), Given::OpenSource(given)) => {
                Self::OpenSource(Box::new(source::Sources::of(settings, *given, devnet)?))
            }
            (JudgingSettings::Forecast(settings), Given::Forecast(given)) => {
                Self::Forecast(Box::new(forecast::Sources::of(settings, given, devnet)))
            }
            _ => unreachable!("what was read is of the mechanism that was chosen"),
        })
    }

    /// What of a validator's settings the mechanism decides.
    pub(crate) fn settle(&self, validating: &mut ValidatorSettings) {
        match self {
            Self::OpenSource(sources) => validating.clock = sources.clock,
            Self::Forecast(_) => forecast::Sources::settle(validating),
        }
    }

    /// Lets everything be kept that miners are judged by.
    pub(crate) fn record(
        &mut self,
        folder: &Path,
        netuid: NetUid,
        reserved: &ReservedShares,
    ) -> Result<Arc<Recording>> {
        match self {
            Self::OpenSource(sources) => sources.record(folder, netuid, reserved),
            Self::Forecast(_) => bail!("--record: forecasts are not recorded yet"),
        }
    }

    /// The mechanism, on what the validator stands on.
    pub(crate) async fn judge(self, connected: &Connected) -> Result<Judge> {
        match self {
            Self::OpenSource(sources) => {
                // What ends with the process is not worth the disk's time.
                let state = &connected.state;
                let contents = (!state.is_temporary()).then(|| state.folder().join("contents"));
                let http = sources.http()?;
                let mechanism = Arc::new(sources.mechanism(&http, contents.as_deref())?);
                Ok(Judge {
                    mechanism,
                    http,
                    attendance: None,
                })
            }
            Self::Forecast(sources) => {
                let http = http().build().context("could not make the HTTP client")?;
                let (mechanism, attendance) = sources.judge(connected, &http).await?;
                Ok(Judge {
                    mechanism,
                    http,
                    attendance: Some(attendance),
                })
            }
        }
    }
}

/// How this program introduces itself.
pub(crate) fn http() -> ClientBuilder {
    Client::builder().user_agent(concat!("axonry-validator/", env!("CARGO_PKG_VERSION")))
}
