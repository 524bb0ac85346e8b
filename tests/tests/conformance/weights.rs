//! The loop of a validator: weights that land, and weights that do not.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axonry_chain::{Call, Dispatch, ExtrinsicStatus, Ledger, Mortality, SubmitError};
use axonry_core::{MechId, NetUid, Uid, Weights};
use futures_util::StreamExt;

use crate::calls::{Sent, send};
use crate::expectations::Expectations;

const PATIENCE: Duration = Duration::from_secs(20);

fn weights(expected: &Expectations) -> Weights {
    let (own, other) = (expected.uid, Uid(expected.uid.0 + 1));
    let pairs = match expected.lacks.contains(&"validator permits") {
        // A weight for oneself needs none.
        true => vec![(own, 65_535)],
        false => vec![(other, 3), (Uid(other.0 + 1), 65_535)],
    };
    Weights::new(pairs).expect("ascending, without zeros")
}

fn set_weights(netuid: NetUid, weights: Weights) -> Call {
    Call::SetWeights {
        netuid,
        mechanism: MechId(0),
        weights,
        version_key: 0,
    }
}

/// A signed call goes from the pool into a block and into state; older blocks do not change.
pub(crate) async fn lands(chain: &dyn Ledger, expected: &Expectations) -> Result<()> {
    let (netuid, validator) = (expected.netuid, &expected.validator);
    let call = set_weights(netuid, weights(expected));
    let before = chain.head().await?;
    let nonce = chain.next_nonce(validator.account()).await?;
    let mortality = Mortality {
        birth: before,
        period: 64,
    };
    let signed = chain.sign(&call, validator, nonce, mortality).await?;
    ensure!(signed.nonce == nonce && signed.valid_until >= before.number.plus(63));
    let validity = chain.validate(&signed, before.hash).await?;
    ensure!(validity.is_valid(), "{validity:?}");
    let fee = chain.fee(&call, validator.account(), before).await?;
    ensure!(fee.rao() == 0, "weights are free of charge, not {fee}");

    let mut statuses = chain.submit(&signed).await?;
    let block = loop {
        let status = tokio::time::timeout(PATIENCE, statuses.next()).await?;
        if let ExtrinsicStatus::Finalized(block) = status.context("more to say")?? {
            break block;
        }
    };
    let dispatch = chain.dispatch(signed.hash, block).await?;
    ensure!(dispatch == Dispatch::Succeeded, "{dispatch:?}");
    let elsewhere = chain.dispatch(signed.hash, before.hash).await?;
    ensure!(elsewhere == Dispatch::NotInBlock, "{elsewhere:?}");

    let (mechanism, uid) = (MechId(0), expected.uid);
    let stored = chain.weights(netuid, mechanism, uid, block).await?;
    ensure!(stored == weights(expected).as_slice(), "{stored:?}");
    let earlier = chain.last_updates(netuid, mechanism, before.hash).await?;
    let later = chain.last_updates(netuid, mechanism, block).await?;
    let own = usize::from(uid.0);
    ensure!(later[own] > earlier[own], "{earlier:?} {later:?}");
    ensure!(chain.next_nonce(validator.account()).await? == nonce + 1);

    // The same bytes again are outdated, or known: certain not to have entered a second time.
    let validity = chain.validate(&signed, block).await?;
    ensure!(!validity.is_valid(), "{validity:?}");
    let again = chain.submit(&signed).await;
    ensure!(
        matches!(again, Err(SubmitError::Rejected(_))),
        "{:?}",
        again.err()
    );
    Ok(())
}

/// A call that breaks a rule is refused by the pool or fails in a block, by name.
pub(crate) async fn refuses(chain: &dyn Ledger, expected: &Expectations) -> Result<()> {
    let call = set_weights(expected.netuid, weights(expected));
    match send(chain, &expected.stranger, &call).await? {
        Sent::Refused(_) => {}
        Sent::Included(_, Dispatch::Failed(failure)) => {
            ensure!(failure.name == "HotKeyNotRegisteredInSubNet", "{failure}");
        }
        sent => anyhow::bail!("a stranger set weights: {sent:?}"),
    }
    let birth = chain.head().await?;
    let validator = &expected.validator;
    let nonce = chain.next_nonce(validator.account()).await?;
    let mortality = Mortality { birth, period: 64 };
    let stale = chain.sign(&call, validator, nonce - 1, mortality).await?;
    let refused = chain.submit(&stale).await;
    ensure!(
        matches!(refused, Err(SubmitError::Rejected(_))),
        "{:?}",
        refused.err()
    );
    Ok(())
}
