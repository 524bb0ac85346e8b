//! An operation from the plan to what has become of it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use axonry_chain::stake::{Intent, Limit, Operation, Plan, Policy, Refusal, Settlement};
use axonry_chain::{Chain, Dispatch, ExtrinsicStatus, SignedExtrinsic, StatusStream};
use axonry_core::Block;
use axonry_substrate::{Account, AccountError, Outcome, Substrate};
use axonry_wallet::Keypair;
use futures_util::StreamExt;
use tokio::time::{Instant, sleep, timeout_at};

use super::arguments::ChangeArguments;
use super::confirm::confirmed;
use super::field::Field;
use super::key::Owner;
use super::market::Market;
use super::{json, table};
use crate::network::Network;
use crate::report::tell;

/// Between two questions for an extrinsic that nothing more is heard of.
const PAUSE: Duration = Duration::from_secs(2);

/// Plans, shows, and signs where that is wanted; whether it has been done.
pub(super) async fn change(
    given: ChangeArguments,
    operation: impl FnOnce(&Field<'_>) -> Result<Operation>,
) -> Result<bool> {
    let named = given.owner.network.as_deref().unwrap_or("finney");
    let network: Network = named.parse()?;
    let owner = Owner::named(&given.owner, &network)?;
    let operation = operation(&Field { owner: &owner })?;
    let intent = Intent {
        coldkey: owner.coldkey()?,
        limit: limit(&given, &operation),
        operation,
        allow_partial: given.partial,
    };
    let market = Market::open(&given.owner, &network).await?;
    let done = carry_out(&market.chain, owner, intent, given).await;
    market.close().await;
    done
}

async fn carry_out(
    chain: &Substrate,
    owner: Owner,
    intent: Intent,
    given: ChangeArguments,
) -> Result<bool> {
    let policy = Policy {
        most_spent: given.most,
        netuids: (!given.only.is_empty()).then(|| given.only.iter().copied().collect()),
        most_slippage: None,
    };
    let plan = Plan::make(chain, intent, &policy, chain.head().await?).await?;
    if !given.owner.json {
        tell(&table::plan(&plan));
    }
    if given.dry_run {
        if given.owner.json {
            tell(&json::line(&json::change(&plan, None)));
        }
        return Ok(true);
    }
    if !given.yes && !confirmed()? {
        bail!("nothing was signed");
    }
    let password_file = given.password_file;
    let unlock = tokio::task::spawn_blocking(move || owner.unlock(password_file));
    let signer = unlock
        .await
        .context("the coldkey could not be unlocked")??;
    let deadline = Instant::now() + Duration::from_secs(given.patience);
    let (block, dispatch) = landed(chain, signer, &plan, deadline).await?;
    let settlement = plan.settle(chain, block, &dispatch).await?;
    tell(&match given.owner.json {
        true => json::line(&json::change(&plan, Some(&settlement))),
        false => table::settlement(&settlement),
    });
    Ok(is_done(&settlement))
}

const fn is_done(settlement: &Settlement) -> bool {
    settlement.refusal.is_none()
}

/// The limit that is given; half a percent where the chain knows one and none is.
fn limit(given: &ChangeArguments, operation: &Operation) -> Limit {
    if let Some(price) = given.price {
        return Limit::Price(price);
    }
    if let Some(rate) = given.rate {
        return Limit::Rate(rate);
    }
    if let Some(part) = given.tolerance {
        return Limit::Within(part);
    }
    match operation {
        _ if given.any_price => Limit::None,
        Operation::Move { netuid, to, .. } | Operation::Transfer { netuid, to, .. }
            if netuid != to =>
        {
            Limit::None
        }
        _ => Limit::default(),
    }
}

/// Signs, sends, and waits for the block in which it is final.
async fn landed(
    chain: &Substrate,
    signer: Keypair,
    plan: &Plan,
    deadline: Instant,
) -> Result<(Block, Dispatch)> {
    let account = Account::new(Arc::new(chain.clone()) as Arc<dyn Chain>, Arc::new(signer));
    let sent = match account.submit(&plan.call).await {
        Ok(sent) => sent,
        Err(AccountError::Refused { rejection, .. }) => match Refusal::of_pool(&rejection) {
            Some(refusal) => bail!("the chain refused it, and nothing was charged: {refusal}"),
            None => bail!("the chain refused it, and nothing was charged: {rejection}"),
        },
        Err(error) => return Err(error.into()),
    };
    let extrinsic = sent.extrinsic;
    let waiting = async {
        if let Some(statuses) = sent.statuses {
            followed(statuses).await;
        }
        found(&account, &extrinsic).await
    };
    match timeout_at(deadline, waiting).await {
        Ok(found) => found,
        Err(_) => bail!(
            "it was sent as extrinsic {}, and is not final yet: it may land until block {}; look at \
             `stake show` before doing it again",
            extrinsic.hash,
            extrinsic.valid_until
        ),
    }
}

/// Listens until the node has said its last word. What it says is not relied upon.
async fn followed(mut statuses: StatusStream) {
    while let Some(Ok(status)) = statuses.next().await {
        tracing::debug!(?status, "the node says");
        if matches!(status, ExtrinsicStatus::Finalized(_)) {
            return;
        }
    }
}

/// The finalized block it is in, from state.
async fn found(account: &Account, extrinsic: &SignedExtrinsic) -> Result<(Block, Dispatch)> {
    loop {
        match account.outcome(extrinsic).await {
            Ok(Outcome::Included { block, dispatch }) => return Ok((block, dispatch)),
            Ok(Outcome::Never) => bail!(
                "extrinsic {} is in no block and cannot come any more: nothing was done",
                extrinsic.hash
            ),
            Ok(Outcome::Pending) => {}
            Err(error) if error.is_transient() => {}
            Err(error) => return Err(error.into()),
        }
        sleep(PAUSE).await;
    }
}
