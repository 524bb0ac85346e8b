//! What does the client cost beside the node?
//!
//! The claims: 500 reads gathered at one block take little more than one round trip; a connection
//! carries more than 15,000 values a second at less than 30 µs of the client's CPU each; the first
//! value after connecting takes three round trips when the runtime's metadata is on disk; a subnet
//! of 1,024 neurons and a map of 4,096 entries are read in milliseconds; and being connected takes
//! less than 30 MiB of memory.
//!
//! ```text
//! cargo bench -p axonry-substrate --bench connection
//! AXONRY_METADATA=finney.scale cargo bench -p axonry-substrate --bench connection
//! ```
//!
//! The node is a process of its own that answers as cheaply as it can, so that CPU time counted
//! here is the client's. Metadata is the dev chain's unless a file of another runtime's is named.

#![expect(clippy::print_stdout, reason = "printing is what a bench is for")]

mod neurons;
mod server;

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axonry_chain::Chain;
use axonry_core::NetUid;
use axonry_devnet::{Devnet, DevnetConfig};
use axonry_substrate::{At, Substrate, SubstrateBuilder, View};
use futures_util::{StreamExt, TryStreamExt, stream};
use scale_decode::DecodeAsType;

type Outcome<T> = Result<T, Box<dyn Error>>;

#[derive(DecodeAsType)]
struct Account {
    nonce: u64,
}

fn main() -> Outcome<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", folder, latency, unserved] => {
            let latency = Duration::from_millis(latency.parse()?);
            runtime.block_on(server::serve(Path::new(folder), latency, unserved))
        }
        ["resident", url] => runtime.block_on(resident(url)),
        _ => runtime.block_on(measure()),
    }
}

/// A node in a process of its own; it ends with this.
struct Node {
    process: Child,
    url: String,
}

impl Node {
    /// One that answers after so many milliseconds, and not to one method.
    fn start(folder: &Path, latency: u32, unserved: &str) -> Outcome<Self> {
        let (folder, latency) = (folder.to_string_lossy(), latency.to_string());
        let mut process = Command::new(std::env::current_exe()?)
            .args(["serve", &folder, &latency, unserved])
            .stdout(Stdio::piped())
            .spawn()?;
        let mut url = String::new();
        let said = process.stdout.take().ok_or("the node has no output")?;
        BufReader::new(said).read_line(&mut url)?;
        let url = url.trim().to_owned();
        Ok(Self { process, url })
    }

