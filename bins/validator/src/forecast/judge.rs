//! The mechanism, put together in the order in which things can fail.

use std::sync::Arc;

use anyhow::{Context, Result};
use axonry_devnet::Devnet;
use axonry_forecast::{
    Competition, Cycles, FilePrices, Forecast, ForecastParts, ForecastSettings as Mechanism,
    Forward, Inquiry, MovableClock, PriceSource, PublicFeeds, SeededPrices, Workers, limits,
};
use axonry_http::Client;
use axonry_neuron::ValidatorSettings;
use axonry_store::Location;
use axonry_store::predictions::Predictions;
use axonry_wire::Dendrite;

use super::{ForecastSettings, prompts};
use crate::companions::Beside;
use crate::connection::Connected;

/// Paths of an answer on the devnet that nobody has given prompts: enough to see a difference.
const DEVNET_PATHS: u32 = 100;

/// What files say, read and checked before anything is started.
#[derive(Debug)]
pub(crate) struct Given {
    inquiries: Vec<Inquiry>,
    prices: Option<FilePrices>,
    #[cfg(feature = "archive")]
    archive: Option<axonry_archive::Archive>,
}

impl Given {
    pub(crate) fn read(settings: &ForecastSettings) -> Result<Self> {
        let inquiries = settings.prompts.as_deref().map(prompts::read).transpose()?;
        let prices = settings.prices.as_deref().map(FilePrices::open);
        Ok(Self {
            inquiries: inquiries.unwrap_or_default(),
            prices: prices.transpose()?,
            #[cfg(feature = "archive")]
            archive: settings
                .archive
                .as_deref()
                .map(super::archive::open)
                .transpose()?,
        })
    }
}

/// Where facts come from, once it is known which network this is.
#[derive(Debug)]
pub(crate) struct Sources {
    settings: ForecastSettings,
    inquiries: Vec<Inquiry>,
    prices: Option<FilePrices>,
    #[cfg(feature = "archive")]
    archive: Option<axonry_archive::Archive>,
    /// The seed of the devnet's prices.
    seed: Option<u64>,
}

impl Sources {
    pub(crate) fn of(settings: &ForecastSettings, given: Given, devnet: Option<&Devnet>) -> Self {
        let mut inquiries = given.inquiries;
        if inquiries.is_empty() && devnet.is_some() {
            inquiries = devnet_inquiries();
        }
        Self {
            settings: settings.clone(),
            inquiries,
            prices: given.prices,
            #[cfg(feature = "archive")]
            archive: given.archive,
            seed: devnet.map(Devnet::seed),
        }
    }

    /// What of a validator's settings the mechanism decides: weights follow rewards at once.
    pub(crate) const fn settle(validating: &mut ValidatorSettings) {
        validating.alpha = 1.0;
    }

    /// The mechanism, and who keeps it company.
    pub(crate) async fn judge(
        self,
        connected: &Connected,
        http: &Client,
    ) -> Result<(Arc<Forecast>, Attendance)> {
        let competitions = vec![Competition::low(), Competition::high()];
        let largest = self.inquiries.iter().map(Inquiry::prices).max();
        let largest = largest.or_else(|| competitions.iter().map(prices_of).max());
        let mut dendrite =
            Dendrite::builder(Arc::clone(&connected.key) as _).limits(limits(largest.unwrap_or(0)));
        if self.settings.private_axons || self.seed.is_some() {
            dendrite = dendrite.private_addresses();
        }
        let skip_horizons = self.seed.is_some() && self.prices.is_none();
        let prices: Arc<dyn PriceSource> = match (self.prices, self.seed) {
            (Some(file), _) => Arc::new(file),
            (None, Some(seed)) => Arc::new(SeededPrices::new(seed)),
            (None, None) => Arc::new(PublicFeeds::new(http.clone())),
        };
        let workers = Arc::new(Workers::for_this_machine()?);
        let predictions = Predictions::open_or_create(place(connected)).await;
        let predictions = predictions.context("the predictions cannot be opened")?;
        let parts = ForecastParts {
            forward: Forward::new(dendrite.build(), Arc::clone(&workers)),
            workers,
            predictions: predictions.clone(),
            prices,
            clock: MovableClock::system(),
        };
        let cycles = self.inquiries.is_empty().then(|| Cycles {
            chain: Arc::new(connected.chain.clone()),
            netuid: connected.netuid,
        });
        let settings = Mechanism {
            competitions,
            keep: self.settings.keep,
            inquiries: self.inquiries,
            timeout: self.settings.timeout,
            skip_horizons,
            light_history: self.settings.light_history,
            #[cfg(feature = "archive")]
            archive: self.archive,
            ..Mechanism::default()
        };
        let forecast = Arc::new(Forecast::new(parts, settings));
        let attendance = Attendance {
            forecast: Arc::clone(&forecast),
            predictions,
            cycles,
        };
        Ok((forecast, attendance))
    }
}

/// Runs prompts beside the rounds, and sees to it that what has arrived is saved before the end.
#[derive(Debug)]
pub(crate) struct Attendance {
    forecast: Arc<Forecast>,
    predictions: Predictions,
    cycles: Option<Cycles>,
}

impl Attendance {
    pub(crate) async fn attend(self, beside: Beside) -> Result<()> {
        match self.cycles {
            Some(cycles) => self.forecast.run(cycles, &beside.stop).await,
            None => beside.stop.cancelled().await,
        }
        self.forecast.close().await;
        self.predictions.close().await;
        Ok(())
    }
}

/// Beside the state: in a file of its own, or in the same database, where they do not meet.
fn place(connected: &Connected) -> Location {
    match connected.state.location() {
        Location::Postgres(url) => Location::Postgres(url.clone()),
        _ => connected.state.folder().join("predictions.sqlite").into(),
    }
}

/// How many prices an answer has in a competition.
fn prices_of(competition: &Competition) -> usize {
    let asset = competition.assets.first();
    asset.map_or(0, |asset| Inquiry::of(competition, asset.clone()).prices())
}

/// A prompt of each competition, small enough for a demonstration.
fn devnet_inquiries() -> Vec<Inquiry> {
    let competitions = [Competition::low(), Competition::high()];
    let inquiries = competitions.iter().filter_map(|competition| {
        let asset = competition.assets.first()?.clone();
        Some(Inquiry {
            num_simulations: DEVNET_PATHS,
            ..Inquiry::of(competition, asset)
        })
    });
    inquiries.collect()
}
