//! The newest finalized block, asked for once however many want to know.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axonry_chain::ChainError;
use axonry_core::{Block, BlockNumber};
use tokio::sync::watch;

/// Lets those who ask for the head while somebody is asking already have that answer.
///
/// An answer is never older than what this process had been told when the question was put.
#[derive(Debug, Default)]
pub(crate) struct Heads {
    under_way: Mutex<Option<watch::Receiver<Option<Block>>>>,
    /// The highest finalized block heard of.
    known: AtomicU64,
}

enum Turn<'a> {
    /// To ask for all.
    Ask(Asking<'a>),
    /// To wait for who asks.
    Wait(watch::Receiver<Option<Block>>),
}

/// Somebody who asks; ends, with or without an answer, when dropped.
struct Asking<'a> {
    heads: &'a Heads,
    answer: watch::Sender<Option<Block>>,
}

impl Heads {
    /// Takes note of a finalized block.
    pub(crate) fn note(&self, number: BlockNumber) {
        self.known.fetch_max(number.0, Ordering::Relaxed);
    }

    /// The highest finalized block heard of, 0 for none.
    pub(crate) fn known(&self) -> BlockNumber {
        BlockNumber(self.known.load(Ordering::Relaxed))
    }

    /// Asks, or waits for the answer of who is asking. A failure is for who asked only: the others
    /// ask for themselves.
    pub(crate) async fn newest(
        &self,
        ask: impl Future<Output = Result<Block, ChainError>>,
    ) -> Result<Block, ChainError> {
        let known = self.known();
        loop {
            match self.turn() {
                Turn::Ask(asking) => {
                    let block = ask.await?;
                    self.note(block.number);
                    asking.answer.send_replace(Some(block));
                    return Ok(block);
                }
                Turn::Wait(mut answer) => {
                    let answer = answer.wait_for(Option::is_some).await;
                    match answer.map(|block| *block) {
                        Ok(Some(block)) if block.number >= known => return Ok(block),
                        _ => {}
                    }
                }
            }
        }
    }

    fn turn(&self) -> Turn<'_> {
        let mut under_way = self.under_way();
        if let Some(answer) = &*under_way {
            return Turn::Wait(answer.clone());
        }
        let (sender, answer) = watch::channel(None);
        *under_way = Some(answer);
        Turn::Ask(Asking {
            heads: self,
            answer: sender,
        })
    }

    fn under_way(&self) -> MutexGuard<'_, Option<watch::Receiver<Option<Block>>>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        *self.heads.under_way() = None;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;
    use std::time::Duration;

    use axonry_core::BlockHash;
    use futures_util::future::join_all;
    use tokio::time::sleep;

    use super::*;

    fn block(number: u64) -> Block {
        let hash = BlockHash([0; 32]);
        Block {
            number: BlockNumber(number),
            hash,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_hundred_who_ask_at_once_ask_once() {
        let (heads, asked) = (Heads::default(), AtomicU32::new(0));
        let ask = || async {
            asked.fetch_add(1, Ordering::Relaxed);
            sleep(Duration::from_millis(50)).await;
            Ok(block(7))
        };
        let answers = join_all((0..100).map(|_| heads.newest(ask()))).await;
        assert!(answers.into_iter().all(|found| found.unwrap() == block(7)));
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        heads.newest(ask()).await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 2, "an answer is not kept");
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_one_askers_only() {
        let (heads, asked) = (Heads::default(), AtomicU32::new(0));
        let ask = || async {
            sleep(Duration::from_millis(50)).await;
            match asked.fetch_add(1, Ordering::Relaxed) {
                0 => Err(ChainError::Closed),
                _ => Ok(block(7)),
            }
        };
        let answers = join_all((0..10).map(|_| heads.newest(ask()))).await;
        let failed = answers.iter().filter(|found| found.is_err());
        assert_eq!(failed.count(), 1);
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_told_less_than_they_knew() {
        let heads = Heads::default();
        let slow = heads.newest(async {
            sleep(Duration::from_millis(50)).await;
            Ok(block(7))
        });
        let later = async {
            sleep(Duration::from_millis(10)).await;
            heads.note(BlockNumber(8));
            heads.newest(async { Ok(block(8)) }).await
        };
        let (slow, later) = tokio::join!(slow, later);
        assert_eq!((slow.unwrap(), later.unwrap()), (block(7), block(8)));
    }
}
