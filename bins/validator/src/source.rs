//! Where a round's facts come from: files, the mirror, GitHub.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use axonry_core::{NetUid, UnixMillis};
use axonry_devnet::Devnet;
use axonry_github::{
    ContentCache, GitHub, MIRROR_QUOTA, MIRROR_URL, Mirror, PatStore, PullRequestSource, Secret,
};
use axonry_http::{Client, Quota, Tape};
use axonry_neuron::Clock;
use axonry_oss::{
    LIVE_REGISTRY, OpenSource, Registry, Tables, TokenListener, TokenSource, WorkerSettings,
};
use axonry_weights::ReservedShares;
use url::Url;

use crate::arguments::SCORE_CHANGES;
use crate::recording::{About, Recording};
use crate::settings::{Source, SourceSettings};

/// How many bytes of pull requests' contents and scores are kept on disk: some rounds of 256
/// miners.
const CONTENTS: u64 = 1 << 30;

/// The files named in the settings, read and checked.
pub(crate) struct Given {
    tokens: Option<PathBuf>,
    registry: Option<Registry>,
    texts: Texts,
    tables: Tables,
    reading: Vec<Secret>,
}

impl Given {
    pub(crate) fn read(settings: &SourceSettings) -> Result<Self> {
        if let Some(path) = &settings.tokens {
            PatStore::read(path)?;
        }
        let registry = settings.repositories.as_deref().map(registry);
        let texts = Texts::read(settings)?;
        Ok(Self {
            tokens: settings.tokens.clone(),
            registry: registry.transpose()?,
            tables: tables(settings)?,
            texts,
            reading: match &settings.github_tokens {
                Some(path) => secrets(path)?,
                None => Vec::new(),
            },
        })
    }
}

/// What is weighed how, as files say it.
#[derive(Clone, Debug, Default)]
struct Texts {
    repositories: Option<String>,
    token_weights: Option<String>,
    languages: Option<String>,
}

impl Texts {
    fn read(settings: &SourceSettings) -> Result<Self> {
        let read = |what: &str, path: &Option<PathBuf>| {
            let read = path.as_ref().map(|path| {
                let named = || format!("{what} file `{}`", path.display());
                fs::read_to_string(path).with_context(named)
            });
            read.transpose()
        };
        Ok(Self {
            repositories: read("repositories", &settings.repositories)?,
            token_weights: read("token weights", &settings.token_weights)?,
            languages: read("languages", &settings.languages)?,
        })
    }

    /// The subnet's tables, but for those that were given; they are called by these names where they
    /// are wrong.
    fn tables(&self, weights: &str, languages: &str) -> Result<Tables> {
        let mut tables = Tables::upstream();
        if let Some(text) = &self.token_weights {
            let named = || weights.to_owned();
            tables = tables.with_token_weights(text).with_context(named)?;
        }
        if let Some(text) = &self.languages {
            let named = || languages.to_owned();
            tables = tables.with_languages(text).with_context(named)?;
        }
        Ok(tables)
    }
}

/// Where a round's facts come from.
#[derive(Debug)]
pub(crate) struct Sources {
    source: Source,
    mirror: Url,
    github: Option<Url>,
    tokens: TokenSource,
    registry: Registry,
    texts: Texts,
    tables: Tables,
    /// Who keeps what is asked and answered, or answers in the servers' place.
    tape: Option<Arc<dyn Tape>>,
    heard: Option<Arc<dyn TokenListener>>,
    /// The tokens that GitHub is read with.
    reading: Vec<Secret>,
    pub(crate) clock: Clock,
    quota: Option<Quota>,
    in_flight: usize,
}

