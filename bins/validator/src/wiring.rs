//! The one client of each kind, made from the settings and put together.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use axonry_core::UnixMillis;
use axonry_devnet::Devnet;
use axonry_github::{ContentCache, GitHub, MIRROR_QUOTA, MIRROR_URL, Mirror, PatStore};
use axonry_http::{Client, Quota};
use axonry_neuron::{Clock, Progress, RehearsalReport, Validator, ValidatorSettings};
use axonry_oss::{LIVE_REGISTRY, OpenSource, Registry, TokenSource};
use axonry_substrate::Substrate;
use url::Url;

use crate::connection::{Connected, Local};
use crate::embedded;
use crate::report::Requests;
use crate::settings::{Settings, SourceSettings};
use crate::state::Purpose;
use crate::weights::Prospect;

/// How many bytes of pull requests' contents and scores are kept on disk: some rounds of 256
/// miners.
const CONTENTS: u64 = 1 << 30;

/// A validator with everything it stands on.
#[derive(Debug)]
pub(crate) struct Wired {
    pub(crate) validator: Validator,
    pub(crate) counted: Counted,
    /// What the devnet has to say for itself, for a person.
    pub(crate) greeting: Option<String>,
    connected: Connected,
}

impl Wired {
    /// Makes the clients, checks the keys, opens the state, and connects to the chain.
    pub(crate) async fn new(settings: &Settings, progress: Arc<dyn Progress>) -> Result<Self> {
        let purpose = match settings.dry_run {
            true => Purpose::Looking,
            false => Purpose::Signing,
        };
        let given = || Given::read(&settings.sources);
        let (local, given) = Local::new(&settings.subnet, purpose, given).await?;
        let sources = Sources::of(&settings.sources, given, local.devnet.as_ref())?;
        let connected = Connected::new(&settings.subnet, purpose, local).await?;
        let http = sources.http()?;
        let weighing = connected.weighing(&settings.subnet);
        let mut validating = ValidatorSettings::new(weighing.netuid);
        validating.setter = weighing.setter;
        validating.reserved = weighing.reserved;
        validating.clock = sources.clock;
        if settings.rounds.is_some() {
            // Nobody comes after the last round to reveal what it committed.
            validating.reveal_patience = validating.setter.deadline;
        }
        // What ends with the process is not worth the disk's time.
        let state = &connected.state;
        let contents = (!state.is_temporary()).then(|| state.folder().join("contents"));
        let mechanism = sources.mechanism(&http, contents.as_deref())?;
        let validator = Validator::new(
            Arc::new(connected.chain.clone()),
            Arc::new(mechanism),
            connected.store.clone(),
            Arc::clone(&connected.key) as _,
            validating,
        )
        .watched_by(progress);
        Ok(Self {
            validator,
            counted: Counted {
                chain: connected.chain.clone(),
                http,
            },
            greeting: connected.devnet.as_ref().map(embedded::greeting),
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
            connected,
            ..
        } = self;
        drop((validator, counted));
        connected.close().await;
    }
}

/// The clients that count their requests.
#[derive(Clone, Debug)]
pub(crate) struct Counted {
    chain: Substrate,
    http: Client,
}

impl Counted {
    /// Requests made since the start.
    pub(crate) fn requests(&self) -> Requests {
        Requests::of(self.chain.requests(), &self.http.counters())
    }
}

/// The files named in the settings, read and checked.
struct Given {
    tokens: Option<PathBuf>,
    registry: Option<Registry>,
}

impl Given {
    fn read(settings: &SourceSettings) -> Result<Self> {
        if let Some(path) = &settings.tokens {
            PatStore::read(path)?;
        }
        let registry = match &settings.repositories {
            Some(path) => {
                let named = || format!("repositories file `{}`", path.display());
                let text = fs::read_to_string(path).with_context(named)?;
                Some(Registry::from_json(&text).with_context(named)?)
            }
            None => None,
        };
        Ok(Self {
            tokens: settings.tokens.clone(),
            registry,
        })
    }
}

/// Where a round's facts come from.
struct Sources {
    mirror: Url,
    github: Option<Url>,
    tokens: TokenSource,
    registry: Registry,
    clock: Clock,
    quota: Option<Quota>,
    in_flight: usize,
}

impl Sources {
    fn of(settings: &SourceSettings, given: Given, devnet: Option<&Devnet>) -> Result<Self> {
        let parse = |url: &str| Url::parse(url).with_context(|| format!("`{url}`"));
        let own_mirror = settings.mirror.is_none();
        let tokens = match (given.tokens, devnet) {
            (Some(path), _) => TokenSource::File(path),
            (None, Some(devnet)) => {
                PatStore::parse("the devnet's tokens", &devnet.tokens().to_string())?.into()
            }
            (None, None) => bail!(
                "which hotkey has which GitHub account? give --tokens, a file in the form of \
                 miner_pats.json"
            ),
        };
        let registry = match (given.registry, devnet) {
            (Some(registry), _) => registry,
            (None, Some(devnet)) => Registry::from_json(&devnet.registry().to_string())?,
            (None, None) => Registry::from_json(LIVE_REGISTRY)?,
        };
        let mirror = match (&settings.mirror, devnet) {
            (Some(url), _) => url.clone(),
            (None, Some(devnet)) => parse(&devnet.mirror_url)?,
            (None, None) => parse(MIRROR_URL)?,
        };
        let github = match (&settings.github, devnet) {
            (Some(url), _) => Some(url.clone()),
            (None, Some(devnet)) => Some(parse(&devnet.mirror_url)?),
            (None, None) => None,
        };
        let clock = match devnet {
            // The devnet's pull requests have fixed ages; by its own clock they keep them.
            Some(devnet) if own_mirror => Clock::Fixed(moment(devnet.now())),
            _ => Clock::System,
        };
        Ok(Self {
            mirror,
            github,
            tokens,
            registry,
            clock,
            quota: settings.quota,
            in_flight: settings.in_flight,
        })
    }

    fn http(&self) -> Result<Client> {
        let mut builder = Client::builder()
            .user_agent(concat!("axonry-validator/", env!("CARGO_PKG_VERSION")))
            .concurrency(self.in_flight);
        // The limit is the public mirror's, per address; a mirror of one's own has none.
        let public = self.mirror.as_str().starts_with(MIRROR_URL);
        if let Some(quota) = self.quota.or(public.then_some(MIRROR_QUOTA)) {
            let host = self.mirror.host_str().unwrap_or_default();
            let port = self.mirror.port_or_known_default().unwrap_or_default();
            builder = builder.quota(format!("{host}:{port}"), quota);
        }
        builder.build().context("could not make the HTTP client")
    }

    fn mechanism(self, http: &Client, contents: Option<&Path>) -> Result<OpenSource> {
        let mirror = Mirror::builder()
            .base(self.mirror)
            .http(http.clone())
            .build()?;
        let mut github = GitHub::builder().http(http.clone());
        if let Some(base) = self.github {
            github = github.base(base);
        }
        let mut builder = OpenSource::builder(mirror, github.build()?)
            .in_flight(self.in_flight)
            .registry(self.registry)
            .tokens(self.tokens);
        if let Some(folder) = contents {
            let named = || format!("cannot keep fetched contents in `{}`", folder.display());
            builder = builder.cache(ContentCache::open(folder, CONTENTS).with_context(named)?);
        }
        Ok(builder.build()?)
    }
}

/// Moments before 1970 are as good as 1970.
fn moment(time: jiff::Timestamp) -> UnixMillis {
    UnixMillis(u64::try_from(time.as_millisecond()).unwrap_or(0))
}
