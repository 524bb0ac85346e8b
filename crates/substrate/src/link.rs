//! The way to the node: one connection, kept by a task, and the deadline of every question.

mod activity;
mod archive;
mod asking;
mod attempts;
mod connection;
mod dial;
mod elsewhere;
mod endpoints;
mod keeper;
mod lookout;
mod opening;
mod question;
mod requests;
mod shared;
mod subscription;

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axonry_chain::ChainError;
use axonry_core::{BlockHash, BlockNumber};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;
use tracing::debug;

use crate::endpoint::Endpoint;
use crate::rpc::Hex;
use archive::Archive;
use asking::{Answer, Form, answer_of, as_json, of_fault, served};
use keeper::State;
use shared::Shared;

pub(crate) use activity::Busy;
pub(crate) use attempts::Budget;
pub(crate) use endpoints::Health;
pub(crate) use question::{Failure, Question, RpcError};
pub(crate) use subscription::Subscription;

/// Unanswered calls in a row after which the connection is replaced, whatever its pings say.
const UNANSWERED_AT_MOST: u32 = 3;

/// How long things may take. See the setters of [`SubstrateBuilder`](crate::SubstrateBuilder).
#[derive(Clone, Debug)]
pub(crate) struct Patience {
    pub(crate) connect: Duration,
    pub(crate) call: Duration,
    pub(crate) ping: Duration,
    pub(crate) silence: Duration,
    pub(crate) status: Duration,
    pub(crate) rest: Duration,
    pub(crate) heads: Duration,
    pub(crate) idle_after: Option<Duration>,
    pub(crate) largest_message: usize,
    pub(crate) attempts: Budget,
}

/// One multiplexed websocket to one node, replaced when it breaks; by one to the next node where
/// there is another.
///
/// Every call has the same deadline, kept also while there is no connection. A read that was in
/// flight when the connection broke is asked again on the next one; nothing else is.
#[derive(Debug)]
pub(crate) struct Link {
    shared: Arc<Shared>,
    archive: Option<Archive>,
    /// Keeps the connection; ends with the link.
    keeper: Mutex<Option<AbortOnDropHandle<()>>>,
}

/// Whether a question may be put again when the connection broke before the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    Yes,
    No,
}

impl Link {
    /// The node it is connected to, or was last.
    pub(crate) fn endpoint(&self) -> &Endpoint {
        self.shared.endpoint()
    }

    /// Every endpoint in order of preference, and what is known of it.
    pub(crate) fn endpoints(&self) -> impl Iterator<Item = (&Endpoint, &Health, bool)> {
        let places = &self.shared.endpoints;
        (0..places.len()).map(|place| {
            let rested = places.has_rested(place, self.shared.patience.rest);
            (places.at(place), &**places.health(place), rested)
        })
    }

    /// Takes note of how far the node in use has got.
    pub(crate) fn has_reached(&self, head: BlockNumber) {
        let places = &self.shared.endpoints;
        places.health(places.current()).has_reached(head);
    }

    /// Why there is no connection, where there should be one.
    pub(crate) fn why_down(&self) -> Option<Arc<str>> {
        match &*self.shared.state.borrow() {
            State::Down { reason } => Some(Arc::clone(reason)),
            State::Up { .. } | State::Asleep | State::Closed => None,
        }
    }

    /// Holds every further connection to this chain.
    pub(crate) fn insist_on(&self, genesis: BlockHash) {
        // It is the first that counts.
        let _ = self.shared.endpoints.genesis.set(genesis);
        if let Some(archive) = &self.archive {
            archive.link.insist_on(genesis);
        }
    }

    pub(crate) fn patience(&self) -> &Patience {
        &self.shared.patience
    }

    /// Keeps the connection from being closed for want of questions, while it lives.
    pub(crate) fn hold(&self) -> Busy {
        self.shared.activity.begin()
    }

