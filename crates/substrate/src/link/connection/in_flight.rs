//! Who waits for what.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use axonry_core::BlockHash;
use serde_json::value::RawValue;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::frame::{ChangeSet, Frame, Notification};
use super::{Answer, CALLS_AT_ONCE, Command, Stored};
use crate::link::endpoints::Health;
use crate::link::question::RpcError;
use crate::link::requests::Requests;
use crate::link::subscription::{Farewell, Source};

/// How values are read: the answer names block and key, so that it cannot be another question's.
pub(crate) const READ: &str = "state_queryStorageAt";

/// Values asked for in one request. A node looks them up one after the other, and requests side by
/// side: more in one would save little and wait longer.
const VALUES_AT_ONCE: usize = 64;

/// Notifications kept for a reader that is behind; one that falls further behind is cut off.
const NOTIFICATIONS_KEPT: usize = 1024;

/// Ids are this far apart, so that one damaged on the way is hardly ever another question's.
const STEP: u64 = 1_000_003;

/// The questions under way on a connection, and its subscriptions.
pub(super) struct InFlight {
    asked: u64,
    waiting: HashMap<u64, (Instant, Waiting)>,
    subscriptions: HashMap<Box<str>, Listener>,
    farewells: mpsc::UnboundedSender<Farewell>,
    requests: Arc<Requests>,
    health: Arc<Health>,
    /// Frames that belonged to nobody.
    pub(super) strays: u64,
}

struct Listener {
    notifications: mpsc::Sender<Box<RawValue>>,
    unsubscribe: &'static str,
}

enum Waiting {
    Answer(Answer<Result<Box<RawValue>, RpcError>>),
    Values(BlockHash, Vec<Value>),
    Subscription(&'static str, Answer<Result<Source, RpcError>>),
    /// For the node's word on a farewell.
    Nobody,
}

struct Value {
    key: String,
    answer: Answer<Stored>,
}

impl Waiting {
    fn is_given_up(&self) -> bool {
        match self {
            Self::Answer(answer) => answer.is_closed(),
            Self::Values(_, values) => values.iter().all(|value| value.answer.is_closed()),
            // If it comes after all, the node must be told that nobody listens.
            Self::Subscription(..) => false,
            Self::Nobody => true,
        }
    }
}

impl InFlight {
    pub(super) fn new(
        farewells: mpsc::UnboundedSender<Farewell>,
        requests: Arc<Requests>,
        health: Arc<Health>,
    ) -> Self {
        Self {
            asked: 0,
            waiting: HashMap::new(),
            subscriptions: HashMap::new(),
            farewells,
            requests,
            health,
            strays: 0,
        }
    }

    /// The frames that put questions; those whose askers have gone are left out.
    pub(super) fn questions(&mut self, commands: impl Iterator<Item = Command>) -> Vec<String> {
        // Answers that never come must not pile up; one that comes late is dropped.
        if self.waiting.len() >= 2 * CALLS_AT_ONCE {
            self.waiting
                .retain(|_, (_, waiting)| !waiting.is_given_up());
        }
        let mut frames = Vec::new();
        let mut reads: Vec<(BlockHash, Vec<Value>)> = Vec::new();
        for command in commands {
            match command {
                Command::Ask {
                    method,
                    params,
                    answer,
                } => {
                    if !answer.is_closed() {
                        frames.push(self.question(method, &params, Waiting::Answer(answer)));
                    }
                }
                Command::Subscribe {
                    method,
                    params,
                    unsubscribe,
                    answer,
                } => {
                    if !answer.is_closed() {
                        let waiting = Waiting::Subscription(unsubscribe, answer);
                        frames.push(self.question(method, &params, waiting));
                    }
                }
                Command::Read { key, at, answer } => {
                    if answer.is_closed() {
                        continue;
                    }
                    let value = Value { key, answer };
                    // Hardly ever is more than one block read at once.
                    let together = reads
                        .iter_mut()
                        .find(|(block, values)| *block == at && values.len() < VALUES_AT_ONCE);
                    match together {
                        Some((_, values)) => values.push(value),
                        None => reads.push((at, vec![value])),
                    }
                }
            }
        }
        for (at, values) in reads {
            let mut params = String::with_capacity(100 + values.len() * 160);
            params.push_str("[[");
            for (place, value) in values.iter().enumerate() {
                let comma = if place > 0 { "," } else { "" };
                let _ = write!(params, "{comma}\"{}\"", value.key);
            }
            let _ = write!(params, "],\"{at}\"]");
            frames.push(self.question(READ, &params, Waiting::Values(at, values)));
        }
        frames
    }

    /// The frame that says that nobody listens to a subscription any more.
    pub(super) fn farewell(&mut self, farewell: &Farewell) -> String {
        self.subscriptions.remove(&farewell.id);
        let params = format!("[{}]", farewell.id);
        self.question(farewell.unsubscribe, &params, Waiting::Nobody)
    }

    fn question(&mut self, method: &'static str, params: &str, waiting: Waiting) -> String {
        self.requests.count(method);
        self.asked += 1;
        let id = self.asked * STEP;
        self.waiting.insert(id, (Instant::now(), waiting));
        format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#)
    }

