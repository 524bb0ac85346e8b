use std::sync::atomic::{AtomicU64, Ordering};

use super::CallError;

/// What a dendrite has done so far.
///
/// Every call that was not given up by its caller is one of `answered`, `refused`, `unreachable`,
/// `late`, `broken`, `too_large` and `not_asked`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DendriteCounters {
    /// Connections made.
    pub connections: u64,
    /// Answers that came whole, and streams that began to come.
    pub answered: u64,
    /// Axons that answered that they will not.
    pub refused: u64,
    /// Axons that could not be reached.
    pub unreachable: u64,
    /// Answers that did not come in time, or came too slowly.
    pub late: u64,
    /// Connections that broke off.
    pub broken: u64,
    /// Answers that were larger than allowed.
    pub too_large: u64,
    /// Axons that were not asked: they rest, have no address, or the request could not be made.
    pub not_asked: u64,
    /// Of those that were answered: answers that could not be unpacked or read.
    pub unreadable: u64,
    /// Of those that were answered: streams that did not come to their end.
    pub streams_cut: u64,
    /// Bytes of answers' bodies, as they came over the wire.
    pub bytes: u64,
    /// Axons that rest at this moment, because they could not be reached lately.
    pub resting: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counting {
    connections: AtomicU64,
    answered: AtomicU64,
    refused: AtomicU64,
    unreachable: AtomicU64,
    late: AtomicU64,
    broken: AtomicU64,
    too_large: AtomicU64,
    not_asked: AtomicU64,
    unreadable: AtomicU64,
    streams_cut: AtomicU64,
    bytes: AtomicU64,
}

impl Counting {
    pub(super) fn connection(&self) {
        add(&self.connections, 1);
    }

    pub(super) fn bytes(&self, count: usize) {
        add(&self.bytes, u64::try_from(count).unwrap_or(u64::MAX));
    }

    pub(super) fn unreadable(&self) {
        add(&self.unreadable, 1);
    }

    /// How a stream that began ended.
    pub(super) fn stream(&self, error: Option<&CallError>) {
        add(&self.streams_cut, u64::from(error.is_some()));
    }

    /// How a call ended, as far as it was on the wire.
    pub(super) fn call(&self, error: Option<&CallError>) {
        let counter = match error {
            None => &self.answered,
            Some(CallError::Refused { .. }) => &self.refused,
            Some(CallError::Connect { .. }) => &self.unreachable,
            Some(
                CallError::Timeout { .. } | CallError::FirstByte { .. } | CallError::Slow { .. },
            ) => &self.late,
            Some(CallError::TooLarge { .. }) => &self.too_large,
            Some(CallError::Broken { .. } | CallError::Encoding | CallError::Unreadable { .. }) => {
                &self.broken
            }
            Some(
                CallError::Address { .. }
                | CallError::Resting { .. }
                | CallError::RoundOver
                | CallError::Unread { .. }
                | CallError::Signing(_)
                | CallError::Question(_)
                | CallError::Unwritable(_),
            ) => &self.not_asked,
        };
        add(counter, 1);
    }

    pub(super) fn snapshot(&self, resting: usize) -> DendriteCounters {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        DendriteCounters {
            connections: read(&self.connections),
            answered: read(&self.answered),
            refused: read(&self.refused),
            unreachable: read(&self.unreachable),
            late: read(&self.late),
            broken: read(&self.broken),
            too_large: read(&self.too_large),
            not_asked: read(&self.not_asked),
            unreadable: read(&self.unreadable),
            streams_cut: read(&self.streams_cut),
            bytes: read(&self.bytes),
            resting: u64::try_from(resting).unwrap_or(u64::MAX),
        }
    }
}

fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}
