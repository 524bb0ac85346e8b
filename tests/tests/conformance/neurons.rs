//! Neurons that register, serve, and say something of themselves.

use anyhow::{Context, Result, ensure};
use axonry_chain::{Call, CommitmentField, Existence, Ledger};
use axonry_core::Rao;

use crate::calls::{fail, succeed};
use crate::expectations::Expectations;

/// A hotkey registers once, for what it was said to cost.
pub(crate) async fn registers(chain: &dyn Ledger, expected: &Expectations) -> Result<()> {
    let (netuid, coldkey) = (expected.netuid, &expected.validator);
    let hotkey = expected.stranger.hotkey();
    let call = Call::BurnedRegister { netuid, hotkey };
    let head = chain.head().await?;
    let fee = chain.fee(&call, coldkey.account(), head).await?;
    let terms = chain.registration(netuid, head.hash).await?;
    ensure!(terms.allowed && !terms.replaces(), "{terms:?}");
    let had = chain.balance(coldkey.account(), head.hash).await?.free;
    let block = succeed(chain, coldkey, &call).await?;
    let has = chain.balance(coldkey.account(), block).await?.free;
    let paid = had.checked_sub(has)?.checked_sub(fee)?;
    // The price of a registration falls from block to block; it never rises before one.
    ensure!(
        paid <= terms.burn && paid > Rao::ZERO,
        "{paid} for {}",
        terms.burn
    );
    let uid = chain.uid_of(netuid, hotkey, block).await?;
    ensure!(uid.map(|uid| uid.0) == Some(terms.neurons), "{uid:?}");
    ensure!(chain.owner_of(hotkey, block).await? == Some(coldkey.account().into()));
    let after = chain.registration(netuid, block).await?;
    ensure!(after.neurons == terms.neurons + 1);
    let again = fail(chain, coldkey, &call).await?;
    ensure!(again.is_none_or(|name| name == "HotKeyAlreadyRegisteredInSubNet"));
    Ok(())
}

/// A neuron says where it serves, and is found there.
pub(crate) async fn serves(chain: &dyn Ledger, expected: &Expectations) -> Result<()> {
    let (netuid, miner) = (expected.netuid, &expected.miner);
    let address = "203.0.113.7:8091".parse()?;
    let serve = |address| Call::ServeAxon {
        netuid,
        address,
        version: 7,
        protocol: 4,
    };
    let block = succeed(chain, miner, &serve(address)).await?;
    let axon = chain.axon(netuid, miner.hotkey(), block).await?;
    let axon = axon.context("it serves")?;
    ensure!(
        (axon.address, axon.version, axon.protocol) == (address, 7, 4),
        "{axon:?}"
    );
    ensure!(chain.block_hash(axon.announced).await? == block, "{axon:?}");
    let port_0 = fail(chain, miner, &serve("203.0.113.7:0".parse()?)).await?;
    ensure!(port_0.is_none_or(|name| name == "InvalidPort"));
    Ok(())
}

/// What a neuron says of itself is found as it was said.
pub(crate) async fn says(chain: &dyn Ledger, expected: &Expectations) -> Result<()> {
    let (netuid, miner) = (expected.netuid, &expected.miner);
    let fields = vec![
        CommitmentField::Raw(b"https://example.org/".to_vec()),
        CommitmentField::Timelocked {
            sealed: vec![1, 2, 3],
            reveal_round: 1_000_000_000,
        },
    ];
    let call = Call::SetCommitment {
        netuid,
        fields: fields.clone(),
    };
    let before = chain.head().await?.hash;
    ensure!(
        chain
            .commitment(netuid, miner.hotkey(), before)
            .await?
            .is_none()
    );
    let block = succeed(chain, miner, &call).await?;
    let said = chain.commitment(netuid, miner.hotkey(), block).await?;
    let said = said.context("it said something")?;
    ensure!(said.fields == fields, "{said:?}");
    ensure!(said.text().as_deref() == Some("https://example.org/"));
    ensure!(chain.block_hash(said.block).await? == block, "{said:?}");
    let all = chain.commitments(netuid, block).await?;
    ensure!(all.get(&miner.hotkey()) == Some(&said), "{all:?}");
    // Who is not registered has nothing to say.
    let nobody = axonry_wallet::Keypair::from_uri("//Nobody")?;
    let gift = Call::Transfer {
        to: nobody.account(),
        amount: Rao::from_rao(1_000_000),
        existence: Existence::KeepAlive,
    };
    succeed(chain, &expected.validator, &gift).await?;
    let refused = fail(chain, &nobody, &call).await?;
    ensure!(refused.is_none_or(|name| name == "AccountNotAllowedCommit"));
    Ok(())
}
