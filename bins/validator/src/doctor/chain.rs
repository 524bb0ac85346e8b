use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axonry_chain::{Chain, Hyperparameters};
use axonry_core::{Block, NetUid};
use axonry_devnet::Devnet;
use axonry_neuron::chain_of;
use axonry_substrate::offline::Item;
use axonry_substrate::{At, Endpoint, Substrate};
use futures_util::StreamExt;
use tokio::time::{Instant, timeout};

use super::examination::Examination;
use crate::network::Network;
use crate::settings::SubnetSettings;

/// The chains that go by a name, by the hash of their block 0.
const GENESES: [(&str, &str); 2] = [
    (
        "finney",
        "0x2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03",
    ),
    (
        "test",
        "0x8f9cf856bf558a14440e75569c9e58594757048d7b3a84b5d25f6bd978263105",
    ),
];

/// How old the newest finalized block may be: finality takes a few blocks of 12 s.
const OLD: Duration = Duration::from_secs(180);

/// How far into the future of this machine's clock a block may seem to lie.
const AHEAD: Duration = Duration::from_secs(15);

const ROUND_TRIPS: usize = 5;
const SLOW: Duration = Duration::from_secs(1);

/// The chain as far as it could be reached.
#[derive(Debug)]
pub(super) struct Reached {
    pub(super) substrate: Substrate,
    pub(super) head: Block,
    pub(super) netuid: NetUid,
    pub(super) rules: Option<Hyperparameters>,
}

/// From the endpoint to the subnet.
pub(super) async fn examine(
    found: &mut Examination,
    settings: &SubnetSettings,
    devnet: Option<&Devnet>,
    patience: Duration,
) -> Option<Reached> {
    let endpoint = match (&settings.network, devnet) {
        (Network::Node { endpoint, .. }, _) => Ok(endpoint.clone()),
        (Network::Devnet, devnet) => {
            let url = devnet.map_or("", |devnet| devnet.ws_url.as_str());
            url.parse::<Endpoint>().map_err(|error| error.to_string())
        }
    };
    let connected = match endpoint {
        Ok(endpoint) => {
            let shown = endpoint.to_string();
            let connecting = Substrate::builder().endpoint(endpoint).connect();
            let connected = connecting.await.map_err(|error| chain_of(&error));
            connected.map(|chain| (chain, shown))
        }
        Err(error) => Err(error),
    };
    let (substrate, shown) = match connected {
        Ok(connected) => connected,
        Err(error) => {
            found.fail(
                "endpoint",
                error,
                "check --network, the name's resolution, the firewall, and that the node runs",
            );
            let rest = ["network", "head", "runtime", "subnet"];
            found.skip(&rest, "there is no connection");
            return None;
        }
    };
    found.pass("endpoint", format!("connected to {shown}"));
    network(found, settings, &substrate);
    let head = head(found, &substrate, patience).await;
    runtime(found, &substrate).await;
    let netuid = settings.netuid.or(devnet.map(|devnet| devnet.netuid));
    let (Some(head), Some(netuid)) = (head, netuid) else {
        found.skip(&["subnet"], "there is no block to read it at");
        return None;
    };
    let rules = match substrate.hyperparameters(netuid, head.hash).await {
        Ok(rules) => {
            found.pass(
                "subnet",
                format!("{netuid}, an epoch every {} blocks", rules.tempo()),
            );
            Some(rules)
        }
        Err(error) => {
            found.fail("subnet", chain_of(&error), "check --netuid and --network");
            None
        }
    };
    Some(Reached {
        substrate,
        head,
        netuid,
        rules,
    })
}

fn network(found: &mut Examination, settings: &SubnetSettings, chain: &Substrate) {
    let genesis = chain.genesis().to_string();
    let name = settings.network.name();
    let known = GENESES.iter().find(|(_, known)| *known == genesis);
    match (known, GENESES.iter().any(|(known, _)| *known == name)) {
        (Some((is, _)), true) if *is != name => found.fail(
            "network",
            format!("this is {is}, not {name}"),
            "give the endpoint of the network that is meant",
        ),
        (None, true) => found.fail(
            "network",
            format!("this is not {name}: its genesis is {genesis}"),
            "give the endpoint of the network that is meant",
        ),
        (Some((is, _)), _) => found.pass("network", format!("{is}, genesis {genesis}")),
        (None, false) => found.pass("network", format!("genesis {genesis}")),
    }
}

