use std::num::NonZeroU8;
use std::time::Duration;

use super::CommitForm;
use crate::DrandNetwork;

/// How a [`Setter`](super::Setter) goes about it.
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
    /// How long reads before sending, and one submission, may take with all retries; then everything
    /// is read from the start, until the deadline.
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
