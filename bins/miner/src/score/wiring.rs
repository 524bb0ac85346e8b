//! The one client of each kind, the mechanism on it, and a subnet of one miner.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use axonry_chain::{EpochClock, FormulaEpochs, Hyperparameters, Metagraph, Neuron};
use axonry_core::{Alpha, Block, BlockHash, BlockNumber, Coldkey, Hotkey, NetUid, Uid, UnixMillis};
use axonry_github::{
    GitHub, GithubId, MIRROR_QUOTA, MIRROR_URL, Mirror, PatStore, PullRequestSource, Secret,
};
use axonry_http::Client;
use axonry_oss::{LIVE_REGISTRY, OpenSource, Registry, Tables};
use jiff::Timestamp;
use serde_json::json;

use super::arguments::{ScoreArguments, Source};
use super::local::Local;
use crate::token;

/// Uid of the one miner; uid 0 only takes what is recycled.
const MINER: u16 = 1;

/// The mechanism, and what a reader must know of where it looks.
#[derive(Debug)]
pub(crate) struct Wired {
    pub(crate) mechanism: OpenSource,
    /// Where the work was read, in words.
    pub(crate) source: String,
    /// What is taken for granted there.
    pub(crate) assumptions: Vec<String>,
}

impl Wired {
    pub(crate) async fn new(asked: &ScoreArguments) -> Result<Self> {
        let registry = registry(asked.repositories.as_deref())?;
        let tables = tables(asked.token_weights.as_deref(), asked.languages.as_deref())?;
        if let Some(path) = &asked.git {
            let local = Local::read(path, asked, &registry).await?;
            let (registry, assumptions) = (local.registry(), local.assumptions());
            let account = Account::Checked(local.account());
            return Ok(Self {
                source: format!("git repository `{}`", path.display()),
                mechanism: mechanism(local, http(None)?, None, registry, tables, &account)?,
                assumptions,
            });
        }
        let token = asked.token_file.as_deref().map(token::read).transpose()?;
        let account = match (&asked.github_id, &token) {
            (Some(id), _) => Account::Checked(id.clone()),
            (None, Some(token)) => Account::Proved(token.clone()),
            (None, None) => bail!("give `--github-id`, `--token-file` or `--git`"),
        };
        let base = asked.mirror.as_deref().unwrap_or(MIRROR_URL);
        let http = http(Some(base))?;
        let (source, named): (Arc<dyn PullRequestSource>, _) = match asked.source {
            Source::Mirror => {
                let mirror = Mirror::builder().base(base).http(http.clone()).build()?;
                (Arc::new(mirror), format!("mirror {base}"))
            }
            Source::Github => {
                let token =
                    token.context("`--source github` asks with a token: give `--token-file`")?;
                let github = github(asked.github.as_deref(), &http)
                    .tokens([token])
                    .build()?;
                let base = asked.github.as_deref().unwrap_or("https://api.github.com");
                (Arc::new(github), format!("GitHub {base}"))
            }
        };
        let base = asked.github.as_deref();
        Ok(Self {
            mechanism: mechanism(source, http, base, registry, tables, &account)?,
            source: named,
            assumptions: Vec::new(),
        })
    }
}

/// Whose work it is.
enum Account {
    /// The account of this id.
    Checked(GithubId),
    /// Whoever's token this is.
    Proved(Secret),
}

fn mechanism(
    source: impl PullRequestSource + 'static,
    http: Client,
    github_base: Option<&str>,
    registry: Registry,
    tables: Tables,
    account: &Account,
) -> Result<OpenSource> {
    let hotkey = miner().to_string();
    let entry = match account {
        Account::Checked(id) => json!([{"uid": MINER, "hotkey": hotkey, "github_id": id.as_str()}]),
        Account::Proved(token) => json!([{"uid": MINER, "hotkey": hotkey, "pat": token.expose()}]),
    };
    let tokens = PatStore::parse("the account", &entry.to_string())?;
    let github = github(github_base, &http).build()?;
    let mechanism = OpenSource::builder(source, github)
        .registry(registry)
        .tables(tables)
        .tokens(tokens);
    Ok(mechanism.build()?)
}

