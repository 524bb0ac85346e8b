//! One account that signs and sends, from many tasks at once.

mod error;
mod outcome;
mod turn;
mod watch;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use axonry_chain::{Call, Chain, ChainError, SignedExtrinsic, StatusStream};
use axonry_core::{AccountId, Block, Signer};
use tokio::sync::Mutex;

pub use error::AccountError;
pub use outcome::Outcome;

/// Who signs for an account, and with which nonce.
///
/// Make one for each account and hand out clones: they take turns. A turn ends when it is known
/// whether the pool has the extrinsic, so that nonces rise by one, none is used twice, and one that
/// was refused is the next to be used. Another process that signs for the same account is noticed
/// and made way for, but costs attempts.
///
/// When the answer of the node is lost, the same signed bytes are handed in again: the pool knows
/// them by their hash, so that nothing can be done twice. Should that not settle it within the
/// patience of a turn, the turn ends with [`AccountError::Unsettled`], and the next one first goes on
/// asking.
///
/// ```no_run
/// use std::sync::Arc;
///
/// use axonry_chain::Call;
/// use axonry_core::Signer;
/// use axonry_substrate::{Account, Outcome, Substrate};
///
/// # async fn example(signer: Arc<dyn Signer>, call: Call) -> Result<(), Box<dyn std::error::Error>> {
/// let chain = Arc::new(Substrate::connect("finney").await?);
/// let account = Account::new(chain, signer);
/// let sent = account.submit(&call).await?;
/// // Later, and whatever became of the connection in between:
/// if let Outcome::Included { block, dispatch } = account.outcome(&sent.extrinsic).await? {
///     println!("{dispatch:?} in block {}", block.number);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Account {
    inner: Arc<Inner>,
}

struct Inner {
    chain: Arc<dyn Chain>,
    signer: Arc<dyn Signer>,
    settings: AccountSettings,
    /// Locked for a turn, across everything that is asked in it: taking turns is what it is for.
    turn: Mutex<State>,
    /// Set by whoever sees that an extrinsic has left the pool without being included.
    gap: Arc<AtomicBool>,
}

/// How an [`Account`] goes about its work.
#[derive(Clone, Copy, Debug)]
pub struct AccountSettings {
    /// For how many blocks an extrinsic stays valid (64).
    pub period: u64,
    /// How long a block can be born in after it was the head (24 s); it saves asking for another.
    pub birth_lasts: Duration,
    /// How long a turn goes on asking what became of an extrinsic (60 s).
    pub patience: Duration,
    /// The pause between two such questions (1 s).
    pub pause: Duration,
    /// How often an extrinsic is signed anew because its nonce or its birth was too old (8).
    pub attempts: u32,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self {
            period: 64,
            birth_lasts: Duration::from_secs(24),
            patience: Duration::from_secs(60),
            pause: Duration::from_secs(1),
            attempts: 8,
        }
    }
}

/// What is known between turns.
#[derive(Debug, Default)]
struct State {
    /// The nonce to use next; `None` where the node must be asked.
    next: Option<u64>,
    /// Where extrinsics are born, and when that was the head.
    birth: Option<(Block, tokio::time::Instant)>,
    /// What was handed in without a word about what became of it.
    ///
    /// It is set before anything is sent and taken back when the answer is there: a turn that is
    /// dropped halfway leaves it to the next one.
    unsettled: Option<SignedExtrinsic>,
}

/// An extrinsic that the pool has taken.
pub struct Submitted {
    /// What was signed.
    pub extrinsic: SignedExtrinsic,
    /// What the node says of it; `None` where the answer was lost and the node would not say more
    /// than that it knows it. [`Account::outcome`] tells what became of it either way.
    pub statuses: Option<StatusStream>,
}

impl Account {
    /// An account on a chain, with the usual settings.
    pub fn new(chain: Arc<dyn Chain>, signer: Arc<dyn Signer>) -> Self {
        Self::with_settings(chain, signer, AccountSettings::default())
    }

    /// An account on a chain.
    pub fn with_settings(
        chain: Arc<dyn Chain>,
        signer: Arc<dyn Signer>,
        settings: AccountSettings,
    ) -> Self {
        let inner = Inner {
            chain,
            signer,
            settings,
            turn: Mutex::default(),
            gap: Arc::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The account.
    pub fn id(&self) -> AccountId {
        self.inner.signer.account()
    }

    /// Signs a call with the next nonce and hands it in, when it is its turn.
    ///
    /// # Errors
    /// [`AccountError::Refused`] when it is certain that the pool has not taken it,
    /// [`AccountError::NotSent`] when it did not come to that, [`AccountError::Unsettled`] when it is
    /// not known: with the extrinsic, to look for later.
    pub async fn submit(&self, call: &Call) -> Result<Submitted, AccountError> {
        self.inner.submit(call).await
    }

    /// What has become of an extrinsic of this account, from finalized state alone.
    ///
    /// It looks through the blocks that the extrinsic was valid in: at most one request for each.
    ///
    /// # Errors
    /// Those of the chain.
    pub async fn outcome(&self, extrinsic: &SignedExtrinsic) -> Result<Outcome, ChainError> {
        outcome::of(&*self.inner.chain, extrinsic, self.inner.settings.period).await
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id())
            .field("settings", &self.inner.settings)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Submitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submitted")
            .field("extrinsic", &self.extrinsic)
            .field("watched", &self.statuses.is_some())
            .finish()
    }
}
