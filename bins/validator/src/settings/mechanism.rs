use axonry_core::NetUid;
use clap::ValueEnum;
use serde::Deserialize;

use super::SourceSettings;
use crate::forecast::ForecastSettings;
use crate::network::Network;

/// The ways of judging that this program knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MechanismName {
    /// Contributions to open source, as subnet 74 has them.
    #[default]
    Oss,
    /// Forecasts of prices, as subnet 50 has them.
    Forecast,
}

impl MechanismName {
    /// The subnet where miners are judged in this way.
    pub(super) fn home(self, network: &Network) -> Option<NetUid> {
        match (self, network.name()) {
            (Self::Oss, "finney") => Some(NetUid(74)),
            (Self::Oss, "test") => Some(NetUid(422)),
            (Self::Forecast, "finney") => Some(NetUid(50)),
            (Self::Forecast, "test") => Some(NetUid(247)),
            _ => None,
        }
    }
}

/// What miners are judged by, in the way that was chosen.
#[expect(clippy::large_enum_variant, reason = "there is one, made once")]
#[derive(Clone, Debug)]
pub(crate) enum JudgingSettings {
    /// Contributions to open source.
    OpenSource(SourceSettings),
    /// Forecasts of prices.
    Forecast(ForecastSettings),
}
