//! One prompt to every miner, and every answer read while others are on the wire.

mod hearing;
mod keep;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axonry_chain::Neuron;
use axonry_core::{Coldkey, Hotkey, Uid};
use axonry_wire::{Answer as Landed, AnswerLimits, CallError, Dendrite, Question, Target};
use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::{Flaw, Mode, Prompt, Simulation, SimulationRequest, Validation, Workers, read_answer};
use keep::processor_time;

pub use hearing::Hearing;
pub use keep::{Keep, Kept};

/// Answers that may be read or wait to be saved at once: at 3 MB each some 100 MB.
const UNSAVED: usize = 32;

/// Asks miners for price paths: all at once, through the one [`Dendrite`], with the one set of
/// [`Workers`] to read what comes.
///
/// What upstream's `synth/base/dendrite_multiprocess.py` makes anew for every prompt (processes,
/// clients, a model per miner) is made once here. An answer is read and validated on a worker as soon
/// as its last byte is there; the time that takes is in nobody's latency, and a reader that panics
/// costs one miner its answer.
#[derive(Clone, Debug)]
pub struct Forward {
    dendrite: Dendrite,
    workers: Arc<Workers>,
    mode: Mode,
    keep: Keep,
    archived: bool,
    /// One for each answer that is being read or waits to be saved, of all prompts together.
    places: Arc<Semaphore>,
}

/// Somebody to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Miner {
    /// Its slot.
    pub uid: Uid,
    /// Its hotkey.
    pub hotkey: Hotkey,
    /// Who owns it.
    pub coldkey: Coldkey,
    /// Where it serves, if it does.
    pub axon: Option<SocketAddr>,
}

impl From<&Neuron> for Miner {
    fn from(neuron: &Neuron) -> Self {
        Self {
            uid: neuron.uid,
            hotkey: neuron.hotkey,
            coldkey: neuron.coldkey,
            axon: neuron.axon.map(|axon| axon.address),
        }
    }
}

/// What became of asking one miner.
#[derive(Debug)]
pub struct Heard {
    /// Who was asked.
    pub miner: Miner,
    /// When the last of it was there, or it was given up.
    pub done: Instant,
    /// Whether its answer counts, and which rule it breaks if not.
    pub validation: Validation,
    /// Why there is no answer, if there is none.
    pub failure: Option<NotHeard>,
    /// From the first byte of the request to the last byte of the answer, whatever it says.
    pub latency: Option<Duration>,
    /// Bytes of the answer's body on the wire.
    pub bytes: usize,
    /// Processor time of reading and validating it.
    pub reading: Duration,
    /// What is kept of a correct answer.
    pub kept: Option<Kept>,
}

/// Why a miner's answer is not there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotHeard {
    /// It serves nowhere.
    #[error("it announces no axon")]
    NoAxon,
    /// It was asked in vain.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Its answer came, and is no JSON of a `Simulation`.
    #[error("the answer cannot be read as a synapse")]
    Unreadable,
    /// Its answer came, and our reader failed over it.
    #[error("the answer's reader failed: {0}")]
    Reader(String),
}

impl NotHeard {
    /// One word for it, the same for every miner it happens to.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NoAxon => "no_axon",
            Self::Unreadable => "unreadable",
            Self::Reader(_) => "reader_failed",
            Self::Call(error) => match error {
                CallError::Address { .. } => "bad_address",
                CallError::Resting { .. } => "resting",
                CallError::Connect { .. } => "unreachable",
                CallError::Broken { .. } => "broke_off",
                CallError::Timeout { .. } | CallError::FirstByte { .. } => "timeout",
                CallError::Slow { .. } => "too_slow",
                CallError::TooLarge { .. } => "too_large",
                CallError::Encoding => "encoding",
                CallError::Refused { .. } => "refused",
                _ => "failed",
            },
        }
    }
}

impl Heard {
    /// One word for what became of it: `correct`, `incorrect`, or [`NotHeard::kind`].
    pub fn outcome(&self) -> &'static str {
        match &self.failure {
            Some(failure) => failure.kind(),
            None if self.validation.is_correct() => "correct",
            None => "incorrect",
        }
    }

    /// Upstream's `process_time`: seconds, for an answer that came and could be read as a synapse.
    pub fn process_time(&self) -> Option<f64> {
        let latency = self.latency.filter(|_| self.failure.is_none());
        latency.map(|latency| latency.as_secs_f64())
    }

    fn in_vain(miner: Miner, done: Instant, why: NotHeard) -> Self {
        Self {
            miner,
            done,
            validation: Validation::Incorrect(Flaw::NoAnswer),
            failure: Some(why),
            latency: None,
            bytes: 0,
            reading: Duration::ZERO,
            kept: None,
        }
    }
}

impl Forward {
    /// Takes what it asks with. Reads as [`Mode::Parity`] does and keeps [`Keep::Json`] until told
    /// otherwise.
    pub fn new(dendrite: Dendrite, workers: Arc<Workers>) -> Self {
        Self {
            dendrite,
            workers,
            mode: Mode::Parity,
            keep: Keep::Json,
            archived: false,
            places: Arc::new(Semaphore::new(UNSAVED)),
        }
    }

