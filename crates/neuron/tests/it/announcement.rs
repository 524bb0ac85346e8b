//! An axon announced on a dev chain.

use std::net::SocketAddr;
use std::time::Duration;

use axonry_chain::{Chain, Ledger};
use axonry_devnet::{Devnet, DevnetConfig, Sealing};
use axonry_neuron::{Announced, Announcement, AnnouncementError};
use axonry_wallet::Keypair;

struct Bench {
    devnet: Devnet,
    miner: Keypair,
}

impl Bench {
    async fn start(strict_axons: bool) -> Self {
        let config = DevnetConfig {
            sealing: Sealing::Instant,
            strict_axons,
            ..DevnetConfig::default_subnet(2)
        };
        Self {
            devnet: Devnet::spawn(config).await.expect("a devnet"),
            miner: Keypair::from_uri("//Miner//0").expect("a key"),
        }
    }

    async fn announce(&self, address: Option<&str>) -> Result<Announced, AnnouncementError> {
        let announcement = Announcement {
            netuid: self.devnet.netuid,
            address: address.map(|address| address.parse().expect("an address")),
            version: 7,
            patience: Duration::from_secs(20),
        };
        announcement.make(self.devnet.chain(), &self.miner).await
    }

    async fn said(&self) -> Option<SocketAddr> {
        let chain = self.devnet.chain();
        let head = chain.head().await.expect("a head");
        let axon = chain.axon(self.devnet.netuid, self.miner.hotkey(), head.hash);
        let said = axon.await.expect("readable").map(|axon| axon.address);
        said.filter(|address| !address.ip().is_unspecified())
    }

    /// Lets the serving rate limit pass.
    fn wait(&self) {
        self.devnet.chain().seal_many(50).expect("blocks");
    }
}

#[tokio::test]
async fn an_axon_is_announced_once_moved_and_taken_back() {
    let bench = Bench::start(false).await;
    let announced = bench.announce(Some("127.0.0.1:8091")).await.expect("shown");
    assert!(announced.sent);
    assert_eq!(bench.said().await, "127.0.0.1:8091".parse().ok());
    let again = bench.announce(Some("127.0.0.1:8091")).await.expect("shown");
    assert!(!again.sent, "state shows it already");

    let early = bench.announce(Some("10.0.0.7:8091")).await;
    let Err(error @ AnnouncementError::TooSoon { last: Some(_) }) = early else {
        panic!("{early:?}")
    };
    assert!(error.is_transient() && error.to_string().contains("ServingRateLimit"));
    bench.wait();
    bench.announce(Some("10.0.0.7:8091")).await.expect("shown");
    assert_eq!(bench.said().await, "10.0.0.7:8091".parse().ok());

    bench.wait();
    assert!(bench.announce(None).await.expect("shown").sent);
    assert_eq!(bench.said().await, None);
    assert!(!bench.announce(None).await.expect("shown").sent);
}

#[tokio::test]
async fn what_cannot_be_reached_is_refused_here_or_by_the_chain() {
    let mut bench = Bench::start(true).await;
    for (address, why) in [
        ("10.0.0.7:0", "port 0"),
        ("0.0.0.0:8091", "every address"),
        ("224.0.0.1:8091", "many"),
        ("127.0.0.1:8091", "invalid IP address"),
    ] {
        let error = bench.announce(Some(address)).await.expect_err(address);
        assert!(error.to_string().contains(why), "{address}: {error}");
        assert!(!error.is_transient(), "{address}");
    }
    bench.miner = Keypair::from_uri("//Stranger").expect("a key");
    let error = bench
        .announce(Some("10.0.0.7:8091"))
        .await
        .expect_err("a stranger");
    assert!(
        matches!(error, AnnouncementError::NotRegistered { .. }),
        "{error}"
    );
}