fn github(base: Option<&str>, http: &Client) -> axonry_github::GitHubBuilder {
    let builder = GitHub::builder().http(http.clone());
    match base {
        Some(base) => builder.base(base),
        None => builder,
    }
}

/// One client for everything; the public mirror's limit holds for whoever asks it.
fn http(mirror: Option<&str>) -> Result<Client> {
    let mut builder =
        Client::builder().user_agent(concat!("axonry-miner/", env!("CARGO_PKG_VERSION")));
    if let Some(host) = mirror
        .filter(|base| base.starts_with(MIRROR_URL))
        .and_then(|_| MIRROR_URL.strip_prefix("https://"))
    {
        builder = builder.quota(format!("{host}:443"), MIRROR_QUOTA);
    }
    builder.build().context("could not make the HTTP client")
}

fn registry(path: Option<&Path>) -> Result<Registry> {
    let Some(path) = path else {
        return Ok(Registry::from_json(LIVE_REGISTRY)?);
    };
    let named = || format!("repositories file `{}`", path.display());
    let text = fs::read_to_string(path).with_context(named)?;
    Registry::from_json(&text).with_context(named)
}

/// What tokens and languages weigh: the subnet's tables, but for those that files give.
fn tables(token_weights: Option<&Path>, languages: Option<&Path>) -> Result<Tables> {
    let mut tables = Tables::upstream();
    if let Some(path) = token_weights {
        let named = || format!("token weights file `{}`", path.display());
        let text = fs::read_to_string(path).with_context(named)?;
        tables = tables.with_token_weights(&text).with_context(named)?;
    }
    if let Some(path) = languages {
        let named = || format!("languages file `{}`", path.display());
        let text = fs::read_to_string(path).with_context(named)?;
        tables = tables.with_languages(&text).with_context(named)?;
    }
    Ok(tables)
}

/// A subnet of one miner at one moment.
#[derive(Debug)]
pub(crate) struct Subnet {
    pub(crate) metagraph: Metagraph,
    pub(crate) hyperparameters: Hyperparameters,
    pub(crate) miner: Hotkey,
    pub(crate) at: Timestamp,
    pub(crate) now: UnixMillis,
}

impl Subnet {
    pub(crate) fn of_one(at: Timestamp) -> Self {
        let netuid = NetUid(74);
        let block = Block {
            number: BlockNumber(0),
            hash: BlockHash([0; 32]),
        };
        let neurons = vec![
            neuron(netuid, 0, Hotkey::from_bytes([0; 32])),
            neuron(netuid, MINER, miner()),
        ];
        Self {
            metagraph: Metagraph::new(netuid, block, neurons)
                .expect("two uids, one after the other"),
            hyperparameters: hyperparameters(netuid),
            miner: miner(),
            at,
            now: UnixMillis(u64::try_from(at.as_millisecond()).unwrap_or(0)),
        }
    }
}

/// The miner's key: no chain is asked, so that any will do.
fn miner() -> Hotkey {
    Hotkey::from_bytes([1; 32])
}

fn neuron(netuid: NetUid, uid: u16, hotkey: Hotkey) -> Neuron {
    Neuron {
        uid: Uid(uid),
        hotkey,
        coldkey: Coldkey::from_bytes([0; 32]),
        stake: Alpha::from_base_units(netuid, 0),
        validator_permit: false,
        active: true,
        last_update: BlockNumber(0),
        axon: None,
        incentive: 0,
        dividends: 0,
        emission: Alpha::from_base_units(netuid, 0),
        consensus: 0,
        validator_trust: 0,
    }
}

/// None of these has a part in the scores of contributions.
fn hyperparameters(netuid: NetUid) -> Hyperparameters {
    Hyperparameters {
        netuid,
        epochs: EpochClock::Formula(FormulaEpochs { netuid, tempo: 360 }),
        min_allowed_weights: 1,
        max_weights_limit: u16::MAX,
        weights_version_key: 0,
        weights_rate_limit: 0,
        commit_reveal_enabled: false,
        commit_reveal_version: None,
        reveal_period_epochs: 1,
        activity_cutoff: 5_000,
        immunity_period: 4_096,
        max_allowed_uids: 256,
        max_allowed_validators: 64,
        stake_threshold: 0,
        mechanism_count: 1,
    }
}
