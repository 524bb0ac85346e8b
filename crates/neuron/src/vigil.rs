use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axonry_chain::{Chain, Hyperparameters};
use axonry_core::{Block, BlockNumber, Hotkey, NetUid};
use axonry_weights::watchdog::{ALARM, Observation, Stall, Watchdog};
use axonry_weights::{Landing, SetError};
use serde::Serialize;
use tokio::time::Instant;
use tracing::{debug, error, info};

use crate::{Alarm, AlarmKind, Progress, Step, Unwatched, WeigherSettings, chain_of};

/// Whether weights still land, as the chain's state says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HealthReport {
    /// The block whose state was read.
    pub block: BlockNumber,
    /// When weights landed last; `null` where the hotkey has no slot.
    pub landed: Option<BlockNumber>,
    /// How many tempos ago that was; `null` where the hotkey has no slot.
    pub tempos_since_landed: Option<f64>,
    /// Whether somebody must act because nothing has landed for three tempos.
    pub alarm: bool,
    /// Why the next vector will not land, or the last did not, in a word (`no_permit`,
    /// `version_key`, `transport`, …).
    pub reason: Option<&'static str>,
    /// Whether that reason stands in the chain's state, so that nothing can land before it is gone.
    pub blocked: bool,
}

impl From<&Observation> for HealthReport {
    fn from(observation: &Observation) -> Self {
        let tempos = observation.tempos_since_landed;
        Self {
            block: observation.block.number,
            landed: observation.landed,
            tempos_since_landed: tempos.is_finite().then_some(tempos),
            alarm: observation.is_alarm(),
            reason: observation.reason.map(Stall::name),
            blocked: observation.blocked,
        }
    }
}

/// What was last said about the weights; it is said again only when it changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Said {
    #[default]
    Well,
    /// They cannot land, though the last ones are young.
    Blocked(Stall),
    /// Nothing has landed for too long.
    Stalled(Option<Stall>),
    /// The chain cannot be read for so long that nothing can have landed.
    Blind,
}

impl Said {
    /// The same for a program.
    fn alarm(self) -> Option<Alarm> {
        let (kind, reason) = match self {
            Self::Well => return None,
            Self::Blocked(reason) => (AlarmKind::Blocked, Some(reason)),
            Self::Stalled(reason) => (AlarmKind::Stalled, reason),
            Self::Blind => (AlarmKind::Blind, Some(Stall::Transport)),
        };
        let reason = reason.map_or("unknown", Stall::name);
        Some(Alarm { kind, reason })
    }
}

/// Watches over the weights while rounds run, and says once what an operator must act on.
#[derive(Debug)]
pub(crate) struct Vigil {
    watchdog: Watchdog,
    settings: Watched,
    said: Said,
    /// The first block that was looked at; a process that has just started is to blame for nothing.
    began: Option<BlockNumber>,
    tried: bool,
    last: Option<Seen>,
    pub(crate) told: Arc<dyn Progress>,
}

#[derive(Clone, Copy, Debug)]
struct Watched {
    netuid: NetUid,
    version_key: u64,
    block_time: Duration,
}

/// The last look at the chain that succeeded.
#[derive(Clone, Copy, Debug)]
struct Seen {
    when: Instant,
    tempos: f64,
    tempo: u64,
}

impl Vigil {
    pub(crate) fn new(hotkey: Hotkey, settings: &WeigherSettings) -> Self {
        let (place, version_key) = (
            (settings.netuid, settings.mechanism),
            settings.setter.version_key,
        );
        Self {
            watchdog: Watchdog::new(hotkey, place, version_key),
            settings: Watched {
                netuid: settings.netuid,
                version_key,
                block_time: settings.setter.block_time,
            },
            said: Said::Well,
            began: None,
            tried: false,
            last: None,
            told: Arc::new(Unwatched),
        }
    }

    /// Takes note of what became of a vector.
    pub(crate) fn note(&mut self, outcome: &Result<Landing, SetError>) {
        self.tried = true;
        self.watchdog.note(outcome);
    }

