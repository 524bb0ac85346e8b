//! One suite over both chains: the dev chain in this process, and the client on its websocket.
//!
//! What holds for one must hold for the other, and where both can be asked the same question they
//! must give the same answer.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axonry_chain::{Call, Chain, ChainError, Dispatch, ExtrinsicStatus, Mortality, SubmitError};
use axonry_core::{BlockHash, BlockNumber, MechId, NetUid, Uid, Weights};
use axonry_devnet::{Devnet, DevnetConfig};
use axonry_substrate::Substrate;
use axonry_tests::metadata_folder;
use axonry_wallet::Keypair;
use futures_util::{StreamExt, TryStreamExt};
use scale_decode::DecodeAsType;

const ALICE: Uid = Uid(0);
const PATIENCE: Duration = Duration::from_secs(20);

fn weights() -> Weights {
    Weights::new(vec![(Uid(1), 3), (Uid(2), 65_535)]).expect("ascending, without zeros")
}

fn set_weights(netuid: NetUid) -> Call {
    Call::SetWeights {
        netuid,
        mechanism: MechId(0),
        weights: weights(),
        version_key: 0,
    }
}

/// Everything a chain promises, checked on one of them.
async fn conforms(chain: &dyn Chain, netuid: NetUid) -> Result<()> {
    let head = chain.head().await?;
    ensure!(
        chain.block_hash(head.number).await? == head.hash,
        "the head is at its height"
    );
    ensure!(
        chain.block_hash(BlockNumber(0)).await? == chain.genesis(),
        "block 0 is the genesis"
    );
    let beyond = chain.block_hash(BlockNumber(1 << 31)).await;
    ensure!(matches!(beyond, Err(ChainError::NoBlock(_))), "{beyond:?}");

    let nowhere = chain.metagraph(NetUid(4000), head).await;
    ensure!(
        matches!(nowhere, Err(ChainError::NoSubnet(NetUid(4000)))),
        "{nowhere:?}"
    );
    let nowhere = chain.hyperparameters(NetUid(4000), head.hash).await;
    ensure!(
        matches!(nowhere, Err(ChainError::NoSubnet(NetUid(4000)))),
        "{nowhere:?}"
    );
    let unknown = chain.hyperparameters(netuid, BlockHash([9; 32])).await;
    ensure!(
        matches!(unknown, Err(ChainError::NoState(_))),
        "{unknown:?}"
    );

    let metagraph = chain.metagraph(netuid, head).await?;
    let alice = Keypair::from_uri("//Alice")?;
    ensure!(metagraph.uid_of(&alice.hotkey()) == Some(ALICE));
    ensure!(metagraph.block() == head);

    follows(chain).await?;
    lands(chain, netuid, &alice).await?;
    refuses(chain, netuid, &alice).await
}

/// Blocks come in order, without gaps.
async fn follows(chain: &dyn Chain) -> Result<()> {
    let mut blocks = chain.blocks().await?;
    let mut last: Option<BlockNumber> = None;
    for _ in 0..4 {
        let block = tokio::time::timeout(PATIENCE, blocks.next())
            .await?
            .context("a block")??;
        ensure!(
            last.is_none_or(|last| block.number == last.plus(1)),
            "{block:?} after {last:?}"
        );
        ensure!(chain.block_hash(block.number).await? == block.hash);
        last = Some(block.number);
    }
    Ok(())
}

/// A signed call goes from the pool into a block and into state; older blocks do not change.
async fn lands(chain: &dyn Chain, netuid: NetUid, alice: &Keypair) -> Result<()> {
    let before = chain.head().await?;
    let nonce = chain.next_nonce(alice.account()).await?;
    let mortality = Mortality {
        birth: before,
        period: 64,
    };
    let signed = chain
        .sign(&set_weights(netuid), alice, nonce, mortality)
        .await?;
    ensure!(signed.nonce == nonce && signed.valid_until >= before.number.plus(63));

    let mut statuses = chain.submit(&signed).await?;
    let block = loop {
        let status = tokio::time::timeout(PATIENCE, statuses.next()).await?;
        if let ExtrinsicStatus::Finalized(block) = status.context("more to say")?? {
            break block;
        }
    };
    ensure!(chain.dispatch(signed.hash, block).await? == Dispatch::Succeeded);
    let elsewhere = chain.dispatch(signed.hash, before.hash).await?;
    ensure!(elsewhere == Dispatch::NotInBlock, "{elsewhere:?}");

    let stored = chain.weights(netuid, MechId(0), ALICE, block).await?;
    ensure!(stored == weights().as_slice(), "{stored:?}");
    let earlier = chain.last_updates(netuid, MechId(0), before.hash).await?;
    let later = chain.last_updates(netuid, MechId(0), block).await?;
    ensure!(later[0] > earlier[0], "{earlier:?} {later:?}");
    ensure!(chain.next_nonce(alice.account()).await? == nonce + 1);

    // The same bytes again are outdated, or known: certain not to have entered a second time.
    let again = chain.submit(&signed).await;
    ensure!(
        matches!(again, Err(SubmitError::Rejected(_))),
        "{:?}",
        again.err()
    );
    Ok(())
}