    /// By which rules answers are read.
    #[must_use]
    pub const fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// What is kept of a correct answer.
    #[must_use]
    pub const fn keep(mut self, keep: Keep) -> Self {
        self.keep = keep;
        self
    }

    /// Whether the paths of a correct answer are kept as well, to be archived.
    pub(crate) const fn archived(mut self, archived: bool) -> Self {
        self.archived = archived;
        self
    }

    /// How many answers may be read or wait in [`Heard`]s at once, of all prompts together; 32 if
    /// nothing else is said.
    ///
    /// With that many in the hands of whoever saves them, the next ones are not read until one is
    /// dropped. Their bytes wait as they came, at most what [`limits`] allows each; their latencies
    /// are known already.
    #[must_use]
    pub fn unsaved(mut self, answers: usize) -> Self {
        self.places = Arc::new(Semaphore::new(answers.max(1)));
        self
    }

    /// Asks every miner the same at once, and gives each at most `within`.
    ///
    /// Everyone has exactly one [`Heard`], also who serves nowhere: upstream asks every uid, so that
    /// each gets a score. Dropping the [`Hearing`] ends what is under way.
    ///
    /// # Errors
    /// [`CallError`] when the prompt cannot be written as a request, which is nobody's fault.
    pub fn ask(
        &self,
        prompt: &Prompt,
        miners: impl IntoIterator<Item = Miner>,
        within: Duration,
    ) -> Result<Hearing, CallError> {
        let began = Instant::now();
        let question = Question::of::<Simulation>(&SimulationRequest::from(prompt), within)?;
        let shared = Arc::new(Asking {
            dendrite: self.dendrite.clone(),
            workers: Arc::clone(&self.workers),
            question,
            prompt: prompt.clone(),
            mode: self.mode,
            keep: self.keep,
            archived: self.archived,
            deadline: began + within,
            places: Arc::clone(&self.places),
        });
        let mut hearing = Hearing::new(began);
        for miner in miners {
            hearing.start(miner, Arc::clone(&shared).ask(miner));
        }
        Ok(hearing)
    }
}

/// What the answers to a prompt may cost: their size is known before they come.
///
/// A price takes 9 to 12 bytes as Python's `json` writes it, some 20 where the text is indented; 32
/// are allowed for, beside 64 KiB for everything else. Upstream allows anything.
pub fn limits(prices: usize) -> AnswerLimits {
    let bytes = prices.saturating_mul(32).saturating_add(64 << 10);
    AnswerLimits {
        connect: Duration::from_secs(30),
        wire: bytes,
        unpacked: bytes,
        ..AnswerLimits::default()
    }
}

/// What all miners of a prompt share.
struct Asking {
    dendrite: Dendrite,
    workers: Arc<Workers>,
    question: Question,
    prompt: Prompt,
    mode: Mode,
    keep: Keep,
    archived: bool,
    deadline: Instant,
    places: Arc<Semaphore>,
}

impl Asking {
    async fn ask(self: Arc<Self>, miner: Miner) -> Result<Heard, NotHeard> {
        let address = miner.axon.ok_or(NotHeard::NoAxon)?;
        let target = Target {
            uid: miner.uid,
            hotkey: miner.hotkey,
            address,
        };
        let calling = self
            .dendrite
            .call_bytes(&target, &self.question, self.deadline);
        let landed = calling.await?;
        self.read(miner, landed, Instant::now()).await
    }

    /// Has a worker read the answer; whoever gives up meanwhile takes nothing from others.
    async fn read(
        self: Arc<Self>,
        miner: Miner,
        landed: Landed<Bytes>,
        done: Instant,
    ) -> Result<Heard, NotHeard> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.expect("the semaphore is never closed");
        let Landed {
            value: body,
            latency,
            bytes,
        } = landed;
        let shared = Arc::clone(&self);
        let reading = self.workers.run(move || {
            let began = processor_time();
            let mut answer = read_answer(&body, &shared.prompt, shared.mode);
            let reading = processor_time().saturating_sub(began);
            let (keep, archived) = (shared.keep, shared.archived);
            let kept = keep.of(&mut answer, archived, &body, &shared.prompt, place);
            (answer.validation, reading, kept)
        });
        let read = reading.await;
        let (validation, reading, kept) =
            read.map_err(|panicked| NotHeard::Reader(panicked.to_string()))?;
        let unreadable = validation == Validation::Incorrect(Flaw::NoAnswer);
        Ok(Heard {
            miner,
            done,
            validation,
            failure: unreadable.then_some(NotHeard::Unreadable),
            latency: Some(latency),
            bytes,
            reading,
            kept,
        })
    }
}

impl fmt::Debug for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asking")
            .field("prompt", &self.prompt)
            .finish_non_exhaustive()
    }
}