impl Sources {
    pub(crate) fn of(
        settings: &SourceSettings,
        given: Given,
        devnet: Option<&Devnet>,
    ) -> Result<Self> {
        let parse = |url: &str| Url::parse(url).with_context(|| format!("`{url}`"));
        let own_mirror = settings.mirror.is_none();
        let tokens = match (given.tokens, devnet) {
            (Some(path), _) => TokenSource::File(path),
            (None, Some(devnet)) => {
                PatStore::parse("the devnet's tokens", &devnet.tokens().to_string())?.into()
            }
            (None, None) => bail!(
                "which hotkey has which GitHub account? give --axon, where miners hand in their \
                 tokens, or --tokens, a file in the form of miner_pats.json"
            ),
        };
        let reading = match (settings.source, given.reading, devnet) {
            (Source::Mirror, ..) => Vec::new(),
            (Source::Github, reading, _) if !reading.is_empty() => reading,
            (Source::Github, _, Some(devnet)) => {
                let own = PatStore::parse("the devnet's tokens", &devnet.tokens().to_string())?;
                let tokens = own.entries().iter().filter_map(|entry| entry.pat.clone());
                tokens.collect()
            }
            (Source::Github, _, None) => bail!(
                "--source github: with whose allowance is GitHub read? give --github-tokens, a file \
                 with one token per line"
            ),
        };
        let mut texts = given.texts;
        let registry = match (given.registry, devnet) {
            (Some(registry), _) => registry,
            (None, devnet) => {
                let own = devnet.map(|devnet| devnet.registry().to_string());
                let text = own.unwrap_or_else(|| LIVE_REGISTRY.to_owned());
                Registry::from_json(texts.repositories.insert(text))?
            }
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
            source: settings.source,
            mirror,
            github,
            tokens,
            registry,
            texts,
            tables: given.tables,
            tape: None,
            heard: None,
            reading,
            clock,
            quota: settings.quota,
            in_flight: settings.in_flight,
        })
    }

    /// Lets everything be kept that miners are judged by.
    pub(crate) fn record(
        &mut self,
        folder: &Path,
        netuid: NetUid,
        reserved: &ReservedShares,
    ) -> Result<Arc<Recording>> {
        let Texts {
            repositories,
            token_weights,
            languages,
        } = self.texts.clone();
        let places = (self.source, self.mirror.clone(), self.github.clone());
        let texts = (repositories.unwrap_or_default(), token_weights, languages);
        let about = About::new(netuid, places, texts, &self.reading, reserved)?;
        let recording = Arc::new(Recording::begin(folder, &about)?);
        self.tape = Some(Arc::clone(&recording) as _);
        self.heard = Some(Arc::clone(&recording) as _);
        Ok(recording)
    }

    /// Those of a run that was recorded.
    pub(crate) fn replayed(
        about: &About,
        tape: Arc<dyn Tape>,
        tokens: TokenSource,
        in_flight: usize,
    ) -> Result<Self> {
        let texts = Texts {
            repositories: Some(about.repositories.clone()),
            token_weights: about.token_weights.clone(),
            languages: about.languages.clone(),
        };
        Ok(Self {
            source: about.source,
            mirror: about.mirror.clone(),
            github: about.github.clone(),
            tokens,
            registry: Registry::from_json(&about.repositories)?,
            tables: texts.tables("the recorded token weights", "the recorded languages")?,
            texts,
            tape: Some(tape),
            heard: None,
            reading: about.reading.iter().cloned().map(Secret::new).collect(),
            clock: Clock::System,
            quota: None,
            in_flight: in_flight.max(1),
        })
    }

    pub(crate) fn http(&self) -> Result<Client> {
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
        if let Some(tape) = &self.tape {
            builder = builder.tape(Arc::clone(tape));
        }
        builder.build().context("could not make the HTTP client")
    }

    /// The mechanism on its source, parsing in children of this same program.
    pub(crate) fn mechanism(self, http: &Client, contents: Option<&Path>) -> Result<OpenSource> {
        let mut github = GitHub::builder().http(http.clone()).tokens(self.reading);
        if let Some(base) = self.github {
            github = github.base(base);
        }
        let github = github.build()?;
        let source: Arc<dyn PullRequestSource> = match self.source {
            Source::Mirror => {
                let mirror = Mirror::builder().base(self.mirror).http(http.clone());
                Arc::new(mirror.build()?)
            }
            Source::Github => Arc::new(github.clone()),
        };
        let mut builder = OpenSource::builder(source, github)
            // The HTTP client holds to the number; a few more questions wait there for their turn, so
            // that none is missed while an answer is being read.
            .in_flight(self.in_flight + self.in_flight.div_ceil(4))
            .registry(self.registry)
            .tables(self.tables)
            .tokens(self.tokens)
            .parse_apart(parser, WorkerSettings::default());
        if let Some(listener) = self.heard {
            builder = builder.heard_by(listener);
        }
        // What was kept before would not be on the tape.
        if let Some(folder) = contents.filter(|_| self.tape.is_none()) {
            let named = || format!("cannot keep fetched contents in `{}`", folder.display());
            builder = builder.cache(ContentCache::open(folder, CONTENTS).with_context(named)?);
        }
        Ok(builder.build()?)
    }
}

/// This same program, told to score changes.
fn parser() -> Command {
    // The link leads to the program that is running, even if an update has replaced its file.
    let mut command = Command::new("/proc/self/exe");
    command.arg(SCORE_CHANGES);
    command
}

/// The repositories that count.
pub(crate) fn registry(path: &Path) -> Result<Registry> {
    let named = || format!("repositories file `{}`", path.display());
    let text = fs::read_to_string(path).with_context(named)?;
    Registry::from_json(&text).with_context(named)
}

/// What tokens and languages weigh: the subnet's tables, but for those that files give.
pub(crate) fn tables(settings: &SourceSettings) -> Result<Tables> {
    let named = |what: &str, path: &Option<PathBuf>| match path {
        Some(path) => format!("{what} file `{}`", path.display()),
        None => what.to_owned(),
    };
    Texts::read(settings)?.tables(
        &named("token weights", &settings.token_weights),
        &named("languages", &settings.languages),
    )
}

/// One token per line; what is empty or begins with `#` is none.
pub(crate) fn secrets(path: &Path) -> Result<Vec<Secret>> {
    let named = || format!("GitHub tokens `{}`", path.display());
    let text = fs::read_to_string(path).with_context(named)?;
    let lines = text.lines().map(str::trim);
    let tokens: Vec<Secret> = lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| Secret::new(line.to_owned()))
        .collect();
    if tokens.is_empty() {
        bail!("{}: there is no token in it", named());
    }
    Ok(tokens)
}

/// Moments before 1970 are as good as 1970.
fn moment(time: jiff::Timestamp) -> UnixMillis {
    UnixMillis(u64::try_from(time.as_millisecond()).unwrap_or(0))
}
