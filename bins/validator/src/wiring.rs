//! The one client of each kind, made from the settings and put together.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use axonry_chain::Chain;
use axonry_core::{Hotkey, NetUid, UnixMillis};
use axonry_devnet::{Devnet, DevnetConfig};
use axonry_github::{ContentCache, GitHub, MIRROR_QUOTA, MIRROR_URL, Mirror, PatStore};
use axonry_http::{Client, Quota};
use axonry_neuron::{Clock, Progress, Validator, ValidatorSettings};
use axonry_oss::{LIVE_REGISTRY, OpenSource, Registry, TokenSource};
use axonry_store::Store;
use axonry_substrate::{Endpoint, Substrate};
use axonry_wallet::{Keypair, Wallet};
use axonry_weights::HotkeyLock;
use tracing::{info, warn};
use url::Url;

use crate::network::Network;
use crate::report::Requests;
use crate::settings::{DevnetSettings, Key, Settings};

/// How many bytes of pull requests' contents and scores are kept on disk: some rounds of 256
/// miners.
const CONTENTS: u64 = 1 << 30;

/// A validator with everything it stands on.
#[derive(Debug)]
pub(crate) struct Wired {
    pub(crate) validator: Validator,
    pub(crate) store: Store,
    pub(crate) counted: Counted,
    /// What the devnet has to say for itself, for a person.
    pub(crate) greeting: Option<String>,
    /// Held as long as this process may sign.
    _lock: Option<HotkeyLock>,
    /// The embedded devnet runs as long as this lives, and so does its temporary state.
    _devnet: Option<(Devnet, Option<tempfile::TempDir>)>,
}