    fn client(&self) -> Outcome<SubstrateBuilder> {
        Ok(Substrate::builder().endpoint(self.url.parse()?))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Row {
    what: &'static str,
    figure: String,
    bar: &'static str,
    met: bool,
}

async fn measure() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    prepare(folder.path()).await?;
    let mut rows = Vec::new();
    {
        let node = Node::start(folder.path(), 50, "")?;
        let chain = node.client()?.connect().await?;
        let view = chain.at(At::Head).await?;
        let mut best = Duration::MAX;
        for round in 0..10 {
            let started = Instant::now();
            gather(&view, round * 500, 500, 500).await?;
            best = best.min(started.elapsed());
        }
        rows.push(Row {
            what: "500 gathered reads at 50 ms latency",
            figure: format!("{best:.1?}"),
            bar: "75 ms",
            met: best <= Duration::from_millis(75),
        });
        rows.push(first_value(&node, folder.path()).await?);
    }
    let node = Node::start(folder.path(), 0, "")?;
    let chain = node.client()?.connect().await?;
    let view = chain.at(At::Head).await?;
    let (rate, cpu) = throughput(&view).await?;
    rows.push(Row {
        what: "reads a second, 500 in flight, no latency",
        figure: format!("{rate:.0}"),
        bar: "15,000",
        met: rate > 15_000.0,
    });
    rows.push(Row {
        what: "CPU-s of the client per 1,000 of them",
        figure: format!("{cpu:.4}"),
        bar: "0.03",
        met: cpu < 0.03,
    });
    {
        let node = Node::start(folder.path(), 0, "state_queryStorageAt")?;
        let chain = node.client()?.connect().await?;
        let (rate, cpu) = throughput(&chain.at(At::Head).await?).await?;
        rows.push(Row {
            what: "both, of a node that reads one key at a time",
            figure: format!("{rate:.0}, {cpu:.4} CPU-s"),
            bar: "as above",
            met: rate > 15_000.0 && cpu < 0.03,
        });
    }
    let (started, cpu) = (Instant::now(), cpu_seconds()?);
    for number in 0..2_000 {
        gather(&view, number, 1, 1).await?;
    }
    let alone = started.elapsed() / 2_000;
    let cpu = (cpu_seconds()? - cpu) / 2.0;
    rows.push(Row {
        what: "one read after the other, no latency",
        figure: format!("{alone:.0?} each, {cpu:.4} CPU-s per 1,000"),
        bar: "none",
        met: true,
    });
    rows.push(neurons(&chain).await?);
    rows.push(map(&view).await?);
    rows.push(memory(&node)?);
    println!("| what | figure | bar | |\n|---|---|---|---|");
    for Row {
        what,
        figure,
        bar,
        met,
    } in &rows
    {
        let met = if *met { "met" } else { "MISSED" };
        println!("| {what} | {figure} | {bar} | {met} |");
    }
    Ok(())
}

/// Values a second, and the client's CPU seconds for a thousand of them, 500 in flight.
async fn throughput(view: &View) -> Outcome<(f64, f64)> {
    gather(view, 0, 10_000, 500).await?;
    let (reads, started, cpu) = (100_000, Instant::now(), cpu_seconds()?);
    gather(view, 0, reads, 500).await?;
    let (wall, cpu) = (started.elapsed().as_secs_f64(), cpu_seconds()? - cpu);
    #[expect(clippy::cast_precision_loss, reason = "it is a hundred thousand")]
    let count = reads as f64;
    Ok((count / wall, cpu / count * 1000.0))
}

/// Reads a different account each time, and checks that each answer is its own.
async fn gather(view: &View, first: u64, reads: u64, in_flight: usize) -> Outcome<()> {
    let numbers = (first..first + reads).map(|number| number % 1_000_000);
    stream::iter(numbers)
        .map(|number| async move {
            let mut account = [0; 32];
            account[..8].copy_from_slice(&number.to_le_bytes());
            let found = view
                .storage::<Account>("System", "Account", (account,))
                .await?;
            match found {
                Some(found) if found.nonce == number => Ok(()),
                _ => Err(Box::<dyn Error>::from(format!("account {number} is wrong"))),
            }
        })
        .buffer_unordered(in_flight)
        .try_collect()
        .await
}

async fn first_value(node: &Node, folder: &Path) -> Outcome<Row> {
    let cache = folder.join("cache");
    let connect = async || -> Outcome<Duration> {
        let started = Instant::now();
        let client = node.client()?.metadata_cache(&cache);
        let chain = client.connect().await?;
        gather(&chain.at(chain.connected_at()).await?, 7, 1, 1).await?;
        Ok(started.elapsed())
    };
    connect().await?;
    let mut best = Duration::MAX;
    for _ in 0..5 {
        best = best.min(connect().await?);
    }
    let trips = best.as_secs_f64() / 0.05;
    Ok(Row {
        what: "connecting to the first value, metadata on disk",
        figure: format!("{best:.1?}: {trips:.2} round trips of 50 ms, handshake not delayed"),
        bar: "3",
        met: trips.floor() <= 3.0,
    })
}

async fn neurons(chain: &Substrate) -> Outcome<Row> {
    let head = chain.head().await?;
    let mut best = Duration::MAX;
    for _ in 0..20 {
        let started = Instant::now();
        let metagraph = chain.metagraph(NetUid(1), head).await?;
        assert_eq!(metagraph.len(), 1024);
        best = best.min(started.elapsed());
    }
    Ok(Row {
        what: "metagraph of 1,024 neurons, decoding and all",
        figure: format!("{best:.2?}"),
        bar: "5 ms",
        met: best < Duration::from_millis(5),
    })
}

async fn map(view: &View) -> Outcome<Row> {
    let mut best = Duration::MAX;
    for _ in 0..20 {
        let started = Instant::now();
        let entries = view.map::<(u16,), u16>("SubtensorModule", "Tempo", ())?;
        let entries: Vec<_> = entries.try_collect().await?;
        assert_eq!(entries.len(), 4096);
        best = best.min(started.elapsed());
    }
    Ok(Row {
        what: "map of 4,096 entries",
        figure: format!("{best:.2?}"),
        bar: "28 ms",
        met: best < Duration::from_millis(28),
    })
}

fn memory(node: &Node) -> Outcome<Row> {
    let said = Command::new(std::env::current_exe()?)
        .args(["resident", &node.url])
        .output()?;
    let kib: f64 = String::from_utf8(said.stdout)?.trim().parse()?;
    let mib = kib / 1024.0;
    Ok(Row {
        what: "resident memory of a process that has connected",
        figure: format!("{mib:.1} MiB"),
        bar: "30 MiB",
        met: mib < 30.0,
    })
}

/// Connects, reads a value and prints what memory that took.
async fn resident(url: &str) -> Outcome<()> {
    let chain = Substrate::connect(url).await?;
    gather(&chain.at(chain.connected_at()).await?, 7, 1, 1).await?;
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    println!("{}", kib.ok_or("the system does not say")?);
    Ok(())
}

/// The processor's time of all threads so far.
fn cpu_seconds() -> Outcome<f64> {
    let mut nanoseconds = 0.0;
    for thread in std::fs::read_dir("/proc/self/task")? {
        let times = std::fs::read_to_string(thread?.path().join("schedstat"))?;
        let first = times.split_whitespace().next().ok_or("no times")?;
        nanoseconds += first.parse::<f64>()?;
    }
    Ok(nanoseconds / 1e9)
}

/// Puts what the node is to serve into a folder: metadata, the dev chain's unless some is named.
async fn prepare(folder: &Path) -> Outcome<()> {
    let metadata = match std::env::var_os("AXONRY_METADATA") {
        Some(file) => std::fs::read(file)?,
        None => {
            let devnet = Devnet::spawn(DevnetConfig::default()).await?;
            let kept = folder.join("kept");
            let client = Substrate::builder().endpoint(devnet.ws_url.parse()?);
            client.metadata_cache(&kept).connect().await?.close().await;
            let file = std::fs::read_dir(kept)?.next().ok_or("nothing was kept")?;
            std::fs::read(file?.path())?
        }
    };
    std::fs::write(folder.join("metadata"), metadata)?;
    Ok(())
}