/// A chain that moves is one on which something can land.
async fn head(found: &mut Examination, chain: &Substrate, patience: Duration) -> Option<Block> {
    let remedy = "ask another node: this one is syncing, or cut off from the others";
    let first = match chain.head().await {
        Ok(head) => head,
        Err(error) => {
            found.fail("head", chain_of(&error), remedy);
            return None;
        }
    };
    let moving = async {
        let mut blocks = chain.blocks().await.ok()?;
        blocks.next().await?.ok()
    };
    match timeout(patience, moving).await {
        Ok(Some(next)) => {
            let (lag, _) = off(chain, next).await;
            match lag.filter(|lag| *lag > OLD) {
                None => found.pass("head", format!("block {}, and moving", next.number)),
                Some(lag) => found.fail(
                    "head",
                    format!("block {} is {} s old", next.number, lag.as_secs()),
                    remedy,
                ),
            }
            Some(next)
        }
        _ => {
            found.fail(
                "head",
                format!("no block after {} within {patience:?}", first.number),
                remedy,
            );
            Some(first)
        }
    }
}

async fn runtime(found: &mut Examination, chain: &Substrate) {
    let view = match chain.at(At::Head).await {
        Ok(view) => view,
        Err(error) => {
            found.fail("runtime", chain_of(&error), "ask another node");
            return;
        }
    };
    let runtime = view.runtime();
    let items = runtime.compatibility();
    let obstacles: Vec<&Item> = items.iter().filter(|item| item.is_obstacle()).collect();
    match obstacles[..] {
        [] => found.pass("runtime", format!("spec version {}", runtime.version().spec)),
        [first, ..] => found.fail(
            "runtime",
            format!(
                "spec version {}: {} of what a validator needs is not as it is needed, first {}: {}",
                runtime.version().spec,
                obstacles.len(),
                first.name,
                first.reason
            ),
            "update this validator; `validator compat` lists everything",
        ),
    }
}

/// How old a block is by this machine's clock, or how far it lies ahead of it.
async fn off(chain: &Substrate, block: Block) -> (Option<Duration>, Option<Duration>) {
    let Ok(stamp) = chain.timestamp(block.hash).await else {
        return (None, None);
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let stamp = Duration::from_millis(stamp.0);
    let now = now.unwrap_or_default();
    (now.checked_sub(stamp), stamp.checked_sub(now))
}

/// The clock by which commits are sealed, and how long an answer takes.
pub(super) async fn clock_and_latency(found: &mut Examination, chain: Option<&Reached>) {
    let Some(Reached { substrate, .. }) = chain else {
        return found.skip(&["clock", "latency"], "there is no connection");
    };
    match substrate.head().await {
        Ok(head) => match off(substrate, head).await {
            (_, Some(ahead)) if ahead > AHEAD => found.fail(
                "clock",
                format!("the chain is {} s ahead of this machine", ahead.as_secs()),
                "set this machine's clock by NTP",
            ),
            (Some(age), _) if age > OLD => found.warn(
                "clock",
                format!(
                    "the newest block is {} s old by this machine",
                    age.as_secs()
                ),
                "set this machine's clock by NTP, or ask another node",
            ),
            (None, None) => found.warn("clock", "the block has no time", "ask another node"),
            _ => found.pass("clock", "agrees with the chain's"),
        },
        Err(error) => found.fail("clock", chain_of(&error), "ask another node"),
    }
    let mut trips = Vec::new();
    for _ in 0..ROUND_TRIPS {
        let asked = Instant::now();
        if substrate.head().await.is_ok() {
            trips.push(asked.elapsed());
        }
    }
    trips.sort();
    match trips.get(trips.len() / 2) {
        Some(&median) if trips.len() == ROUND_TRIPS && median <= SLOW => {
            found.pass("latency", format!("{} ms", median.as_millis()));
        }
        Some(median) => found.warn(
            "latency",
            format!(
                "{} ms, {} of {ROUND_TRIPS} answers",
                median.as_millis(),
                trips.len()
            ),
            "ask a node that is nearer or less busy",
        ),
        None => found.fail("latency", "no answers any more", "ask another node"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_networks_are_known_by_hashes() {
        for (name, genesis) in GENESES {
            genesis.parse::<axonry_core::BlockHash>().expect(name);
        }
    }
}
