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
//! | finalized, dispatch failed otherwise | the chain will not have it | rejected |
//! | finalized, dispatch succeeded, state does not show it | never trust it | rejected as not applied |
//! | state shows another vector set since | somebody else uses the hotkey | rejected as not applied |
//! | state shows the vector, last update moved | | **verified in state** |
//! | state shows our commit | waits for its epoch | **committed**: open in the journal, the next vector may go |
//! | the epoch of a hash commit has come | ours to reveal | revealed, then verified in state |
//! | a commit is gone and state shows the vector | the chain or we revealed it | **verified in state** |
//! | a commit is gone and state shows another vector | dropped or missed | rejected as not seen revealed, with an alarm |
//!
//! The same bytes cannot land twice: they use up one nonce. Signing anew happens at most
//! `attempts` times in all, and everything ends by `deadline`; what is open then stays open in the
//! journal, and the next call settles it before it sends anything.

use std::num::NonZeroU8;
use std::sync::Arc;
use std::time::Duration;

use axonry_chain::Chain;
use axonry_core::{BlockNumber, Hotkey, MechId, NetUid, Signer};
use tokio::time::Instant;
use tracing::{error, info, instrument, warn};

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
mod revealing;
mod signing;

pub use carrier::{Carrier, CommitForm, ParseCarrierError, Path, Salt};
pub use doppelganger::Evidence;
pub use journal::{Attempt, Intent, IntentId, Journal, JournalError};
pub use landing::{Landing, Rejection};
pub use refusal::{Refusal, SetError};
pub use rehearsal::Rehearsal;

use crate::{DrandNetwork, Plan};
use delivery::Verdict;
use doppelganger::Trace;
use looking::Target;
use patience::{Heads, patiently};
use preflight::Ready;

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

/// How a [`Setter`] goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetterSettings {
    /// The version key sent along; the chain takes none below the subnet's `WeightsVersionKey`.
    pub version_key: u64,
    /// How many extrinsics are signed at most for one vector.
    pub attempts: NonZeroU8,
    /// For how many blocks an extrinsic is valid. Longer survives longer outages; shorter is certain
    /// sooner that it did not land. Rounded up to a power of two, at least 4.
    pub era: u64,
    /// How long to wait for the rate limit to pass; zero refuses at once.
    pub patience: Duration,
    /// When to give up on everything, counted from the call.
    pub deadline: Duration,
    /// How long reads before sending, and one submission, may take with all retries.
    pub reads: Duration,
    /// The first pause before a read is tried again; it doubles.
    pub pause: Duration,
    /// After how much silence a subscription is taken for dead.
    pub stall: Duration,
    /// Which form of commit to take where the chain takes more than one.
    pub commits: CommitForm,
    /// The beacon that opens timelocked commits on this chain.
    pub drand: DrandNetwork,
    /// How long a block takes, which tells when a later one comes.
    pub block_time: Duration,
}

impl Default for SetterSettings {
    /// For a chain with a block every 12 seconds.
    fn default() -> Self {
        Self {
            version_key: 0,
            attempts: NonZeroU8::new(5).expect("five is not zero"),
            era: 16,
            patience: Duration::from_secs(30 * 60),
            deadline: Duration::from_secs(45 * 60),
            reads: Duration::from_secs(60),
            pause: Duration::from_millis(500),
            stall: Duration::from_secs(60),
            commits: CommitForm::Newest,
            drand: DrandNetwork::QUICKNET,
            block_time: Duration::from_secs(12),
        }
    }
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

    /// Finds out what became of everything that earlier calls or processes left open, in any subnet.
    ///
    /// # Errors
    /// [`SetError::Journal`] when the journal cannot be read.
    pub async fn recover(&mut self) -> Result<Vec<(Intent, Landing)>, SetError> {
        let deadline = Instant::now() + self.settings.deadline;
        let mut heads = self.heads();
        let mut recovered = Vec::new();
        for (id, intent) in self.journal.unfinished(self.hotkey()).await? {
            let landing = self.settle(id, &intent, &mut heads, deadline).await;
            recovered.push((intent, landing));
        }
        Ok(recovered)
    }

    /// Stays with the vector of a round until its commit has been revealed and the weights are read
    /// in state, or it is certain that they will not be.
    ///
    /// `None` when nothing of that round is open. What is still open at the deadline stays so in the
    /// journal.
    ///
    /// # Errors
    /// [`SetError::Journal`] when the journal cannot be read.
    pub async fn see_through(
        &mut self,
        netuid: NetUid,
        mechanism: MechId,
        round: u64,
        within: Duration,
    ) -> Result<Option<Landing>, SetError> {
        let deadline = Instant::now() + within;
        let mut heads = self.heads();
        let open = self.journal.unfinished(self.hotkey()).await?;
        let found = open.into_iter().find(|(_, intent)| {
            (intent.netuid, intent.mechanism, intent.round) == (netuid, mechanism, round)
        });
        let Some((id, intent)) = found else {
            return Ok(None);
        };
        let mut from = intent.attempt.birth.number;
        loop {
            let landing = self.settle(id, &intent, &mut heads, deadline).await;
            if !landing.is_committed() {
                return Ok(Some(landing));
            }
            match heads.from(from, deadline).await {
                Ok(head) => from = head.number.plus(1),
                Err(_) => return Ok(Some(landing)),
            }
            if Instant::now() >= deadline {
                return Ok(Some(landing));
            }
        }
    }

