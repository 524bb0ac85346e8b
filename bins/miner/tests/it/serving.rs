//! `miner serve` as a process.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axonry_chain::{Chain, Ledger};
use axonry_core::Uid;
use axonry_wallet::Keypair;
use axonry_wire::{Dendrite, Nothing, Ping, Target};

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

#[test]
fn an_axon_is_announced_answers_and_ends_when_it_is_told_to() {
    let subnet = Subnet::start();
    let address = format!("127.0.0.1:{}", free_port());
    let network = ["serve", "--json", "--network", &subnet.devnet.ws_url];
    let serve = ["--hotkey-uri", "//Miner//0", "--mechanism", "ping"];
    let at = ["--axon", &address, "--axon-external", &address];
    let mut command = command(&[&network[..], &serve, &at].concat());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running(Some(command.spawn().expect("it starts")));
    let child = running.0.as_mut().expect("it runs");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let announced = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("announced")));
    assert!(announced.is_some(), "it ended before it was announced");

    let pinged = subnet.runtime.block_on(async {
        let (chain, miner) = (subnet.devnet.chain(), subnet.devnet.hotkeys[&Uid(1)]);
        let head = chain.head().await.expect("a head");
        let axon = chain.axon(subnet.devnet.netuid, miner, head.hash).await;
        let target = Target {
            uid: Uid(1),
            hotkey: miner,
            address: axon.expect("readable").expect("announced").address,
        };
        let alice = Arc::new(Keypair::from_uri("//Alice").expect("a key"));
        let dendrite = Dendrite::builder(alice).private_addresses().build();
        dendrite
            .call::<Ping>(&target, &Nothing {}, Duration::from_secs(10))
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
