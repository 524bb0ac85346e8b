//! The mechanism a run judges by, put together in the order in which things can fail.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use axonry_devnet::Devnet;
use axonry_http::Client;
use axonry_neuron::{Mechanism, ValidatorSettings};

use crate::settings::JudgingSettings;
use crate::source;

/// What files say, read and checked before anything is started.
pub(crate) enum Given {
    OpenSource(Box<source::Given>),
}

/// Where facts come from, once it is known which network this is.
#[derive(Debug)]
pub(crate) enum Sources {
    OpenSource(Box<source::Sources>),
}

/// A mechanism, ready to judge.
#[derive(Debug)]
pub(crate) struct Judge {
    pub(crate) mechanism: Arc<dyn Mechanism>,
    /// The one client for everything that is fetched.
    pub(crate) http: Client,
}

impl Given {
    pub(crate) fn read(settings: &JudgingSettings) -> Result<Self> {
        Ok(match settings {
            JudgingSettings::OpenSource(settings) => {
                Self::OpenSource(Box::new(source::Given::read(settings)?))
            }
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
        })
    }

    /// What of a validator's settings the mechanism decides.
    pub(crate) fn settle(&self, validating: &mut ValidatorSettings) {
        match self {
            Self::OpenSource(sources) => validating.clock = sources.clock,
        }
    }

    /// The mechanism, keeping what it fetches below `contents`.
    pub(crate) fn judge(self, contents: Option<&Path>) -> Result<Judge> {
        match self {
            Self::OpenSource(sources) => {
                let http = sources.http()?;
                let mechanism = Arc::new(sources.mechanism(&http, contents)?);
                Ok(Judge { mechanism, http })
            }
        }
    }
}
