//! Putting the mechanism together.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use axonry_github::{ContentCache, GitHub, PatStore, PullRequestSource, RepositoryName};
use axonry_scoring::registry::Registry;
use axonry_syntax::worker::WorkerSettings;
use axonry_syntax::{GrammarSet, Scorer, ScorerError, Settings, Tables};

use crate::account::{TokenListener, TokenSource};
use crate::kept::Kept;
use crate::maintainers::Maintainers;
use crate::mechanism::OpenSource;
use crate::memory::Memory;
use crate::parsing::{Parsing, Workers};
use crate::rules;

/// Requests under way at once, unless set; the HTTP client's own bounds hold as well.
const IN_FLIGHT: usize = 16;

/// Settings of an [`OpenSource`] in the making.
#[derive(Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct OpenSourceBuilder {
    source: Arc<dyn PullRequestSource>,
    github: GitHub,
    registry: Registry,
    tokens: TokenSource,
    heard: Option<Arc<dyn TokenListener>>,
    cache: Option<ContentCache>,
    in_flight: usize,
    miner_deadline: Duration,
    tables: Tables,
    parsing: Settings,
    workers: Option<Workers>,
}

/// Why the mechanism cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenSourceError {
    /// The code scorer cannot be made.
    #[error("could not prepare the scoring of code")]
    Scorer(#[from] ScorerError),
    /// A repository's name cannot be one on GitHub.
    #[error("registry: `{0}` is no repository name: `owner/name` is expected")]
    Repository(String),
}

impl OpenSource {
    /// Starts from an empty registry and no tokens. `source` is a
    /// [`Mirror`](axonry_github::Mirror) or whatever else knows pull requests.
    pub fn builder(source: impl PullRequestSource + 'static, github: GitHub) -> OpenSourceBuilder {
        OpenSourceBuilder {
            source: Arc::new(source),
            github,
            registry: Registry::default(),
            tokens: PatStore::default().into(),
            heard: None,
            cache: None,
            in_flight: IN_FLIGHT,
            miner_deadline: Duration::from_secs(20 * 60),
            tables: Tables::upstream(),
            parsing: Settings {
                grammars: GrammarSet::Parity,
                ..Settings::default()
            },
            workers: None,
        }
    }
}

impl OpenSourceBuilder {
    /// The repositories that count.
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = registry;
        self
    }

    /// Which hotkey proved which account.
    pub fn tokens(mut self, tokens: impl Into<TokenSource>) -> Self {
        self.tokens = tokens.into();
        self
    }

    /// Who hears which tokens each round goes by. Default nobody.
    pub fn heard_by(mut self, listener: Arc<dyn TokenListener>) -> Self {
        self.heard = Some(listener);
        self
    }

    /// Where contents and scores of pull requests are kept between runs. Without it they are
    /// fetched again after a restart.
    pub fn cache(mut self, cache: ContentCache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// How many requests may be under way at once; at least one. Default 16.
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.in_flight = requests.max(1);
        self
    }

    /// How long after its start a round waits for a miner's lists and files, waiting for a quota
    /// included; what is not there by then is unknown in that round. Default 20 min.
    pub const fn miner_deadline(mut self, deadline: Duration) -> Self {
        self.miner_deadline = deadline;
        self
    }

    /// What tokens and languages weigh, in this process and in children that parse. Default
    /// upstream's.
    pub fn tables(mut self, tables: Tables) -> Self {
        self.tables = tables;
        self
    }

    /// How code is parsed: by which grammars, within which budget. Default upstream's grammars.
    pub const fn parsing(mut self, settings: Settings) -> Self {
        self.parsing = settings;
        self
    }

    /// Parses in child processes, which a hang or a crash of a grammar takes down instead of this
    /// one. `command` starts a program that calls [`serve_parsing`](crate::serve_parsing).
    ///
    /// Up to one child per processor runs at a time; each lives as long as the mechanism.
    pub fn parse_apart(
        mut self,
        command: impl Fn() -> Command + Send + Sync + 'static,
        settings: WorkerSettings,
    ) -> Self {
        self.workers = Some(Workers::new(Box::new(command), settings));
        self
    }

    /// Checks the settings and prepares the grammars.
    ///
    /// # Errors
    /// [`OpenSourceError`].
    pub fn build(self) -> Result<OpenSource, OpenSourceError> {
        for (name, _) in self.registry.iter() {
            if name.parse::<RepositoryName>().is_err() {
                return Err(OpenSourceError::Repository(name.to_owned()));
            }
        }
        let scorer = Scorer::with_settings(self.tables, self.parsing)?;
        let rules = rules::digest(&scorer);
        Ok(OpenSource {
            source: self.source,
            github: self.github,
            registry: self.registry,
            tokens: self.tokens,
            heard: self.heard,
            parsing: Arc::new(Parsing::new(scorer, self.workers)),
            kept: Arc::new(Kept::new(self.cache, rules)),
            maintainers: Maintainers::default(),
            in_flight: self.in_flight,
            miner_deadline: self.miner_deadline,
            work: Memory::default(),
            issues: Memory::default(),
        })
    }
}
