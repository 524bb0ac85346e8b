//! Reads what a validator reads of the mirror in a round, and tells what it cost.
//!
//! ```text
//! cargo run --release -p axonry-devnet --example mirror_round -- miners=64 limit=50/10
//! cargo run --release -p axonry-devnet --example mirror_round -- miners=64 faults=10%
//! cargo run --release -p axonry-devnet --example mirror_round -- miners=64 source=github
//! ```
//!
//! Every miner has 20 pull requests; `delay=80` is how many milliseconds an answer takes. With a
//! limit the client keeps to it, unless `quota=none` is given.

#![expect(clippy::print_stdout, reason = "printing figures is what it is for")]

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axonry_devnet::mirror::{
    Faults, Mirror, MirrorConfig, MirrorData, MirrorEdge, MirrorLimit, Seed, token_of,
};
use axonry_github::{
    GitHub, GithubId, Mirror as MirrorClient, PullRequestSource, PullRequestState, Revision,
    Secret, Windows,
};
use axonry_http::{Client, Quota};
use futures_util::{StreamExt, stream};
use jiff::SignedDuration;

/// Requests under way at once.
const IN_FLIGHT: usize = 16;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let asked = Asked::read(std::env::args().skip(1))?;
    let mirror = asked.mirror().await?;
    let http = asked.http()?;
    let source = asked.source(&mirror, &http)?;
    let windows = windows(&mirror);
    let ids: Vec<GithubId> = mirror
        .data()
        .miners()
        .map(str::parse)
        .collect::<Result<_, _>>()?;

    let start = Instant::now();
    let lists = stream::iter(&ids).map(|id| source.pulls(id, &windows));
    let lists: Vec<_> = lists.buffer_unordered(IN_FLIGHT).collect().await;
    let (mut failed, mut wanted) = (0, Vec::new());
    for list in lists {
        match list {
            Ok(page) => {
                let rows = page.rows.iter();
                let open_or_merged = rows.filter(|pull| pull.state != PullRequestState::Closed);
                wanted.extend(open_or_merged.map(Revision::from));
            }
            Err(_) => failed += 1,
        }
    }
    let files = stream::iter(&wanted).map(|revision| source.files(revision));
    let mut files = files.buffer_unordered(IN_FLIGHT);
    while let Some(answer) = files.next().await {
        failed += usize::from(answer.is_err());
    }
    println!(
        "{} lists and the files of {} pull requests in {:.2?}, {failed} failed",
        ids.len(),
        wanted.len(),
        start.elapsed()
    );
    println!("client: {:#?}", http.counters());
    println!("mirror: {:#?}", mirror.traffic());
    Ok(())
}

/// What the arguments ask for.
struct Asked(BTreeMap<String, String>);

impl Asked {
    fn read(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let known = [
            "miners", "limit", "faults", "seed", "delay", "source", "quota",
        ];
        let pair = |argument: String| match argument.split_once('=') {
            Some((name, value)) if known.contains(&name) => Ok((name.to_owned(), value.to_owned())),
            _ => Err(format!(
                "`{argument}` is none of {} with a value",
                known.join("=, ")
            )),
        };
        arguments.map(pair).collect::<Result<_, _>>().map(Self)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn number(&self, name: &str, otherwise: u64) -> Result<u64, std::num::ParseIntError> {
        self.text(name).map_or(Ok(otherwise), str::parse)
    }

    async fn mirror(&self) -> Result<Mirror, Box<dyn Error>> {
        let now = "2026-08-01T09:00:00Z".parse()?;
        let data = MirrorData::seeded(&Seed {
            miners: Seed::miners(usize::try_from(self.number("miners", 64)?)?),
            ..Seed::new(1, now)
        });
        let mut edge = MirrorEdge::default();
        edge.delay = Duration::from_millis(self.number("delay", 80)?);
        edge.limit = self
            .text("limit")
            .map(str::parse::<MirrorLimit>)
            .transpose()?;
        let faults = self.text("faults").map(str::parse::<Faults>).transpose()?;
        let seed = self.number("seed", 1)?;
        edge.faults = faults.map(|faults| faults.seed(seed));
        Ok(Mirror::spawn(MirrorConfig::new(data).edge(edge)).await?)
    }

    fn http(&self) -> Result<Client, Box<dyn Error>> {
        let mut http = Client::builder().concurrency(IN_FLIGHT);
        if let Some(limit) = self.text("limit")
            && self.text("quota") != Some("none")
        {
            // A block is the server's affair.
            let quota: Vec<&str> = limit.split('/').take(2).collect();
            http = http.quota("127.0.0.1", quota.join("/").parse::<Quota>()?);
        }
        Ok(http.build()?)
    }

    fn source(
        &self,
        mirror: &Mirror,
        http: &Client,
    ) -> Result<Arc<dyn PullRequestSource>, Box<dyn Error>> {
        let http = http.clone();
        if self.text("source") == Some("github") {
            let tokens = mirror.data().miners().map(|id| Secret::new(token_of(id)));
            let github = GitHub::builder()
                .base(mirror.url())
                .http(http)
                .tokens(tokens);
            return Ok(Arc::new(github.build()?));
        }
        let client = MirrorClient::builder().base(mirror.url()).http(http);
        Ok(Arc::new(client.build()?))
    }
}

/// The 30 days before the mirror's time, of all it has.
fn windows(mirror: &Mirror) -> Windows {
    let since = mirror.data().now() - SignedDuration::from_hours(30 * 24);
    let names = mirror.data().repositories();
    names
        .map(|name| (name.parse().expect("the mirror's names are names"), since))
        .collect()
}
