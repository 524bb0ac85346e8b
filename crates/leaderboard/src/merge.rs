//! The standings of many validators, read at once.

mod table;

use std::collections::BTreeMap;
use std::time::Duration;

use axonry_core::{BlockNumber, NetUid};
use axonry_http::{Client, HttpError, Request, Retry, Url};
use futures_util::stream::{self, StreamExt};
use serde::Serialize;
use tokio::time::{Instant, timeout_at};
use tokio_util::task::AbortOnDropHandle;

use crate::standings::Checked;
use crate::{Standings, StandingsError};

pub use self::table::{Merged, MergedMiner};

/// Reads the boards of many validators.
///
/// The requests go out together, over the connections of the client that it is given, and none of
/// them is waited for longer than until the deadline of all. A board that fails is named with the
/// reason and takes nothing from the others.
///
/// ```no_run
/// use std::time::Duration;
/// use axonry_http::Client;
/// use axonry_leaderboard::Merge;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::builder().build()?;
/// let merge = Merge::new(client).deadline(Duration::from_secs(5));
/// let boards = ["https://board.example".parse()?, "https://other.example".parse()?];
/// let merged = merge.read(&boards).await;
/// for miner in &merged.miners {
///     println!("{}: {:.4}", miner.hotkey, miner.median);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Merge {
    client: Client,
    at_once: usize,
    deadline: Duration,
}

/// What became of one source.
#[derive(Clone, Debug, Serialize)]
pub struct SourceReport {
    /// Where it is, without query and user information.
    pub source: String,
    /// What it shows; absent where it could not be read.
    #[serde(flatten)]
    pub answered: Option<Answered>,
    /// Why it could not be read.
    pub error: Option<String>,
    /// How long that took, in milliseconds.
    pub took_ms: u64,
}

/// What a source shows.
#[derive(Clone, Debug, Serialize)]
pub struct Answered {
    /// Its round.
    pub round: u64,
    /// The block its round was read at.
    pub block: BlockNumber,
    /// How many neurons it shows.
    pub miners: usize,
    /// How much of its weight stands where the others' does, from 0 to 1: 1 less half of the distance
    /// between its shares and the medians, taken as parts of a whole.
    pub agreement: f64,
}

/// Why a source could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The address has no room for a path.
    #[error("`{0}` is no address of a board: give one like `https://board.example`")]
    Address(String),
    /// It did not answer before all had to be done.
    #[error("no answer within the deadline of {0:?}")]
    Deadline(Duration),
    /// It could not be asked, or its answer could not be read.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// What it shows cannot be true.
    #[error(transparent)]
    Standings(#[from] StandingsError),
    /// Reading it ended in a panic, which is a mistake of this program.
    #[error("reading it broke down")]
    BrokeDown,
    /// It shows another subnet than most do.
    #[error("it shows subnet {shown}, and most show subnet {most}")]
    OtherSubnet {
        /// What it shows.
        shown: NetUid,
        /// What most show.
        most: NetUid,
    },
}

/// A source, how it was, and how long that took.
type Read = (String, Result<Standings, SourceError>, Duration);

impl Merge {
    /// Reads with a client that the caller has; its limits on sizes hold.
    pub const fn new(client: Client) -> Self {
        Self {
            client,
            at_once: 256,
            deadline: Duration::from_secs(10),
        }
    }

    /// How many sources are asked at once. Default 256; at least one is.
    #[must_use]
    pub const fn at_once(mut self, at_once: usize) -> Self {
        self.at_once = at_once;
        self
    }

    /// How long all of it may take. Default 10 s.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Reads all sources, and puts together what they show.
    pub async fn read(&self, sources: &[Url]) -> Merged {
        let until = Instant::now() + self.deadline;
        let reading = sources.iter().map(|source| self.one(source, until));
        // In the order they were given in, so that two runs can be compared.
        let read: Vec<Read> = stream::iter(reading)
            .buffered(self.at_once.max(1))
            .collect()
            .await;
        let most = subnet_of_most(&read);
        let read = read.into_iter().map(|(source, standings, took)| {
            let of_most = standings.and_then(|standings| match most {
                Some(most) if standings.netuid != most => {
                    let shown = standings.netuid;
                    Err(SourceError::OtherSubnet { shown, most })
                }
                _ => Ok(standings),
            });
            (source, of_most, took)
        });
        table::merged(most, read.collect())
    }

    async fn one(&self, source: &Url, until: Instant) -> Read {
        let began = Instant::now();
        let (merge, asked) = (self.clone(), source.clone());
        // Reading a long answer is work, which is shared out over the runtime's threads.
        let reading = tokio::spawn(async move { merge.fetch(&asked, until).await });
        let standings = match timeout_at(until, AbortOnDropHandle::new(reading)).await {
            Ok(Ok(standings)) => standings,
            Ok(Err(_)) => Err(SourceError::BrokeDown),
            Err(_) => Err(SourceError::Deadline(self.deadline)),
        };
        (shown(source), standings, began.elapsed())
    }

    async fn fetch(&self, source: &Url, until: Instant) -> Result<Standings, SourceError> {
        let mut url = source.clone();
        let path = url.path_segments_mut().map(|mut path| {
            path.pop_if_empty().extend(["api", "v1", "standings"]);
        });
        path.map_err(|()| SourceError::Address(shown(source)))?;
        let left = until.saturating_duration_since(Instant::now());
        let request = Request::get(url)
            .deadline(left)
            .total_deadline(left)
            // Whoever is down is named; waiting for it would keep the answers of the others.
            .retry(Retry::never())
            .unkept();
        let answer = self.client.json::<Standings>(request).await?;
        let Checked(mut standings) = Checked::of(answer.body)?;
        for miner in &mut standings.miners {
            // A table has none; whoever sends them all the same gets no space for them.
            (miner.history, miner.explanation) = (Vec::new(), None);
        }
        Ok(standings)
    }
}

/// An address without what may be secret in it.
fn shown(source: &Url) -> String {
    let mut shown = source.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    // Both fail only for addresses that cannot have any.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.to_string()
}

/// The subnet that most sources show; of two that are shown as often, the lower one.
fn subnet_of_most(read: &[Read]) -> Option<NetUid> {
    let mut shown: BTreeMap<NetUid, usize> = BTreeMap::new();
    for (_, standings, _) in read {
        if let Ok(standings) = standings {
            *shown.entry(standings.netuid).or_default() += 1;
        }
    }
    let most = shown.into_iter().rev().max_by_key(|(_, count)| *count);
    most.map(|(netuid, _)| netuid)
}