    fn hotkey(&self) -> Hotkey {
        self.signer.account().into()
    }

    fn heads(&self) -> Heads<'_> {
        Heads::new(&*self.chain, self.settings.pause, self.settings.stall)
    }

    /// Whether nobody else has signed with the hotkey since our last extrinsic.
    async fn alone(&self, plan: &Plan, ready: &Ready, deadline: Instant) -> Result<(), SetError> {
        let reads = deadline.min(Instant::now() + self.settings.reads);
        let account = self.signer.account();
        let nonce = patiently(reads, self.settings.pause, || {
            self.chain.next_nonce(account)
        });
        let place = (plan.netuid(), plan.mechanism());
        self.trace
            .check(place, ready.uid, ready.last_update, nonce.await?)
            .map_err(SetError::Refused)
    }

    /// Keeps in mind what an extrinsic of ours has left behind.
    fn remember(&self, landing: &Landing, target: &Target<'_>) {
        let block = match landing {
            Landing::VerifiedInState { block } | Landing::Committed { block } => block.number,
            _ => return,
        };
        self.trace.used(target.attempt.nonce);
        let place = (target.netuid, target.mechanism);
        self.trace.updated(place, &target.attempt, block);
    }

    async fn settle(
        &self,
        id: IntentId,
        intent: &Intent,
        heads: &mut Heads<'_>,
        deadline: Instant,
    ) -> Landing {
        let target = Target {
            netuid: intent.netuid,
            mechanism: intent.mechanism,
            weights: &intent.weights,
            attempt: intent.attempt,
            reveals: false,
        };
        let landing = match intent.attempt.carrier {
            Carrier::Plain => match self.reconcile(&target, heads, deadline).await {
                Verdict::Settled(landing) | Verdict::Open(landing) => landing,
                Verdict::Again { reason, .. } => Landing::Rejected { reason },
            },
            _ => self.see_commit(intent, heads, deadline).await,
        };
        self.remember(&landing, &target);
        if landing.is_committed() {
            // Nothing new: it stays open as it is.
            return landing;
        }
        info!(round = intent.round, outcome = %landing, "settled an earlier vector");
        self.conclude(id, landing).await
    }

    async fn attempt(
        &self,
        plan: &Plan,
        round: u64,
        heads: &mut Heads<'_>,
        deadline: Instant,
    ) -> Result<Landing, SetError> {
        let mut open: Option<(IntentId, Rejection)> = None;
        let mut from = BlockNumber(0);
        for number in 1..=self.settings.attempts.get() {
            let signed = match self.preflight(plan, round, from, heads, deadline).await {
                Ok(ready) => {
                    let signed = match number {
                        1 => self.alone(plan, &ready, deadline).await,
                        _ => Ok(()),
                    };
                    let signed = match signed {
                        Ok(()) => self.sign(plan, &ready, deadline).await,
                        Err(error) => Err(error),
                    };
                    signed.map(|(extrinsic, attempt)| (extrinsic, attempt, ready.epoch))
                }
                Err(error) => Err(error),
            };
            let (extrinsic, attempt, epoch) = match signed {
                Ok(signed) => signed,
                Err(error) => return self.give_up(error, open).await,
            };
            let id = match &open {
                Some((id, _)) => {
                    self.journal.attempt(*id, &attempt).await?;
                    *id
                }
                None => {
                    let intent = Intent {
                        hotkey: self.hotkey(),
                        netuid: plan.netuid(),
                        mechanism: plan.mechanism(),
                        round,
                        epoch,
                        weights: plan.weights().clone(),
                        attempt,
                    };
                    self.journal.record(&intent).await?
                }
            };
            info!(number, extrinsic = %attempt.extrinsic, nonce = attempt.nonce, "submitting");
            let target = Target {
                netuid: plan.netuid(),
                mechanism: plan.mechanism(),
                weights: plan.weights(),
                attempt,
                reveals: false,
            };
            self.trace.forget_nonce();
            match self.deliver(&extrinsic, &target, heads, deadline).await {
                Verdict::Settled(landing) | Verdict::Open(landing) => {
                    self.remember(&landing, &target);
                    info!(outcome = %landing, weights = plan.weights().len(), "weights");
                    return Ok(self.conclude(id, landing).await);
                }
                Verdict::Again { reason, from: next } => {
                    warn!(%reason, number, "the extrinsic did not land");
                    open = Some((id, reason));
                    from = next;
                }
            }
        }
        let (id, reason) = open.expect("there is at least one attempt, and a failed one says why");
        Ok(self.conclude(id, Landing::Rejected { reason }).await)
    }

    /// Ends where no further extrinsic can be signed.
    ///
    /// Every attempt before was certain not to land, so the outcome of them all is certain as well.
    async fn give_up(
        &self,
        error: SetError,
        open: Option<(IntentId, Rejection)>,
    ) -> Result<Landing, SetError> {
        let Some((id, last)) = open else {
            return Err(error);
        };
        warn!(%error, "not trying again");
        let reason = match error {
            SetError::Refused(refusal) => Rejection::Refused(refusal),
            _ => last,
        };
        Ok(self.conclude(id, Landing::Rejected { reason }).await)
    }

    /// What is true stays true if it cannot be written down: the next start finds it in state again.
    async fn conclude(&self, id: IntentId, landing: Landing) -> Landing {
        if let Err(error) = self.journal.conclude(id, &landing).await {
            error!(%error, outcome = %landing, "the outcome could not be written down");
        }
        landing
    }
}
