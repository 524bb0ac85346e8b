//! Many reads at one block, at the same time, on one connection.
//!
//! ```text
//! cargo run --release -p axonry-substrate --example gathered_reads
//! cargo run --release -p axonry-substrate --example gathered_reads -- \
//!     --url ws://127.0.0.1:9944 --n 500 --in-flight 500 --json
//! ```
//!
//! Without a URL it starts a dev chain of its own, whose work then counts as well; any substrate
//! node will do. Each read asks for another account.

#![expect(clippy::print_stdout, reason = "printing is what an example is for")]

use std::error::Error;
use std::time::Instant;

use axonry_devnet::{Devnet, DevnetConfig};
use axonry_substrate::{At, Substrate};
use futures_util::{StreamExt, TryStreamExt, stream};
use scale_decode::DecodeAsType;

/// The only field we want; others are skipped by name.
#[derive(DecodeAsType)]
struct Account {
    nonce: u64,
}

struct Arguments {
    url: Option<String>,
    reads: u64,
    in_flight: usize,
    json: bool,
}

impl Arguments {
    fn parse() -> Result<Self, Box<dyn Error>> {
        let mut parsed = Self {
            url: None,
            reads: 500,
            in_flight: 500,
            json: false,
        };
        let mut given = std::env::args().skip(1);
        while let Some(flag) = given.next() {
            let mut value = || given.next().ok_or(format!("{flag} needs a value"));
            match flag.as_str() {
                "--url" => parsed.url = Some(value()?),
                "--n" => parsed.reads = value()?.parse()?,
                "--in-flight" => parsed.in_flight = value()?.parse()?,
                "--json" => parsed.json = true,
                _ => {
                    return Err(format!(
                        "there is no `{flag}`: try --url, --n, --in-flight, --json"
                    )
                    .into());
                }
            }
        }
        Ok(parsed)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Arguments {
        url,
        reads,
        in_flight,
        json,
    } = Arguments::parse()?;
    // It ends with the program.
    let devnet = match url {
        Some(_) => None,
        None => Some(Devnet::spawn(DevnetConfig::default()).await?),
    };
    let url = url.or_else(|| Some(devnet.as_ref()?.ws_url.clone()));
    let chain = Substrate::connect(&url.ok_or("there is no node")?).await?;
    // The block first; then everything is asked at it.
    let block = chain.at(At::Head).await?;
    let (started, cpu) = (Instant::now(), cpu_seconds());
    let known = stream::iter(0..reads)
        .map(|number| {
            let mut account = [0; 32];
            account[..8].copy_from_slice(&number.to_le_bytes());
            block.storage::<Account>("System", "Account", (account,))
        })
        .buffer_unordered(in_flight.max(1))
        .try_fold(0_u64, |known, account| async move {
            Ok(known + u64::from(account.is_some_and(|account| account.nonce > 0)))
        })
        .await?;
    let wall = started.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "nobody asks for 2^53 reads")]
    let rate = reads as f64 / wall;
    let cpu = cpu_seconds().zip(cpu).map(|(now, before)| now - before);
    let resident = resident_mib();
    if json {
        let line = serde_json::json!({
            "reads": reads, "in_flight": in_flight, "wall_seconds": wall, "reads_per_second": rate,
            "cpu_seconds": cpu, "resident_mib": resident,
        });
        println!("{line}");
    } else {
        let shown = |number: Option<f64>| number.map_or("?".to_owned(), |it| format!("{it:.3}"));
        println!("{reads} reads at {}, {known} accounts in use", block.hash());
        println!("{wall:.3} s, {rate:.0} reads/s");
        println!("{} CPU-s, {} MiB resident", shown(cpu), shown(resident));
    }
    Ok(())
}

/// Time on the processor so far of all threads, where the system tells (Linux).
fn cpu_seconds() -> Option<f64> {
    let mut nanoseconds = 0.0;
    for thread in std::fs::read_dir("/proc/self/task").ok()? {
        let times = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        nanoseconds += times.split_whitespace().next()?.parse::<f64>().ok()?;
    }
    Some(nanoseconds / 1e9)
}

/// Memory in use, where the system tells.
fn resident_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}