    /// Looks at the newest block's state.
    pub(crate) async fn observe_head(&mut self, chain: &dyn Chain) -> Option<HealthReport> {
        match chain.head().await {
            Ok(head) => self.observe(chain, head).await,
            Err(error) => {
                self.unreadable(&chain_of(&error));
                None
            }
        }
    }

    /// Looks at the chain's state at one block.
    pub(crate) async fn observe(&mut self, chain: &dyn Chain, at: Block) -> Option<HealthReport> {
        let rules = chain.hyperparameters(self.settings.netuid, at.hash);
        let observed = match rules.await {
            Ok(rules) => {
                let observed = self.watchdog.observe(chain, at).await;
                observed.map(|observed| (observed, rules))
            }
            Err(error) => Err(error),
        };
        match observed {
            Ok((observed, rules)) => {
                self.last = Some(Seen {
                    when: Instant::now(),
                    tempos: observed.tempos_since_landed,
                    tempo: u64::from(rules.tempo().max(1)),
                });
                self.began.get_or_insert(at.number);
                self.tell(&observed, u64::from(rules.tempo().max(1)));
                Some(HealthReport::from(&observed))
            }
            Err(error) => {
                self.unreadable(&chain_of(&error));
                None
            }
        }
    }

    /// Looks at the rules alone, which costs one request: a version key that is raised stops every
    /// vector from that block on.
    pub(crate) fn glance(&mut self, rules: &Hyperparameters) {
        if self.settings.version_key < rules.weights_version_key
            && matches!(self.said, Said::Well | Said::Blind)
        {
            self.say(Said::Blocked(Stall::VersionKey), f64::NAN);
        }
    }

    /// Takes note that the chain could not be read.
    ///
    /// That is no all-clear: what has not been seen to land for three tempos is as good as stalled.
    pub(crate) fn unreadable(&mut self, reason: &dyn fmt::Display) {
        debug!(%reason, "whether weights still land cannot be read");
        let Some(seen) = self.last else { return };
        let tempo = self.settings.block_time.as_secs_f64() * blocks(seen.tempo);
        let since = seen.tempos + seen.when.elapsed().as_secs_f64() / tempo.max(f64::MIN_POSITIVE);
        if since >= ALARM && !matches!(self.said, Said::Stalled(_)) {
            self.say(Said::Blind, since);
        }
    }

    fn tell(&mut self, observed: &Observation, tempo: u64) {
        let watched = self
            .began
            .map_or(0, |began| observed.block.number.since(began));
        // Weights that grew old while nobody ran are the first round's business.
        let excused = !self.tried && blocks(watched) < ALARM * blocks(tempo);
        let now = match (observed.is_alarm(), observed.reason) {
            (_, Some(reason)) if observed.blocked && !observed.is_alarm() => Said::Blocked(reason),
            (true, reason) if observed.blocked || !excused => Said::Stalled(reason),
            _ => Said::Well,
        };
        self.say(now, observed.tempos_since_landed);
    }

    fn say(&mut self, now: Said, tempos_since_landed: f64) {
        if now == self.said {
            return;
        }
        let name = |reason: Option<Stall>| reason.map_or("unknown", Stall::name);
        match now {
            Said::Well => info!("weights land again"),
            Said::Blocked(reason) => error!(
                reason = reason.name(),
                "no weights can land: the chain's state forbids it"
            ),
            Said::Stalled(reason) => error!(
                reason = name(reason),
                tempos_since_landed, "no weights have landed for three tempos"
            ),
            Said::Blind => error!(
                reason = Stall::Transport.name(),
                tempos_since_landed,
                "no weights have been seen to land for three tempos, and the chain cannot be read"
            ),
        }
        self.said = now;
        self.told.note(Step::Alarm(now.alarm()));
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "block numbers lie far below 2^53"
)]
const fn blocks(count: u64) -> f64 {
    count as f64
}
