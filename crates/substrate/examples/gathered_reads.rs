//! Many reads at one block, at the same time, on one connection.
//!
//! ```text
//! cargo run --release -p axonry-substrate --example gathered_reads -- \
//!     --url ws://127.0.0.1:9944 --n 500 --in-flight 500 --json
//! ```
//!
//! Any substrate node will do; `devnet` starts one on this machine. Each read asks for another
//! account, which costs the node one request and one look-up.

#![expect(clippy::print_stdout, reason = "printing is what an example is for")]

use std::error::Error;
use std::time::Instant;

use axonry_substrate::{At, Substrate};
use futures_util::{StreamExt, TryStreamExt, stream};
use scale_decode::DecodeAsType;

/// The only field we want; others are skipped by name.
#[derive(DecodeAsType)]
struct Account {
    nonce: u64,
}

struct Arguments {
    url: String,
    reads: u64,
    in_flight: usize,
    json: bool,
}

impl Arguments {
    fn parse() -> Result<Self, Box<dyn Error>> {
        let mut parsed = Self {
            url: "local".to_owned(),
            reads: 500,
            in_flight: 500,
            json: false,
        };
        let mut given = std::env::args().skip(1);
        while let Some(flag) = given.next() {
            let mut value = || given.next().ok_or(format!("{flag} needs a value"));
            match flag.as_str() {
                "--url" => parsed.url = value()?,
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
    let chain = Substrate::connect(&url).await?;
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

/// Time on the processor so far, where the system tells (Linux; a tick is 10 ms there).
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name, in parentheses, may have spaces; user and system time are 12th and 13th after it.
    let (_, after) = stat.rsplit_once(')')?;
    let mut ticks = after.split_whitespace().skip(11);
    let user: f64 = ticks.next()?.parse().ok()?;
    let system: f64 = ticks.next()?.parse().ok()?;
    Some((user + system) / 100.0)
}

/// Memory in use, where the system tells.
fn resident_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}
