//! Sends a plan and does not rest before the chain's state shows it.
//!
//! One state machine: preflight → sign → journal → submit → included → finalized → verified in state.
//! An extrinsic is written down before it is sent. An outcome that got lost is looked up in state,
//! and no other extrinsic is signed before it is certain that the last one can no longer land.
//!
//! | what happens | what it means | what is done |
//! |---|---|---|
//! | preflight: not registered, no permit, version key, unknown form of commit, uids changed hands | it would not land | refused with a remedy, nothing sent |
//! | preflight: rate limit | too soon | waits for the first legal block as long as `patience` allows, then reads everything anew |
//! | pool: stale, future, bad proof, ancient birth block (1010) | nonce, runtime or era moved on | signed anew with a new nonce, once per block |
//! | preflight: the chain cannot be asked | nothing is pending | everything is read again, until the deadline |
//! | preflight: nonce or last update moved since our last extrinsic | somebody else uses the hotkey | refused with an alarm until acknowledged |
//! | preflight: the epoch has a vector of another round | a second one gains nothing | waits for the next epoch, as above |
//! | pool: custom 6 (1010) | rate limit | next legal block, signed anew |
//! | pool: custom 15, 17 (1010) | reveal round gone by; not in its reveal window | signed anew at the next block |
//! | pool: any other 1010 | the chain will not have it | rejected |
//! | pool: banned (1012), full (1016), unknown validity (1011), cycle (1015), other | nothing about the vector | signed anew at the next block |
//! | pool: already imported (1013), priority too low (1014) | something of ours is pending | state is watched until the era ends, then signed anew |
//! | question or answer lost | it may be in | state first; while it shows nothing, *the same bytes* are handed in again, once per block, until the era ends |
//! | watched, then the stream is lost or silent, or says usurped, invalid, finality timeout | it may be in a block | state is watched until the era ends, then signed anew |
//! | watched, then dropped | the pool had no room | as a lost answer |
//! | finalized, dispatch failed: `SettingWeightsTooFast`, `CommittingWeightsTooFast` | rate limit | next legal block, signed anew |
//! | finalized, dispatch failed: commit-reveal switched on or off, or of another version | the subnet changed its ways | everything read anew, signed anew |
//! | finalized, dispatch failed otherwise | the chain will not have it | rejected, with a [`Remedy`] for each error |
//! | finalized, dispatch succeeded, state does not show it | never trust it | rejected as not applied |
//! | state shows another vector set since | somebody else uses the hotkey | rejected as not applied |
//! | state shows the vector, last update moved | | **verified in state** |
//! | state shows our commit | waits for its epoch | **committed**: open in the journal, the next vector may go |
//! | the epoch of a hash commit has come | ours to reveal | revealed, then verified in state |
//! | a reveal finds no commit (custom 16, `NoWeightsCommitFound`) | revealed or dropped since the last final block | state is asked once that is final |
//! | a commit is gone and state shows the vector | the chain or we revealed it | **verified in state** |
//! | a commit is gone and state shows another vector | dropped or missed | rejected as not seen revealed, with an alarm |
//!
//! The same bytes cannot land twice: they use up one nonce. Signing anew happens at most
//! `attempts` times in all, and everything ends by `deadline`; what is open then stays open in the
//! journal, and the next call settles it before it sends anything.

use std::sync::Arc;

use axonry_chain::Chain;
use axonry_core::{Hotkey, Signer};
use tokio::time::Instant;
use tracing::instrument;

mod attempting;
mod carrier;
mod delivery;
mod doppelganger;
mod journal;
mod landing;
mod looking;
mod patience;
mod preflight;
mod refusal;
mod rehearsal;
mod remedy;
mod revealing;
mod settings;
mod settling;
mod signing;

pub use carrier::{Carrier, CommitForm, ParseCarrierError, Path, Salt};
pub use doppelganger::Evidence;
pub use journal::{Attempt, Intent, IntentId, Journal, JournalError};
pub use landing::{Landing, Rejection};
pub use refusal::{Refusal, SetError};
pub use rehearsal::Rehearsal;
pub use remedy::Remedy;
pub use settings::SetterSettings;

use crate::Plan;
use doppelganger::Trace;
use patience::Heads;

/// Sets weights for one hotkey.
///
/// Calls take `&mut self`: one vector at a time is what the chain allows, too.
#[derive(Debug)]
pub struct Setter {
    chain: Arc<dyn Chain>,
    journal: Arc<dyn Journal>,
    signer: Arc<dyn Signer>,
    settings: SetterSettings,
    trace: Trace,
}

impl Setter {
    /// Takes what it needs; nothing is read or sent yet.
    pub fn new(
        chain: Arc<dyn Chain>,
        journal: Arc<dyn Journal>,
        signer: Arc<dyn Signer>,
        settings: SetterSettings,
    ) -> Self {
        Self {
            chain,
            journal,
            signer,
            settings,
            trace: Trace::default(),
        }
    }

    /// Sets the plan's weights as those of `round`, and says how far they got.
    ///
    /// What an earlier call or process left open for the same subnet and mechanism is settled first;
    /// if that was this very vector of this round and it has landed, nothing is sent again.
    ///
    /// # Errors
    /// [`SetError`] when nothing was sent. As soon as something was, the answer is a [`Landing`].
    #[instrument(name = "set_weights", skip_all, fields(netuid = plan.netuid().0, round))]
    pub async fn set(&mut self, plan: &Plan, round: u64) -> Result<Landing, SetError> {
        let deadline = Instant::now() + self.settings.deadline;
        let mut heads = self.heads();
        for (id, intent) in self.journal.unfinished(self.hotkey()).await? {
            if (intent.netuid, intent.mechanism) != (plan.netuid(), plan.mechanism()) {
                continue;
            }
            let landing = self.settle(id, &intent, &mut heads, deadline).await;
            let same = intent.round == round && intent.weights == *plan.weights();
            if landing.is_committed() {
                // It waits for its epoch, and the next vector need not wait for it.
                match same {
                    true => return Ok(landing),
                    false => continue,
                }
            }
            if !landing.is_settled() {
                let valid_until = intent.attempt.valid_until;
                return Err(SetError::Refused(Refusal::EarlierPending { valid_until }));
            }
            if same && landing.is_verified() {
                return Ok(landing);
            }
        }
        self.attempt(plan, round, &mut heads, deadline).await
    }

    /// Says that what was taken for somebody else's extrinsics is known to be ours, so that weights
    /// are set again.
    pub fn acknowledge(&mut self) {
        self.trace.clear();
    }

    fn hotkey(&self) -> Hotkey {
        self.signer.account().into()
    }

    fn heads(&self) -> Heads<'_> {
        Heads::new(&*self.chain, self.settings.pause, self.settings.stall)
    }
}