/// A call that breaks a rule is refused by the pool or fails in a block, by name.
async fn refuses(chain: &dyn Chain, netuid: NetUid, alice: &Keypair) -> Result<()> {
    let stranger = Keypair::from_uri("//Stranger")?;
    let birth = chain.head().await?;
    let mortality = Mortality { birth, period: 64 };
    let signed = chain
        .sign(&set_weights(netuid), &stranger, 0, mortality)
        .await?;
    match chain.submit(&signed).await {
        Err(SubmitError::Rejected(_)) => {}
        Err(error) => return Err(error.into()),
        Ok(mut statuses) => {
            let block = loop {
                let status = tokio::time::timeout(PATIENCE, statuses.next()).await?;
                if let ExtrinsicStatus::Finalized(block) = status.context("more to say")?? {
                    break block;
                }
            };
            let Dispatch::Failed(failure) = chain.dispatch(signed.hash, block).await? else {
                anyhow::bail!("a stranger set weights")
            };
            ensure!(failure.name == "HotKeyNotRegisteredInSubNet", "{failure}");
        }
    }
    let nonce = chain.next_nonce(alice.account()).await?;
    let stale = chain
        .sign(&set_weights(netuid), alice, nonce - 1, mortality)
        .await?;
    let refused = chain.submit(&stale).await;
    ensure!(
        matches!(refused, Err(SubmitError::Rejected(_))),
        "{:?}",
        refused.err()
    );
    Ok(())
}

/// Both chains give the same answers about the same block.
async fn agree(one: &dyn Chain, other: &dyn Chain, netuid: NetUid) -> Result<()> {
    ensure!(one.genesis() == other.genesis());
    let at = one.head().await?;
    ensure!(one.metagraph(netuid, at).await? == other.metagraph(netuid, at).await?);
    let rules = one.hyperparameters(netuid, at.hash).await?;
    ensure!(rules == other.hyperparameters(netuid, at.hash).await?);
    let row = one.weights(netuid, MechId(0), ALICE, at.hash).await?;
    ensure!(row == other.weights(netuid, MechId(0), ALICE, at.hash).await?);
    let updates = one.last_updates(netuid, MechId(0), at.hash).await?;
    ensure!(updates == other.last_updates(netuid, MechId(0), at.hash).await?);
    Ok(())
}

/// What is read by name, without knowing any subnet, is what is read by meaning.
async fn by_name(substrate: &Substrate, netuid: NetUid) -> Result<()> {
    #[derive(DecodeAsType)]
    struct Neuron {
        uid: u16,
        hotkey: [u8; 32],
    }
    let head = substrate.head().await?;
    let (metagraph, rules) = tokio::try_join!(
        substrate.metagraph(netuid, head),
        substrate.hyperparameters(netuid, head.hash)
    )?;
    let block = substrate.at(head.hash).await?;
    let tempo: Option<u16> = block
        .storage("SubtensorModule", "Tempo", (netuid.0,))
        .await?;
    ensure!(tempo.map(u64::from) == Some(u64::from(rules.tempo())));
    let tempos: Vec<((u16,), u16)> = block
        .map("SubtensorModule", "Tempo", ())?
        .try_collect()
        .await?;
    ensure!(tempos.iter().any(|((found,), _)| *found == netuid.0));
    let neurons: Vec<Neuron> = block
        .runtime_call("NeuronInfoRuntimeApi", "get_neurons_lite", (netuid.0,))
        .await?;
    ensure!(neurons.len() == metagraph.len());
    for neuron in neurons {
        let known = metagraph.neuron(Uid(neuron.uid)).context("a uid")?;
        ensure!(known.hotkey.as_bytes() == &neuron.hotkey);
    }
    let numbers: Vec<_> = (0..3_u16).map(|netuid| (netuid,)).collect();
    let many: Vec<Option<bool>> = block
        .storage_many("SubtensorModule", "NetworksAdded", &numbers)
        .await?;
    ensure!(many.len() == 3 && numbers.len() == 3);
    // Events can be read whatever happened.
    block.events().await?;
    Ok(())
}

async fn suite(config: DevnetConfig) -> Result<()> {
    let devnet = Devnet::spawn(config).await?;
    let substrate = Substrate::connect(&devnet.ws_url).await?;
    conforms(devnet.chain(), devnet.netuid)
        .await
        .context("the dev chain in this process")?;
    conforms(&substrate, devnet.netuid)
        .await
        .context("the client on its websocket")?;
    agree(devnet.chain(), &substrate, devnet.netuid).await?;
    by_name(&substrate, devnet.netuid)
        .await
        .context("the same by name")
}

#[tokio::test(flavor = "multi_thread")]
async fn both_chains_keep_the_promises_of_the_trait() -> Result<()> {
    suite(DevnetConfig::default_subnet(4)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn both_chains_keep_them_on_real_runtimes_metadata() -> Result<()> {
    let Some(folder) = metadata_folder("conformance with real runtimes' metadata") else {
        return Ok(());
    };
    // Specs 393 and 365.
    for file in ["finney.scale", "finney-2025-12.scale"] {
        let metadata = std::fs::read(folder.join(file)).context(file)?;
        let config = DevnetConfig {
            metadata: Some(metadata),
            ..DevnetConfig::default_subnet(4)
        };
        suite(config).await.context(file)?;
    }
    Ok(())
}