impl Wired {
    /// Makes the clients, checks the keys, opens the state, and connects to the chain.
    pub(crate) async fn new(settings: &Settings, progress: Arc<dyn Progress>) -> Result<Self> {
        // What can be wrong on this machine is found before anything is started or asked.
        let key = keypair(&settings.key)?;
        let lock = lock(&settings.key, key.hotkey())?;
        let given = Given::read(settings)?;
        let (endpoint, devnet) = match &settings.network {
            Network::Node { endpoint, .. } => (endpoint.clone(), None),
            Network::Devnet => {
                let devnet = spawn(&settings.devnet, settings.netuid).await?;
                let endpoint: Endpoint = devnet.ws_url.parse()?;
                (endpoint, Some(devnet))
            }
        };
        let sources = Sources::of(settings, given, devnet.as_ref())?;
        // The state is opened first: a wrong folder is known before anybody is asked anything.
        let (state, temporary) = state_folder(settings)?;
        let store = Store::open_or_create(&state.join("validator.sqlite")).await?;
        let chain = Substrate::builder()
            .endpoint(endpoint)
            .metadata_cache(state.join("metadata"))
            .connect()
            .await?;
        info!(network = %settings.network, genesis = %chain.genesis(), "connected to the chain");
        store.bind(chain.genesis()).await?;
        let http = sources.http()?;
        let mut validating = ValidatorSettings::new(sources.netuid);
        validating.setter.version_key = settings.version_key;
        validating.clock = sources.clock;
        if settings.rounds.is_some() {
            // Nobody comes after the last round to reveal what it committed.
            validating.reveal_patience = validating.setter.deadline;
        }
        if let Some(devnet) = &devnet {
            validating.setter.drand = devnet.chain().drand();
            validating.setter.block_time = devnet.block_time();
        }
        // What ends with the process is not worth the disk's time.
        let contents = temporary.is_none().then(|| state.join("contents"));
        let mechanism = sources.mechanism(&http, contents.as_deref())?;
        let validator = Validator::new(
            Arc::new(chain.clone()),
            Arc::new(mechanism),
            store.clone(),
            Arc::new(key),
            validating,
        )
        .watched_by(progress);
        Ok(Self {
            validator,
            store,
            counted: Counted { chain, http },
            greeting: devnet.as_ref().map(greeting),
            _lock: lock,
            _devnet: devnet.map(|devnet| (devnet, temporary)),
        })
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
    fn read(settings: &Settings) -> Result<Self> {
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
    netuid: NetUid,
    mirror: Url,
    github: Option<Url>,
    tokens: TokenSource,
    registry: Registry,
    clock: Clock,
    quota: Option<Quota>,
    in_flight: usize,
}

impl Sources {
    fn of(settings: &Settings, given: Given, devnet: Option<&Devnet>) -> Result<Self> {
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
        let netuid = settings.netuid.or(devnet.map(|devnet| devnet.netuid));
        let netuid = netuid.context("which subnet? give --netuid")?;
        Ok(Self {
            netuid,
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

/// Two processes that sign with one hotkey spoil each other's nonces and weights; a second one on
/// this machine is refused. Keys known to everybody are for test chains, where that is nobody's loss.
fn lock(key: &Key, hotkey: Hotkey) -> Result<Option<HotkeyLock>> {
    if matches!(key, Key::Uri(_)) {
        return Ok(None);
    }
    let home = std::env::home_dir().context("no home folder for the hotkey's lock file")?;
    let folder = home.join(".axonry/locks");
    fs::create_dir_all(&folder).with_context(|| format!("`{}`", folder.display()))?;
    Ok(Some(HotkeyLock::acquire(&folder, hotkey)?))
}

fn keypair(key: &Key) -> Result<Keypair> {
    match key {
        Key::Uri(uri) => Keypair::from_uri(uri).context("--hotkey-uri"),
        Key::File {
            root,
            wallet,
            hotkey,
        } => {
            let wallet = Wallet::open(root, wallet)?;
            if let Some((path, _)) = wallet.readable_coldkey_secret() {
                warn!(
                    path = %path.display(),
                    "this machine can read a coldkey; a validator needs the hotkey only, so move \
                     the coldkey elsewhere"
                );
            }
            Ok(wallet.hotkey(hotkey)?)
        }
    }
}

async fn spawn(settings: &DevnetSettings, netuid: Option<NetUid>) -> Result<Devnet> {
    let mut config = match &settings.config {
        Some(path) => {
            let named = || format!("devnet configuration `{}`", path.display());
            DevnetConfig::from_file(path).with_context(named)?
        }
        None => DevnetConfig::default(),
    };
    if let Some(netuid) = netuid.filter(|_| settings.config.is_none()) {
        config.netuid = netuid;
    }
    if let Some(path) = &settings.metadata {
        let named = || format!("metadata file `{}`", path.display());
        config.metadata = Some(fs::read(path).with_context(named)?);
    }
    config.seed = settings.seed.unwrap_or(config.seed);
    config.git = settings
        .git
        .clone()
        .or(config.git)
        .or_else(|| Some(PathBuf::from(".")));
    Devnet::spawn(config)
        .await
        .context("could not start the devnet")
}

fn greeting(devnet: &Devnet) -> String {
    format!(
        "devnet: subnet {} with {} neurons; {}",
        devnet.netuid,
        devnet.hotkeys.len(),
        devnet.source(),
    )
}

/// Moments before 1970 are as good as 1970.
fn moment(time: jiff::Timestamp) -> UnixMillis {
    UnixMillis(u64::try_from(time.as_millisecond()).unwrap_or(0))
}

/// The folder for the state; a temporary one for a chain that ends with the process.
fn state_folder(settings: &Settings) -> Result<(PathBuf, Option<tempfile::TempDir>)> {
    match &settings.state {
        Some(folder) => Ok((Path::new(folder).to_owned(), None)),
        None if settings.network == Network::Devnet => {
            let temporary = tempfile::tempdir().context("no temporary folder for the state")?;
            Ok((temporary.path().to_owned(), Some(temporary)))
        }
        None => bail!("where to keep the state? give --state"),
    }
}
