//! How long it takes to archive 240 full answers, and to have them back.
//!
//! Claim: a prompt of 240 miners, 1,000 paths of 289 prices each, is written with the memory of a few
//! miners and read back within 2 s on a local disk.

#![expect(clippy::print_stdout, reason = "a bench tells what it measured")]

use std::time::{Duration, Instant};

use axonry_archive::{Archive, MinerPaths, Precision, PromptKey};
use axonry_core::{Hotkey, Uid};
use rustix::time::{ClockId, clock_gettime};

const MINERS: u16 = 240;
const PRICES: u32 = 289_000;

/// Prices with eight digits, as miners send them.
fn miner(uid: u16) -> MinerPaths {
    let mut state = u64::from(uid) | 1 << 40;
    let mut price = 65_432.123;
    let prices = (0..PRICES).map(|place| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let step = f64::from(u32::try_from(state >> 40).expect("24 bits")) / 1.0e5 - 83.886;
        price = if place % 289 == 0 {
            65_432.123
        } else {
            price + step
        };
        (price * 1e3_f64).round() / 1e3
    });
    MinerPaths {
        uid: Uid(uid),
        hotkey: Hotkey::from_bytes([7; 32]),
        process_time: Some(2.5),
        prices: prices.collect(),
    }
}

/// Wall time and this process's CPU time.
fn now() -> (Instant, Duration) {
    let cpu = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(cpu.tv_sec).expect("since the start");
    let nanos = u32::try_from(cpu.tv_nsec).expect("below a second");
    (Instant::now(), Duration::new(seconds, nanos))
}

fn tell(what: &str, wall: Duration, cpu: Duration) {
    let (wall, cpu) = (wall.as_secs_f64(), cpu.as_secs_f64());
    println!("{what}: {wall:.2} s wall, {cpu:.2} s CPU");
}

async fn measure(archive: &Archive, name: &str, start: i64) {
    let prompt = PromptKey::new("BTC", start, 86_400, 300).expect("a prompt");
    let mut file = archive.write(&prompt).await.expect("begun");
    let mut took = (Duration::ZERO, Duration::ZERO);
    for uid in 0..MINERS {
        let miner = miner(uid);
        let since = now();
        file.add(miner).await.expect("added");
        let done = now();
        took = (took.0 + (done.0 - since.0), took.1 + (done.1 - since.1));
    }
    let since = now();
    file.publish().await.expect("published");
    let done = now();
    tell(
        &format!("{name}, written"),
        took.0 + (done.0 - since.0),
        took.1 + (done.1 - since.1),
    );

    let since = now();
    let mut file = archive.read(&prompt).await.expect("asked").expect("there");
    let mut prices = 0;
    while let Some(miner) = file.next().await.expect("a miner") {
        prices += miner.prices.len();
    }
    let done = now();
    tell(
        &format!("{name}, {prices} prices read"),
        done.0 - since.0,
        done.1 - since.1,
    );
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = Archive::folder(folder.path()).expect("an archive");
    measure(&archive, "double", 1_770_114_060).await;
    let single = archive.clone().with_precision(Precision::Single);
    measure(&single, "single", 1_770_114_360).await;
    let day = folder.path().join("day=2026-02-03/asset=BTC");
    for file in std::fs::read_dir(day).expect("a folder") {
        let file = file.expect("a file");
        let size = file.metadata().expect("there").len();
        println!("{}: {} MB", file.file_name().display(), size / 1_000_000);
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM"));
    println!("{}", peak.unwrap_or("VmHWM: unknown"));
}
