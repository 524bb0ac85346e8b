//! One request and the beginning of its answer.

use std::time::Duration;

use hyper::Response;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout, timeout_at};

use super::intake::Intake;
use super::pool::{self, Connection};
use super::question::Packing;
use super::unpack::unpack;
use super::{AnswerLimits, CallError, Dendrite, Inner, Question, Target, shortened};
use crate::moment::later;

/// Bytes of a refusal that are read.
const REFUSAL: usize = 4_096;

/// How much later than a deadline it is looked whether the answer was there by then: this process
/// may not have had its turn in time, which is nothing that the other side could help.
pub(super) const OUR_TURN: Duration = Duration::from_millis(50);

/// An answer whose head has come and says that the axon answers.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) connection: Connection,
    pub(super) response: Response<Incoming>,
}

impl Dendrite {
    /// Runs a part of a call within its deadline, and has breaker and counters take note of how it
    /// ends. What comes out was there by the deadline.
    pub(super) async fn within<T>(
        &self,
        target: &Target,
        deadline: Instant,
        part: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let started = Instant::now();
        let admitted = match self.inner.may_ask(target.address) {
            true => self.breaker(|breaker| breaker.admit(target, started)),
            false => Err(CallError::Address {
                address: target.address,
            }),
        };
        let outcome = match admitted {
            Ok(()) => {
                let part = timeout_at(later(deadline, OUR_TURN), part);
                let outcome = part.await.unwrap_or_else(|_| {
                    Err(CallError::Timeout {
                        after: started.elapsed(),
                    })
                });
                let reached = !outcome.as_ref().is_err_and(CallError::is_unreachable);
                self.breaker(|breaker| breaker.note(target, reached, Instant::now()));
                outcome
            }
            Err(error) => Err(error),
        };
        self.inner.counting.call(outcome.as_ref().err());
        outcome
    }
}

impl Inner {
    /// Asks on a kept connection or a new one; on a new one too if the kept one turns out to have
    /// been closed by the other side in the meantime.
    pub(super) async fn begin(
        &self,
        target: &Target,
        question: &Question,
        packing: Packing,
        deadline: Instant,
    ) -> Result<Begun, CallError> {
        let address = target.address;
        if let Some(kept) = self.pool.take(address) {
            match self.on(kept, target, question, packing, deadline).await {
                Err(CallError::Broken { source, .. }) if closed_before_answer(&source) => {}
                outcome => return outcome,
            }
        }
        let until = deadline.min(later(Instant::now(), self.limits.connect));
        let connection = pool::connect(address, until).await?;
        self.counting.connection();
        self.on(connection, target, question, packing, deadline)
            .await
    }

    async fn on(
        &self,
        mut connection: Connection,
        target: &Target,
        question: &Question,
        packing: Packing,
        deadline: Instant,
    ) -> Result<Begun, CallError> {
        let address = target.address;
        let request = self
            .request(target, question, packing, &connection.uuid)
            .await?;
        let started = Instant::now();
        connection.times.begin();
        let sending = connection.requests.send_request(request);
        let response = match timeout(self.limits.first_byte, sending).await {
            Ok(response) => response.map_err(|source| CallError::Broken { address, source })?,
            Err(_) => {
                let after = started.elapsed();
                return Err(CallError::FirstByte { after });
            }
        };
        if !connection.times.kept(deadline) {
            let after = started.elapsed();
            return Err(CallError::Timeout { after });
        }
        if connection.times.is_premature() {
            return Err(CallError::Unreadable {
                reason: "it came before the question had gone".to_owned(),
            });
        }
        let begun = Begun {
            connection,
            response,
        };
        match begun.response.status().is_success() {
            true => Ok(begun),
            false => Err(self.refusal(begun, target).await),
        }
    }

    /// What a refusal says. Its status is what counts, its words are an extra.
    async fn refusal(&self, begun: Begun, target: &Target) -> CallError {
        let limits = AnswerLimits {
            wire: REFUSAL,
            unpacked: REFUSAL,
            ..self.limits
        };
        let status = begun.response.status().as_u16();
        let (head, mut body) = begun.response.into_parts();
        let words = async {
            let body = Intake::new(&body, target.address, &limits)?
                .whole(&mut body)
                .await?;
            self.give_back(begun.connection, target).await;
            unpack(&head.headers, body, &limits)
        };
        CallError::Refused {
            status,
            message: words
                .await
                .map_or_else(|_| String::new(), |body| said(&body)),
        }
    }

    /// Keeps a connection whose answer has been read for the next request.
    pub(super) async fn give_back(&self, mut connection: Connection, target: &Target) {
        // Where the other side answered before it had read all, the connection is of no use.
        let ready = timeout(OUR_TURN, connection.requests.ready()).await;
        if matches!(ready, Ok(Ok(()))) {
            self.pool.keep(target.address, connection);
        }
    }
}

/// The other side closed a kept connection while we were about to use it.
fn closed_before_answer(error: &hyper::Error) -> bool {
    error.is_canceled() || error.is_closed() || error.is_incomplete_message()
}

/// What a refusal says: the SDK's `message`, or its first words whatever they are.
fn said(body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Line {
        message: String,
    }

    let line = serde_json::from_slice::<Line>(body).map(|line| line.message);
    shortened(line.unwrap_or_else(|_| String::from_utf8_lossy(body).into_owned()))
}
