use axonry_chain::{Call, SignedExtrinsic};
use axonry_core::{Block, BlockNumber, Hotkey, Uid};
use tokio::time::Instant;

use super::patience::patiently;
use super::preflight::{Ready, check, era};
use super::{Path, Refusal, SetError, Setter};
use crate::{Plan, Window, window};

/// What would become of a plan that is set now, by the chain's state at one block.
///
/// Nothing was sent or written down for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsal {
    /// The block whose state was read.
    pub at: Block,
    /// The way the subnet takes weights; `None` where that is why it would be refused.
    pub path: Option<Path>,
    /// The hotkey's slot; `None` where it has none.
    pub uid: Option<Uid>,
    /// When the hotkey last set or committed weights; block 0 is never, and `None` where state does
    /// not say.
    pub last_update: Option<BlockNumber>,
    /// The blocks it can land in and count in the next epoch: it opens with the first legal one.
    pub window: Window,
    /// Why it would not be sent at all.
    pub refusal: Option<Refusal>,
    /// Why it would be sent later than in the next block: the rate limit, or an epoch that has its
    /// vector.
    pub waits: Option<Refusal>,
    /// What would be sent in the next block, as a call and signed; `None` where it is refused.
    ///
    /// It is valid: whoever hands it to a node sets the weights.
    pub sent: Option<(Call, SignedExtrinsic)>,
    /// The hotkey's weights in the chain's state, as stored.
    pub in_force: Vec<(Uid, u16)>,
}

impl Rehearsal {
    /// Whether the chain's state says that it will land, be it after waiting.
    pub const fn would_land(&self) -> bool {
        self.refusal.is_none()
    }
}

impl Setter {
    /// Does everything that [`set`](Self::set) does before it writes down and sends, once.
    ///
    /// # Errors
    /// [`SetError`] when the chain or the journal cannot be read, or the vector cannot be sealed. What
    /// the chain's state says against the plan is no error but part of the answer.
    pub async fn rehearse(&self, plan: &Plan, round: u64) -> Result<Rehearsal, SetError> {
        let deadline = Instant::now() + self.settings.reads;
        let (netuid, pause) = (plan.netuid(), self.settings.pause);
        let head = patiently(deadline, pause, || self.chain.head()).await?;
        let rules = patiently(deadline, pause, || {
            self.chain.hyperparameters(netuid, head.hash)
        });
        let rules = rules.await?;
        let metagraph = patiently(deadline, pause, || self.chain.metagraph(netuid, head)).await?;
        let updates = patiently(deadline, pause, || {
            self.chain.last_updates(netuid, plan.mechanism(), head.hash)
        });
        let updates = updates.await?;

        let hotkey = Hotkey::from(self.signer.account());
        let slot = metagraph.uid_of(&hotkey);
        let last_update = slot.and_then(|uid| updates.get(usize::from(uid.0)).copied());
        let in_force = match slot {
            None => Vec::new(),
            Some(uid) => {
                let weights = patiently(deadline, pause, || {
                    self.chain.weights(netuid, plan.mechanism(), uid, head.hash)
                });
                weights.await?
            }
        };
        let path = Path::choose(&rules, self.settings.commits);
        let checked = check(plan, hotkey, self.settings.version_key, &rules, &metagraph);
        // For the rate limit the chain takes what it does not have as never.
        let since = last_update.unwrap_or_default();
        let mut window = window(head.number, since, &rules);
        let mut rehearsal = Rehearsal {
            at: head,
            path: path.as_ref().ok().copied(),
            uid: slot,
            last_update,
            window,
            refusal: None,
            waits: None,
            sent: None,
            in_force,
        };
        let (path, uid) = match (path, checked) {
            (Ok(path), Ok(uid)) => (path, uid),
            (Err(refusal), _) | (_, Err(refusal)) => {
                rehearsal.refusal = Some(refusal);
                return Ok(rehearsal);
            }
        };
        if window.opens > head.number.plus(1) {
            rehearsal.waits = Some(Refusal::RateLimited {
                first_legal: window.opens,
                head: head.number,
            });
        } else if let Some((next, refusal)) = self.after_epoch(plan, round, &rules, head).await? {
            window.opens = next;
            let epoch = rules.epochs.next_epoch_after(next);
            window.closes = epoch.map(|epoch| BlockNumber(epoch.0.saturating_sub(1)));
            rehearsal.window = window;
            rehearsal.waits = Some(refusal);
        }
        let ready = Ready {
            head,
            uid,
            last_update: since,
            epoch: rules.epochs.epoch_of(head.number.plus(1)),
            epochs: rules.epochs,
            reveal_period: rules.reveal_period_epochs,
            path,
            era: era(self.settings.era, &rules.epochs, head.number),
        };
        let (call, _) = self.call(plan, &ready, deadline).await?;
        let extrinsic = self.signed(&call, ready.head, ready.era, deadline).await?;
        rehearsal.sent = Some((call, extrinsic));
        Ok(rehearsal)
    }
}
