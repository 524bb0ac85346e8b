mod attempts;
mod endpoints;
mod question;
mod requests;
mod socket;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axonry_chain::ChainError;
use axonry_core::BlockHash;
use serde::de::DeserializeOwned;
use subxt::ext::jsonrpsee::core::client::{
    ClientT, Error as RpcError, Subscription, SubscriptionClientT,
};
use subxt::ext::jsonrpsee::core::params::ArrayParams;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;
use tracing::debug;

use crate::endpoint::Endpoint;
use endpoints::Endpoints;
use question::{is_about_a_missing_block, words_of};
use requests::Requests;

pub(crate) use question::{Failure, Question, data_of};
use socket::State;

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
}

/// One multiplexed websocket to one node, replaced when it breaks; by one to the next node where
/// there is another.
///
/// Every call has the same deadline, kept also while there is no connection. A read that was in
/// flight when the connection broke is asked again on the next one; nothing else is.
#[derive(Debug)]
pub(crate) struct Link {
    shared: Arc<Shared>,
    /// Keeps the connection; ends with the link.
    _keeper: AbortOnDropHandle<()>,
}

/// What the link and its keeper both hold.
#[derive(Debug)]
struct Shared {
    endpoints: Endpoints,
    patience: Patience,
    state: watch::Sender<State>,
    requests: Requests,
    unanswered: AtomicU32,
    /// The newest connection that has been given up on.
    distrusted: watch::Sender<u64>,
}

/// Whether a question may be put again when the connection broke before the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    Yes,
    No,
}

impl Link {
    /// Connects, trying each endpoint once; from then on the link reconnects by itself until it is
    /// dropped.
    pub(crate) async fn open(
        endpoints: Vec<Endpoint>,
        patience: Patience,
    ) -> Result<Self, ChainError> {
        let endpoints = Endpoints::new(endpoints);
        let mut place = 0;
        let socket = loop {
            let endpoint = endpoints.at(place);
            match socket::dial(endpoint, &patience).await {
                Ok(socket) => break socket,
                Err(reason) if place + 1 < endpoints.len() => {
                    debug!(%endpoint, %reason, "no connection, trying the next endpoint");
                    endpoints.failed(place);
                    place += 1;
                }
                Err(reason) => {
                    return Err(ChainError::Unavailable {
                        endpoint: endpoint.to_string(),
                        what: "a connection".to_owned(),
                        source: reason.to_string().into(),
                    });
                }
            }
        };
        endpoints.choose(place);
        let (state, _) = watch::channel(State::first(socket));
        let shared = Arc::new(Shared {
            endpoints,
            patience,
            state,
            requests: Requests::default(),
            unanswered: AtomicU32::new(0),
            distrusted: watch::Sender::new(0),
        });
        let keeper = AbortOnDropHandle::new(tokio::spawn(socket::keep(Arc::clone(&shared))));
        Ok(Self {
            shared,
            _keeper: keeper,
        })
    }

    /// The node it is connected to, or was last.
    pub(crate) fn endpoint(&self) -> &Endpoint {
        self.shared.endpoint()
    }

    /// Holds every further connection to this chain.
    pub(crate) fn insist_on(&self, genesis: BlockHash) {
        // It is the first that counts.
        let _ = self.shared.endpoints.genesis.set(genesis);
    }

    pub(crate) fn patience(&self) -> &Patience {
        &self.shared.patience
    }

    /// What has been asked so far, by method; a repeated question counts again.
    pub(crate) fn requests(&self) -> std::collections::BTreeMap<&'static str, u64> {
        self.shared.requests.by_method()
    }

    /// Asks for something that is the same however often it is asked.
    pub(crate) async fn ask<T>(
        &self,
        question: Question,
        params: ArrayParams,
    ) -> Result<T, ChainError>
    where
        T: DeserializeOwned + Send,
    {
        let answer = self.within_deadline(async {
            let mut lost = None;
            loop {
                let (socket, generation) = self.shared.connection_after(lost).await;
                self.shared.requests.count(question.method);
                let answer = socket.request(question.method, params.clone()).await;
                match self.judge(answer, generation) {
                    Judged::Broken(reason) => {
                        debug!(method = question.method, %reason, "connection lost, asking again");
                        lost = Some(generation);
                    }
                    Judged::Answer(answer) => return answer,
                }
            }
        });
        let answer = answer.await;
        answer.map_err(|failure| self.chain_error(&question, failure))
    }

    /// Subscribes; a subscription ends, with `None`, when the connection breaks.
    pub(crate) async fn subscribe<T>(
        &self,
        method: &'static str,
        params: ArrayParams,
        unsubscribe: &'static str,
        repeat: Repeat,
    ) -> Result<Subscription<T>, Failure>
    where
        T: DeserializeOwned + Send,
    {
        self.within_deadline(async {
            let mut lost = None;
            loop {
                let (socket, generation) = self.shared.connection_after(lost).await;
                self.shared.requests.count(method);
                let params = params.clone();
                let answer = socket.subscribe::<T, _>(method, params, unsubscribe).await;
                match self.judge(answer, generation) {
                    Judged::Broken(reason) if repeat == Repeat::No => {
                        return Err(Failure::Down(reason));
                    }
                    Judged::Broken(_) => lost = Some(generation),
                    Judged::Answer(answer) => return answer,
                }
            }
        })
        .await
    }

    /// Waits, without a deadline, for a connection other than the one of `generation`.
    pub(crate) async fn connection_after(&self, generation: Option<u64>) -> u64 {
        self.shared.connection_after(generation).await.1
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
        };
        let unanswered = self.shared.unanswered.fetch_add(1, Ordering::Relaxed) + 1;
        if unanswered >= UNANSWERED_AT_MOST {
            self.shared.unanswered.store(0, Ordering::Relaxed);
            self.shared.distrusted.send_replace(generation);
        }
        Failure::Late
    }

    /// Tells an answer, good or bad, from a connection that broke.
    fn judge<T>(&self, answer: Result<T, RpcError>, generation: u64) -> Judged<T> {
        let answer = match answer {
            Ok(answer) => Ok(answer),
            Err(RpcError::Call(error)) => Err(Failure::Refused(error)),
            Err(RpcError::ParseError(error)) => Err(Failure::Garbled(error)),
            Err(error) => {
                // The socket may not have noticed yet; it is of no use to anybody any more.
                self.shared.distrusted.send_replace(generation);
                return Judged::Broken(socket::in_words(&error, self.shared.endpoint()));
            }
        };
        self.shared.unanswered.store(0, Ordering::Relaxed);
        Judged::Answer(answer)
    }

    /// Puts a failure in the chain's words.
    pub(crate) fn chain_error(&self, question: &Question, failure: Failure) -> ChainError {
        let endpoint = || self.shared.endpoint().to_string();
        let what = question.what.to_string();
        match failure {
            Failure::Refused(error) => match question.at {
                Some(at) if is_about_a_missing_block(&error) => ChainError::NoState(at),
                _ => ChainError::Node {
                    what,
                    code: error.code(),
                    message: words_of(&error),
                },
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
        }
    }
}

impl Shared {
    fn endpoint(&self) -> &Endpoint {
        self.endpoints.at(self.endpoints.current())
    }
}

enum Judged<T> {
    Answer(Result<T, Failure>),
    Broken(Arc<str>),
}
