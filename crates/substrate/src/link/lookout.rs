//! A look at the other endpoints while one is in use.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use axonry_core::BlockNumber;
use futures_util::future::join_all;
use tokio::time::{Instant, sleep};
use tracing::{debug, info, warn};

use super::connection::Connection;
use super::keeper::{self, Live};
use super::shared::Shared;
use crate::rpc::Header;

/// How far an endpoint may be behind to be taken for another.
const BEHIND_AT_MOST: u64 = 2;

/// How far the endpoint in use may be behind another before it is left.
const FAR_BEHIND: u64 = 10;

/// The longest a first look is put off: those who connect for a moment need none.
const FIRST_LOOK: Duration = Duration::from_secs(1);

/// The longest between two looks: an endpoint that stands still is left within two blocks.
const LOOK_AGAIN: Duration = Duration::from_secs(24);

/// Looks around now and then; ends with the endpoint to use instead of this one.
///
/// That is one named earlier, once it has rested, answers and is not behind; or any that is not
/// behind when this one has fallen far behind.
pub(super) async fn better(shared: &Shared, used: &Connection) -> (usize, Live) {
    let every = shared.patience.rest.min(LOOK_AGAIN);
    if shared.endpoints.len() == 1 {
        return pending().await;
    }
    sleep(every.min(FIRST_LOOK)).await;
    loop {
        if let Some(better) = look(shared, used).await {
            return better;
        }
        sleep(every).await;
    }
}

async fn look(shared: &Shared, used: &Connection) -> Option<(usize, Live)> {
    let current = shared.endpoints.current();
    let others = (0..shared.endpoints.len())
        .filter(|place| *place != current)
        .filter(|place| shared.endpoints.has_rested(*place, shared.patience.rest));
    let found = join_all(others.map(|place| visit(shared, place))).await;
    let found: Vec<_> = found.into_iter().flatten().collect();
    let furthest = found.iter().map(|(_, head, _)| *head).max()?;
    // Asked last, so that it is not called behind for a block made meanwhile.
    let ours = head_of(shared, used, current).await.ok()?;
    let behind = furthest.since(ours);
    let best = furthest.max(ours);
    let mut fit = found
        .into_iter()
        .filter(|(_, head, _)| best.since(*head) <= BEHIND_AT_MOST);
    let from = shared.endpoint();
    if behind > FAR_BEHIND {
        let (place, _, live) = fit.next()?;
        let to = shared.endpoints.at(place);
        warn!(%from, %to, behind, "the endpoint in use has fallen behind and is left");
        shared.endpoints.failed(current, shared.patience.rest);
        return Some((place, live));
    }
    let (place, _, live) = fit.find(|(place, ..)| *place < current)?;
    info!(%from, to = %shared.endpoints.at(place), "back to the preferred endpoint");
    Some((place, live))
}

/// Connects to another endpoint and asks how far it is.
async fn visit(shared: &Shared, place: usize) -> Option<(usize, BlockNumber, Live)> {
    let visiting = async {
        let live = keeper::open_checked(shared, place).await?;
        let head = head_of(shared, &live.connection, place).await?;
        Ok::<_, Arc<str>>((place, head, live))
    };
    match visiting.await {
        Ok(found) => Some(found),
        Err(reason) => {
            debug!(endpoint = %shared.endpoints.at(place), %reason, "this endpoint is not usable");
            shared.endpoints.failed(place, shared.patience.rest);
            None
        }
    }
}

async fn head_of(
    shared: &Shared,
    connection: &Connection,
    place: usize,
) -> Result<BlockNumber, Arc<str>> {
    let asked = Instant::now();
    let head: Header = keeper::ask(shared, connection, "chain_getHeader", "[]").await?;
    let health = shared.endpoints.health(place);
    health.has_reached(head.number());
    health.answered_after(asked.elapsed());
    Ok(head.number())
}
