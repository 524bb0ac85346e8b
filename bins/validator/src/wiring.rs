//! The one client of each kind, made from the settings and put together.

use std::sync::Arc;

use anyhow::{Result, bail};
use axonry_http::Client;
use axonry_neuron::{Progress, RehearsalReport, Validator, ValidatorSettings};
use axonry_operations::Watchdog;
use axonry_substrate::Substrate;

use crate::companions::Companions;
use crate::connection::{Connected, Local};
use crate::embedded;
use crate::exchange;
use crate::judge::{Given, Judge, Sources};
use crate::leaderboard;
use crate::operations::Operations;
use crate::progress::{Bars, Together};
use crate::recording::Recording;
use crate::requests::Requests;
use crate::settings::Settings;
use crate::state::{Purpose, StandIn};
use crate::weights::Prospect;

/// A validator with everything it stands on.
#[derive(Debug)]
pub(crate) struct Wired {
    pub(crate) validator: Validator,
    pub(crate) counted: Counted,
    /// What runs beside the rounds.
    pub(crate) companions: Companions,
    /// What devnet and axon have to say for themselves, for a person.
    pub(crate) greeting: Option<String>,
    /// Ends the process when it stands still.
    watchdog: Watchdog,
    /// What the rounds are judged by, as it is written down.
    recording: Option<Arc<Recording>>,
    connected: Connected,
}

impl Wired {
    /// Makes the clients, checks the keys, opens the state, and connects to the chain.
    ///
    /// `bars` are told how far each round has come, as are metrics and the watchdog.
    pub(crate) async fn new(settings: &Settings, bars: Option<Arc<Bars>>) -> Result<Self> {
        let purpose = match settings.dry_run {
            true => Purpose::Looking,
            false => Purpose::Signing,
        };
        let given = || {
            let exchange = exchange::Prepared::of(settings)?;
            let judging = match &exchange {
                Some(exchange) => exchange.judging(&settings.judging),
                None => settings.judging.clone(),
            };
            anyhow::Ok((Given::read(&judging)?, exchange))
        };
        let (local, (given, exchange)) = Local::new(&settings.subnet, purpose, given).await?;
        let mut sources = Sources::of(&settings.judging, given, local.devnet.as_ref())?;
        let connected = Connected::new(&settings.subnet, purpose, local).await?;
        match connected.state.stand_in() {
            Some(StandIn::InUse) => bail!(
                "a validator is running on this state, so that a rehearsal would not know what \
                 miners have earned: its own reports say what it sets"
            ),
            Some(StandIn::Lost) => bail!(
                "there is no state at `{}`, so that a rehearsal would not know what miners have \
                 earned: bring the earlier state, or say with --new-state how to begin anew",
                connected.state.location()
            ),
            Some(StandIn::Missing) | None => {}
        }
        let weighing = connected.weighing(&settings.subnet);
        let mut validating = ValidatorSettings::new(weighing.netuid);
        validating.setter = weighing.setter;
        validating.reserved = weighing.reserved;
        sources.settle(&mut validating);
        if settings.rounds.is_some() {
            // Nobody comes after the last round to reveal what it committed.
            validating.reveal_patience = validating.setter.deadline;
        }
        let reserved = &settings.subnet.reserved;
        let recording = settings.record.as_deref();
        let recording = recording
            .map(|folder| sources.record(folder, connected.netuid, reserved))
            .transpose()?;
        let Judge {
            mechanism,
            http,
            attendance,
        } = sources.judge(&connected).await?;
        let operations = Operations::new(connected.netuid);
        let bars = bars.map(|bars| bars as Arc<dyn Progress>);
        let watchers = operations.watchers().into_iter().chain(bars);
        let mut validator = Validator::new(
            Arc::new(connected.chain.clone()),
            mechanism,
            connected.store.clone(),
            Arc::clone(&connected.key) as _,
            validating,
        )
        .watched_by(Arc::new(Together(watchers.collect())));
        if let Some(recording) = &recording {
            validator = validator.recorded_by(Arc::clone(recording) as _);
        }
        let counted = Counted {
            chain: connected.chain.clone(),
            http,
        };
        let mut companions = Companions::new();
        if let Some(attendance) = attendance {
            companions.start("prompts", |beside| attendance.attend(beside));
        }
        let watchdog = operations
            .start(settings.metrics, &counted, &mut companions)
            .await?;
        if purpose == Purpose::Signing {
            let beside = leaderboard::Beside {
                store: connected.store.clone(),
                netuid: connected.netuid,
                hotkey: connected.key.hotkey(),
                mechanism: settings.subnet.mechanism,
            };
            leaderboard::start(beside, settings.leaderboard, &mut companions).await?;
        }
        let greet = |devnet| embedded::greeting(devnet, settings.subnet.mechanism);
        let mut greeting = Vec::from_iter(connected.devnet.as_ref().map(greet));
        if let Some(exchange) = exchange {
            let beginning = exchange.begin(&connected, &counted.http, &mut companions);
            greeting.push(beginning.await?);
        }
        Ok(Self {
            validator,
            counted,
            companions,
            watchdog,
            recording,
            greeting: (!greeting.is_empty()).then(|| greeting.join("\n")),
            connected,
        })
    }

    /// Asks the node about what a rehearsal would send.
    pub(crate) async fn prospect(&self, rehearsal: RehearsalReport) -> Prospect {
        let signer = self.connected.key.hotkey();
        Prospect::of(rehearsal, &self.connected.chain, signer).await
    }

    /// Ends it all in the order that leaves nobody with half a connection.
    pub(crate) async fn close(self) {
        let Self {
            validator,
            counted,
            companions,
            watchdog,
            recording,
            connected,
            ..
        } = self;
        drop(watchdog);
        companions.close().await;
        drop((validator, counted));
        if let Some(recording) = recording {
            recording.end();
        }
        connected.close().await;
    }
}

/// The clients that count their requests.
#[derive(Clone, Debug)]
pub(crate) struct Counted {
    pub(crate) chain: Substrate,
    pub(crate) http: Client,
}

impl Counted {
    /// Requests made since the start.
    pub(crate) fn requests(&self) -> Requests {
        Requests::of(self.chain.requests(), &self.http.counters())
    }
}