    /// What has been asked so far, by method; a repeated question counts again.
    pub(crate) fn requests(&self) -> BTreeMap<&'static str, u64> {
        let mut requests = self.shared.requests.by_method();
        if let Some(archive) = &self.archive {
            for (method, count) in archive.link.shared.requests.by_method() {
                *requests.entry(method).or_default() += count;
            }
        }
        requests
    }

    /// Asks for something that is the same however often it is asked.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        question: Question,
        params: impl Serialize,
    ) -> Result<T, ChainError> {
        let form = Form::Params(as_json(&params));
        // The archive, or asking again, must not take longer than the answer might have.
        match timeout(self.shared.patience.call, self.readable(&question, form)).await {
            Ok(answer) => answer,
            Err(_) => Err(self.chain_error(&question, self.late())),
        }
    }

    async fn readable<T: DeserializeOwned>(
        &self,
        question: &Question,
        form: Form,
    ) -> Result<T, ChainError> {
        let mut again = true;
        loop {
            let Answer::Json(answer) = self.routed(question, form.clone()).await? else {
                unreachable!("only keys are answered with what is stored");
            };
            match serde_json::from_str(answer.get()) {
                Ok(answer) => return Ok(answer),
                // It may have been another question's: once is chance.
                Err(error) if again => {
                    debug!(method = question.method, %error, "unreadable, asking again");
                    again = false;
                }
                Err(error) => return Err(self.chain_error(question, Failure::Garbled(error))),
            }
        }
    }

    /// What is stored at one key.
    pub(crate) async fn stored(
        &self,
        what: String,
        key: &[u8],
        at: BlockHash,
    ) -> Result<Option<Vec<u8>>, ChainError> {
        let question = Question::new("state_getStorage", what)
            .or(&["state_getStorageAt"])
            .at(at);
        match self
            .routed(&question, Form::Key(crate::rpc::to_hex(key)))
            .await?
        {
            Answer::Stored(stored) => Ok(stored),
            Answer::Json(answer) => serde_json::from_str::<Option<Hex>>(answer.get())
                .map(|bytes| bytes.map(|bytes| bytes.0))
                .map_err(|error| self.chain_error(&question, Failure::Garbled(error))),
        }
    }

    /// Asks the usual node, and the archive for what that one has dropped.
    async fn routed(&self, question: &Question, form: Form) -> Result<Answer, ChainError> {
        let Some((archive, at)) = self.archive.as_ref().zip(question.at) else {
            return self.put(question, form).await;
        };
        if !archive.is_pruned_elsewhere(at) {
            match self.put(question, form.clone()).await {
                Err(ChainError::NoState(_)) => archive.note_pruned(at),
                answer => return answer,
            }
        }
        debug!(block = %at, "asking the archive");
        archive.link.put(question, form).await
    }

    async fn put(&self, question: &Question, form: Form) -> Result<Answer, ChainError> {
        let answer = self.answer_to(question, form, Repeat::Yes).await;
        answer.map_err(|failure| self.chain_error(question, failure))
    }

    /// Asks for something that is done by asking, and may be known by no other name.
    pub(crate) async fn ask_once(
        &self,
        question: &Question,
        params: impl Serialize,
    ) -> Result<(), Failure> {
        let form = Form::Params(as_json(&params));
        self.answer_to(question, form, Repeat::No).await.map(drop)
    }

    async fn answer_to(
        &self,
        question: &Question,
        form: Form,
        repeat: Repeat,
    ) -> Result<Answer, Failure> {
        self.within_deadline(async {
            let _busy = self.hold();
            let mut lost = None;
            loop {
                let (connection, generation) = self.shared.connection_after(lost).await?;
                match answer_of(&connection, question, form.clone()).await {
                    Err(Failure::Down(_)) if repeat == Repeat::Yes => {
                        debug!(method = question.method, "connection lost, asking again");
                        lost = Some(generation);
                    }
                    answer => {
                        self.shared.unanswered.store(0, Ordering::Relaxed);
                        return answer;
                    }
                }
            }
        })
        .await
    }

    /// Subscribes; a subscription ends, with `None`, when the connection breaks.
    ///
    /// With `busy`, it keeps the connection from being idle.
    pub(crate) async fn subscribe<T: DeserializeOwned>(
        &self,
        question: &Question,
        params: impl Serialize,
        unsubscribe: &'static str,
        repeat: Repeat,
        busy: Option<Busy>,
    ) -> Result<Subscription<T>, Failure> {
        let params = as_json(&params);
        let source = self.within_deadline(async {
            let _busy = self.hold();
            let mut lost = None;
            loop {
                let (connection, generation) = self.shared.connection_after(lost).await?;
                let mut answer = Err(Failure::Unserved);
                for method in served(&connection, question) {
                    let params = Arc::clone(&params);
                    let asked = connection.subscribe(method, params, unsubscribe).await;
                    match asked.map_err(|fault| of_fault(&connection, method, fault)) {
                        Err(Failure::Unserved) => {}
                        other => {
                            answer = other;
                            break;
                        }
                    }
                }
                match answer {
                    Err(Failure::Down(_)) if repeat == Repeat::Yes => lost = Some(generation),
                    answer => {
                        self.shared.unanswered.store(0, Ordering::Relaxed);
                        return answer;
                    }
                }
            }
        });
        source.await.map(|source| Subscription::new(source, busy))
    }

    /// Waits, without a deadline and without waking it, for a connection other than the one of
    /// `generation`; `None` once the link is closed.
    pub(crate) async fn next_connection(&self, generation: Option<u64>) -> Option<u64> {
        self.shared.next_connection(generation).await
    }

    /// Holds something that takes several questions to the deadline of one.
    pub(crate) async fn within_one_deadline<T>(
        &self,
        what: &'static str,
        answer: impl Future<Output = Result<T, ChainError>>,
    ) -> Result<T, ChainError> {
        match timeout(self.shared.patience.call, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(self.chain_error(&Question::new("", what), self.late())),
        }
    }

    async fn within_deadline<T>(
        &self,
        answer: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        match timeout(self.shared.patience.call, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(self.late()),
        }
    }

    fn late(&self) -> Failure {
        let generation = match &*self.shared.state.borrow() {
            State::Up { generation, .. } => *generation,
            State::Down { reason } => return Failure::Down(Arc::clone(reason)),
            State::Asleep => return Failure::Down("it is being opened".into()),
            State::Closed => return Failure::Closed,
        };
        let unanswered = self.shared.unanswered.fetch_add(1, Ordering::Relaxed) + 1;
        if unanswered >= UNANSWERED_AT_MOST {
            self.shared.unanswered.store(0, Ordering::Relaxed);
            self.shared.distrusted.send_replace(generation);
        }
        Failure::Late
    }

    /// Puts a failure in the chain's words.
    pub(crate) fn chain_error(&self, question: &Question, failure: Failure) -> ChainError {
        let endpoint = || self.shared.endpoint().to_string();
        let what = question.what.to_string();
        match failure {
            Failure::Refused(error) => match question.at {
                Some(at) if error.is_about_a_missing_block() => ChainError::NoState(at),
                _ => ChainError::Node {
                    what,
                    code: error.code,
                    message: error.words(),
                },
            },
            Failure::Unserved => ChainError::Incompatible {
                item: question.method.to_owned(),
                reason: format!(
                    "the node at `{}` does not serve this method, which {what} takes: use another",
                    endpoint()
                ),
            },
            Failure::Garbled(error) => ChainError::Decode {
                item: question.method.to_owned(),
                reason: error.to_string(),
            },
            Failure::Down(reason) => ChainError::Unavailable {
                endpoint: endpoint(),
                what,
                source: reason.to_string().into(),
            },
            Failure::Late => ChainError::Timeout {
                endpoint: endpoint(),
                what,
                after: self.shared.patience.call,
            },
            Failure::Closed => ChainError::Closed,
        }
    }
}
