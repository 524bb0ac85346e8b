//! Two chains that are asked the same.

use anyhow::{Context, Result, ensure};
use axonry_chain::{Chain, Column, Ledger};
use axonry_core::{Alpha, MechId, NetUid, Rao, Uid};
use axonry_substrate::Substrate;
use futures_util::TryStreamExt;
use scale_decode::DecodeAsType;

use crate::expectations::Expectations;

/// Both chains give the same answers about the same block.
pub(crate) async fn agree(
    one: &dyn Ledger,
    other: &dyn Ledger,
    expected: &Expectations,
) -> Result<()> {
    let (netuid, uid, mechanism) = (expected.netuid, expected.uid, MechId(0));
    ensure!(one.genesis() == other.genesis());
    let block = one.head().await?;
    let at = block.hash;
    macro_rules! same {
        ($read:ident($($argument:expr),*)) => {{
            let (one, other) = (one.$read($($argument),*).await?, other.$read($($argument),*).await?);
            ensure!(one == other, "{}: {one:?} is not {other:?}", stringify!($read));
        }};
    }
    same!(metagraph(netuid, block));
    same!(hyperparameters(netuid, at));
    same!(weights(netuid, mechanism, uid, at));
    same!(last_updates(netuid, mechanism, at));
    same!(timestamp(at));
    same!(last_drand_round(at));
    same!(existential_deposit(at));
    same!(subnets(at));
    same!(subnet(netuid, at));
    same!(price(netuid, at));
    // Too little for the pool to give anything, something, and more than it takes.
    for units in [0, 1, 2_000_000, 1_234_567_891, u64::MAX] {
        same!(simulate_purchase(netuid, Rao::from_rao(units), at));
        same!(simulate_sale(Alpha::from_base_units(netuid, units), at));
        same!(simulate_sale(Alpha::from_base_units(NetUid(0), units), at));
    }
    let nowhere = NetUid(u16::MAX);
    same!(simulate_purchase(nowhere, Rao::from_rao(2_000_000), at));
    same!(registration(netuid, at));
    same!(commitments(netuid, at));
    same!(columns(netuid, Column::ALL, at));
    for key in [&expected.validator, &expected.miner, &expected.stranger] {
        let (account, hotkey) = (key.account(), key.hotkey());
        let coldkey = account.into();
        same!(balance(account, at));
        same!(stakes_of_coldkey(coldkey, at));
        same!(stakes_on_hotkey(hotkey, at));
        same!(stake(hotkey, coldkey, netuid, at));
        same!(uid_of(netuid, hotkey, at));
        same!(owner_of(hotkey, at));
        same!(axon(netuid, hotkey, at));
        same!(commitment(netuid, hotkey, at));
        same!(next_nonce(account));
    }
    Ok(())
}

/// What is read by name, without knowing any subnet, is what is read by meaning.
pub(crate) async fn by_name(substrate: &Substrate, netuid: NetUid) -> Result<()> {
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
