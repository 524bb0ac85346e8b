//! Calls on their way into a block, alone and in batches.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use axonry_chain::{
    BatchMode, Call, Carrier, Dispatch, Existence, ExtrinsicStatus, Ledger, Mortality,
    PoolRejection, SubmitError,
};
use axonry_core::{BlockHash, Rao};
use axonry_wallet::Keypair;
use futures_util::StreamExt;

use crate::expectations::Expectations;

const PATIENCE: Duration = Duration::from_secs(20);

/// What became of a call.
#[derive(Debug)]
pub(crate) enum Sent {
    /// The pool did not take it.
    Refused(PoolRejection),
    /// It is in a finalized block.
    Included(BlockHash, Dispatch),
}

/// Sends a call and waits for a finalized block.
pub(crate) async fn send(chain: &dyn Ledger, signer: &Keypair, call: &Call) -> Result<Sent> {
    let birth = chain.head().await?;
    let nonce = chain.next_nonce(signer.account()).await?;
    let mortality = Mortality { birth, period: 64 };
    let signed = chain.sign(call, signer, nonce, mortality).await?;
    let mut statuses = match chain.submit(&signed).await {
        Ok(statuses) => statuses,
        Err(SubmitError::Rejected(rejection)) => return Ok(Sent::Refused(rejection)),
        Err(error) => return Err(error.into()),
    };
    loop {
        let status = tokio::time::timeout(PATIENCE, statuses.next()).await?;
        if let ExtrinsicStatus::Finalized(block) = status.context("more to say")?? {
            let dispatch = chain.dispatch(signed.hash, block).await?;
            return Ok(Sent::Included(block, dispatch));
        }
    }
}

/// Sends a call that is to succeed.
pub(crate) async fn succeed(
    chain: &dyn Ledger,
    signer: &Keypair,
    call: &Call,
) -> Result<BlockHash> {
    match send(chain, signer, call).await? {
        Sent::Included(block, Dispatch::Succeeded) => Ok(block),
        sent => bail!("{:?} did not succeed: {sent:?}", call.name()),
    }
}

/// Sends a call that is to fail, in the pool or in a block; the error's name if in a block.
pub(crate) async fn fail(
    chain: &dyn Ledger,
    signer: &Keypair,
    call: &Call,
) -> Result<Option<String>> {
    match send(chain, signer, call).await? {
        Sent::Refused(rejection) => {
            ensure!(
                matches!(rejection, PoolRejection::Invalid(_)),
                "{rejection}"
            );
            Ok(None)
        }
        Sent::Included(_, Dispatch::Failed(failure)) => Ok(Some(failure.name)),
        sent => bail!("{:?} did not fail: {sent:?}", call.name()),
    }
}

/// Calls in one extrinsic: what one of them runs into is told, with its place and its name.
pub(crate) async fn batches(chain: &dyn Ledger, expected: &Expectations) -> Result<()> {
    let (giver, taker) = (&expected.validator, expected.stranger.account());
    let transfer = |rao| Call::Transfer {
        to: taker,
        amount: Rao::from_rao(rao),
        existence: Existence::KeepAlive,
    };
    // The second asks for more than there is.
    let calls = vec![transfer(1_000), transfer(u64::MAX / 2), transfer(10_000)];
    let held = async |at| anyhow::Ok(chain.balance(taker, at).await?.free.rao());
    for (mode, gained, carrier) in [
        (
            BatchMode::UntilFailure,
            1_000,
            Some(Carrier::Batch { index: 1 }),
        ),
        (
            BatchMode::Force,
            11_000,
            Some(Carrier::ForceBatch { index: 1 }),
        ),
        (BatchMode::AllOrNothing, 0, None),
    ] {
        let before = held(chain.head().await?.hash).await?;
        let batch = Call::Batch {
            calls: calls.clone(),
            mode,
        };
        let sent = send(chain, giver, &batch).await?;
        let Sent::Included(block, dispatch) = sent else {
            bail!("{mode:?}: {sent:?}");
        };
        ensure!(held(block).await? == before + gained, "{mode:?}");
        let failure = match (&dispatch, carrier) {
            (Dispatch::Partly(inner), Some(carrier)) => {
                ensure!(inner.len() == 1 && inner[0].carrier == carrier, "{inner:?}");
                &inner[0].failure
            }
            (Dispatch::Failed(failure), None) => failure,
            _ => bail!("{mode:?}: {dispatch:?}"),
        };
        ensure!(
            failure.pallet == "Token" || failure.pallet == "Balances",
            "{failure}"
        );
    }
    let batch = Call::Batch {
        calls: vec![transfer(1_000), transfer(2_000)],
        mode: BatchMode::UntilFailure,
    };
    let before = held(chain.head().await?.hash).await?;
    let block = succeed(chain, giver, &batch).await?;
    ensure!(held(block).await? == before + 3_000);
    Ok(())
}