    /// Hands a message to whom it is for.
    ///
    /// # Errors
    /// With the reason, when the connection cannot be relied on: what cannot be read, and an answer
    /// to what was never asked, stand for an answer that somebody waits for in vain.
    pub(super) fn answer(&mut self, message: &[u8]) -> Result<(), Arc<str>> {
        let frame: Frame<'_> = serde_json::from_slice(message)
            .map_err(|error| format!("it sent what is no JSON-RPC: {error}"))?;
        if let Some(notification) = &frame.params {
            self.notify(notification);
            return Ok(());
        }
        let id = frame.id.map_or("null", RawValue::get);
        let outcome = match (frame.result, frame.error) {
            (_, Some(error)) => Err(error),
            (Some(result), None) => Ok(result),
            (None, None) => return Err("it sent an answer without a result".into()),
        };
        let number = id.parse().ok().filter(|id| self.has_asked(*id));
        let Some(number) = number else {
            let words = outcome.err().map(|error| error.words());
            return Err(format!(
                "it answered what was never asked (id `{}`{}{})",
                id.chars().take(40).collect::<String>(),
                words.as_ref().map_or("", |_| "): "),
                words.unwrap_or_default(),
            )
            .into());
        };
        let Some((asked, waiting)) = self.waiting.remove(&number) else {
            // A second answer, or one that came after it was given up on.
            self.strays += 1;
            return Ok(());
        };
        self.health.answered_after(asked.elapsed());
        match waiting {
            Waiting::Nobody => {}
            Waiting::Answer(answer) => {
                let _ = answer.send(outcome.map(RawValue::to_owned));
            }
            Waiting::Values(at, values) => hand_out(at, values, outcome),
            Waiting::Subscription(unsubscribe, answer) => {
                let source = outcome.map(|id| self.listen(id.get().into(), unsubscribe));
                // Where nobody waits any more, dropping it takes leave of the node.
                let _ = answer.send(source);
            }
        }
        Ok(())
    }

    const fn has_asked(&self, id: u64) -> bool {
        0 < id && id <= self.asked * STEP && id.is_multiple_of(STEP)
    }

    fn listen(&mut self, id: Box<str>, unsubscribe: &'static str) -> Source {
        let (sender, notifications) = mpsc::channel(NOTIFICATIONS_KEPT);
        let listener = Listener {
            notifications: sender,
            unsubscribe,
        };
        self.subscriptions.insert(id.clone(), listener);
        Source {
            notifications,
            farewell: Some(Farewell { unsubscribe, id }),
            farewells: self.farewells.clone(),
        }
    }

    fn notify(&mut self, notification: &Notification<'_>) {
        let id = notification.subscription.get();
        let Some(listener) = self.subscriptions.get(id) else {
            self.strays += 1;
            return;
        };
        let Some(result) = notification.result else {
            self.subscriptions.remove(id);
            return;
        };
        match listener.notifications.try_send(result.to_owned()) {
            Ok(()) => {}
            // Its reader takes leave by itself.
            Err(TrySendError::Closed(_)) => {}
            Err(TrySendError::Full(_)) => {
                let farewell = Farewell {
                    unsubscribe: listener.unsubscribe,
                    id: id.into(),
                };
                self.subscriptions.remove(id);
                let _ = self.farewells.send(farewell);
            }
        }
    }
}

/// Gives everybody the value of the key asked for.
fn hand_out(at: BlockHash, values: Vec<Value>, outcome: Result<&RawValue, RpcError>) {
    let send = |answer: oneshot::Sender<Stored>, stored| {
        let _ = answer.send(stored);
    };
    let result = match outcome {
        Ok(result) => result,
        // What is wrong with the block is wrong for all; anything else may be about one of them.
        Err(error) if error.is_about_a_missing_block() || error.is_unserved() => {
            for value in values {
                send(value.answer, Stored::Refused(error.clone()));
            }
            return;
        }
        Err(_) => {
            for value in values {
                send(value.answer, Stored::AskAlone);
            }
            return;
        }
    };
    let sets: Vec<ChangeSet<'_>> = serde_json::from_str(result.get()).unwrap_or_default();
    let at = at.to_string();
    let set = sets.iter().find(|set| set.block.eq_ignore_ascii_case(&at));
    let changes = set.map_or(&[][..], |set| &set.changes);
    for (place, Value { key, answer }) in values.into_iter().enumerate() {
        // Nodes keep the order; the names decide.
        let named = |(name, _): &&(_, _)| frame_text(name).eq_ignore_ascii_case(&key);
        let change = changes.get(place).filter(named);
        let change = change.or_else(|| changes.iter().find(named));
        let stored = match change {
            Some((_, None)) => Stored::Value(None),
            Some((_, Some(value))) => {
                let digits = value.0.strip_prefix("0x").unwrap_or(&value.0);
                hex::decode(digits).map_or(Stored::AskAlone, |bytes| Stored::Value(Some(bytes)))
            }
            None => Stored::AskAlone,
        };
        send(answer, stored);
    }
}

fn frame_text<'a>(text: &'a super::frame::Text<'_>) -> &'a str {
    &text.0
}
