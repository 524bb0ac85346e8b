//! `miner serve` as a process.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axonry_chain::{Chain, Ledger};
use axonry_core::Uid;
use axonry_forecast::{Competition, Mode, Prompt, Simulation, SimulationRequest, read_paths};
use axonry_wallet::Keypair;
use axonry_wire::{CallError, Dendrite, Nothing, Ping, Target};

use super::exchange::Subnet;
use super::{command, object};

/// A process that does not outlive its test.
struct Running(Option<Child>);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Starts `miner serve`, announced where it listens, and waits until it is.
fn serving(subnet: &Subnet, mechanism: &[&str]) -> (Running, String) {
    let address = format!("127.0.0.1:{}", free_port());
    let network = ["serve", "--json", "--network", &subnet.devnet.ws_url];
    let serve = ["--hotkey-uri", "//Miner//0", "--mechanism"];
    let at = ["--axon", &address, "--axon-external", &address];
    let mut command = command(&[&network[..], &serve, mechanism, &at].concat());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running(Some(command.spawn().expect("it starts")));
    let child = running.0.as_mut().expect("it runs");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let announced = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("announced")));
    assert!(announced.is_some(), "it ended before it was announced");
    (running, address)
}

/// Where the chain says that the first miner serves.
async fn target(subnet: &Subnet) -> Target {
    let (chain, miner) = (subnet.devnet.chain(), subnet.devnet.hotkeys[&Uid(1)]);
    let head = chain.head().await.expect("a head");
    let axon = chain.axon(subnet.devnet.netuid, miner, head.hash).await;
    Target {
        uid: Uid(1),
        hotkey: miner,
        address: axon.expect("readable").expect("announced").address,
    }
}

fn dendrite(uri: &str) -> Dendrite {
    let key = Arc::new(Keypair::from_uri(uri).expect("a key"));
    Dendrite::builder(key).private_addresses().build()
}

#[test]
fn an_axon_is_announced_answers_and_ends_when_it_is_told_to() {
    let subnet = Subnet::start();
    let (mut running, address) = serving(&subnet, &["ping"]);
    let pinged = subnet.runtime.block_on(async {
        let target = target(&subnet).await;
        let within = Duration::from_secs(10);
        dendrite("//Alice")
            .call::<Ping>(&target, &Nothing {}, within)
            .await
    });
    pinged.expect("somebody is there");

    let child = running.0.take().expect("it runs");
    let told = Command::new("kill").arg(child.id().to_string()).status();
    assert!(told.expect("kill runs").success());
    let output = child.wait_with_output().expect("it ends");
    let served = object(&output);
    assert_eq!(output.status.code(), Some(0), "{served}");
    assert_eq!(
        (&served["answered"], &served["drained"]),
        (&1.into(), &true.into())
    );
    assert_eq!(served["announced"], address);
}

#[test]
fn the_baseline_miner_answers_prompts_of_validators_and_of_nobody_else() {
    let subnet = Subnet::start();
    let folder = tempfile::tempdir().expect("a folder");
    let prices = folder.path().join("prices.json");
    let start = 1_770_114_300;
    let minutes: Vec<i64> = (0..60).map(|minute| start - 60 * minute).rev().collect();
    let closes: Vec<f64> = (0..60).map(|minute| 67_000.0 + f64::from(minute)).collect();
    let text = serde_json::json!({ "BTC": { "t": minutes, "c": closes } }).to_string();
    std::fs::write(&prices, text).expect("writable");
    let prices = prices.to_str().expect("plain");
    let (_running, _) = serving(&subnet, &["forecast", "--prices", prices]);
    let mut competition = Competition::high();
    competition.num_simulations = 5;
    let start_time = "2026-02-03T10:25:00Z".parse().expect("a moment");
    let prompt = Prompt::new(&competition, competition.assets[0].clone(), start_time);
    let ask = async |uri: &str| {
        let target = target(&subnet).await;
        let within = Duration::from_secs(20);
        let request = SimulationRequest::from(&prompt);
        dendrite(uri)
            .call::<Simulation>(&target, &request, within)
            .await
    };
    let (answered, refused) = subnet
        .runtime
        .block_on(async { (ask("//Alice").await, ask("//Bob").await) });
    let answer = answered
        .expect("an answer")
        .value
        .simulation_output
        .expect("paths");
    let read = read_paths(answer.get().as_bytes(), &prompt, Mode::Full);
    assert!(read.validation.is_correct(), "{}", read.validation);
    assert_eq!(
        read.paths.expect("correct").path(0)[0],
        67_059.0,
        "the newest price"
    );
    assert!(
        matches!(refused, Err(CallError::Refused { status: 403, .. })),
        "{refused:?}"
    );
}
