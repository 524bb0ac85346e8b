//! What hostile answers cost in memory, in a process that has nothing else in its memory.

use std::io::Write;
use std::net::SocketAddr;
use std::process::Command;

use axonry_wire::{AnswerLimits, CallError, Patience};

use crate::dendrite::{Echo, PATIENCE, alice, hello, target};
use crate::fleet::{Fake, Manner};

/// How the process is told whom to ask, and how often.
const FARM: &str = "AXONRY_TEST_FARM";
const TIMES: &str = "AXONRY_TEST_TIMES";

const MIB: usize = 1 << 20;

/// Asks a farm of axons that say far too much `times` times, from a process of its own.
async fn too_much(times: usize) {
    let mut fleet = vec![Fake::spawn(Manner::Honest).await];
    for manner in [
        Manner::Bomb,
        Manner::OversizedAnnounced,
        Manner::OversizedChunked,
        Manner::LongHeader(1 << 30),
        Manner::Headers(1_000_000),
    ] {
        fleet.push(Fake::spawn(manner).await);
    }
    let farm: Vec<_> = fleet.iter().map(|fake| fake.address.to_string()).collect();
    let mut process = Command::new(std::env::current_exe().expect("this test"));
    let process = process
        .args(["--ignored", "--exact", "--nocapture"])
        .arg("faults::memory::mi3_the_process")
        .env(FARM, farm.join(","))
        .env(TIMES, times.to_string());
    let process = process.stdout(std::process::Stdio::piped()).spawn();
    let process = process.expect("a process");
    let ended = tokio::task::spawn_blocking(|| process.wait_with_output());
    let ended = ended.await.expect("no panic").expect("it ends");
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success() && said.contains("grew by"), "{said}");
    let grew = said.lines().find(|line| line.contains("grew by"));
    writeln!(std::io::stdout(), "{}", grew.unwrap_or_default()).expect("a pipe");
    for fake in &fleet {
        assert!(fake.heads().len() >= times, "everybody was asked");
    }
}

#[tokio::test]
async fn mi3_answers_that_are_too_large_are_refused_and_cost_no_memory() {
    too_much(5).await;
}

#[tokio::test]
#[ignore = "five hundred rounds"]
async fn mi3_at_length() {
    too_much(500).await;
}

#[tokio::test]
#[ignore = "what `mi3` runs in a process of its own"]
async fn mi3_the_process() {
    let (Ok(farm), Ok(times)) = (std::env::var(FARM), std::env::var(TIMES)) else {
        return;
    };
    let farm = farm.split(',').map(|it| it.parse().expect("an address"));
    let farm: Vec<SocketAddr> = farm.collect();
    let limits = AnswerLimits {
        wire: MIB,
        unpacked: MIB,
        ..AnswerLimits::default()
    };
    let dendrite = alice().limits(limits).build();
    let round = async || {
        let targets = (0..).zip(&farm).map(|(uid, address)| target(uid, *address));
        let answers = dendrite.ask::<Echo>(targets, &hello(), Patience::each(PATIENCE));
        for (uid, answer) in answers.expect("a question").until(usize::MAX).await {
            match (uid.0, answer) {
                (0, Ok(_)) => {}
                (1..=3, Err(CallError::TooLarge { .. })) => {}
                (4..=5, Err(CallError::Broken { source, .. })) => {
                    assert!(source.is_parse_too_large(), "{source}");
                }
                (uid, other) => panic!("{uid}: {other:?}"),
            }
        }
    };
    round().await;
    let before = kilobytes("VmRSS:");
    // From here on the peak counts anew.
    std::fs::write("/proc/self/clear_refs", "5").expect("Linux");
    let times: usize = times.parse().expect("a number");
    for _ in 0..times {
        round().await;
    }
    let grew = kilobytes("VmHWM:").saturating_sub(before);
    writeln!(std::io::stdout(), "grew by {grew} kB in {times} rounds").expect("a pipe");
    assert!(grew <= 10 * 1_024, "{grew} kB");
}

/// What the kernel says of this process.
fn kilobytes(what: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix(what));
    let line = line.expect("the kernel says it").trim();
    line.trim_end_matches(" kB").parse().expect("a number")
}
