use std::future::Future;
use std::time::Duration;

use axonry_chain::{BlockStream, Chain, ChainError};
use axonry_core::{Block, BlockNumber};
use futures_util::StreamExt;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::debug;

/// No pause is longer.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// Why a question has no answer.
#[derive(Debug)]
pub(super) enum Lost {
    /// It failed, and asking again cannot help or has not helped in time.
    Failed(ChainError),
    /// Time ran out without an error to show for it.
    Deadline,
}

/// Asks until there is an answer, an error that will not pass, or no time left.
///
/// The pauses double. Only reads go through here: they can be asked any number of times.
pub(super) async fn patiently<T, A>(
    deadline: Instant,
    mut pause: Duration,
    ask: impl Fn() -> A,
) -> Result<T, Lost>
where
    A: Future<Output = Result<T, ChainError>>,
{
    loop {
        let error = match timeout_at(deadline, ask()).await {
            Err(_) => return Err(Lost::Deadline),
            Ok(Err(error)) if error.is_transient() => error,
            Ok(answer) => return answer.map_err(Lost::Failed),
        };
        if Instant::now() + pause > deadline {
            return Err(Lost::Failed(error));
        }
        debug!(%error, ?pause, "asking the chain again");
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// The chain's finalized blocks, as long as somebody waits for one.
pub(super) struct Heads<'a> {
    chain: &'a dyn Chain,
    pause: Duration,
    stall: Duration,
    stream: Option<BlockStream>,
}

impl<'a> Heads<'a> {
    pub(super) fn new(chain: &'a dyn Chain, pause: Duration, stall: Duration) -> Self {
        Self {
            chain,
            pause,
            stall,
            stream: None,
        }
    }

    /// The newest finalized block, once it is at least `number`.
    ///
    /// A subscription that stays silent for the length of a stall is replaced: what counts is that
    /// blocks come, not that a connection exists.
    pub(super) async fn from(
        &mut self,
        number: BlockNumber,
        deadline: Instant,
    ) -> Result<Block, Lost> {
        loop {
            let head = patiently(deadline, self.pause, || self.chain.head()).await?;
            if head.number >= number {
                return Ok(head);
            }
            if let Some(block) = self.next_from(number, deadline).await {
                return Ok(block);
            }
            self.stream = None;
            if Instant::now() + self.pause > deadline {
                return Err(Lost::Deadline);
            }
            sleep(self.pause).await;
        }
    }

    /// Follows the subscription; `None` when it fails, ends or stalls, or time runs out.
    async fn next_from(&mut self, number: BlockNumber, deadline: Instant) -> Option<Block> {
        if self.stream.is_none() {
            let blocks = timeout_at(deadline, self.chain.blocks()).await.ok()?;
            self.stream = Some(blocks.ok()?);
            // A block may have come between asking for the head and subscribing.
            let head = timeout_at(deadline, self.chain.head()).await.ok()?.ok()?;
            if head.number >= number {
                return Some(head);
            }
        }
        let stream = self.stream.as_mut()?;
        loop {
            let silence = deadline.min(Instant::now() + self.stall);
            match timeout_at(silence, stream.next()).await {
                Ok(Some(Ok(block))) if block.number >= number => return Some(block),
                Ok(Some(Ok(_))) => {}
                Ok(Some(Err(error))) => {
                    debug!(%error, "following blocks failed");
                    return None;
                }
                Ok(None) | Err(_) => return None,
            }
        }
    }
}
