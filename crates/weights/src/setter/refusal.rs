use axonry_chain::ChainError;
use axonry_core::{BlockNumber, Hotkey, MechId, NetUid};

use super::{Evidence, JournalError};

/// Why nothing was sent: the chain's state says that it would not land.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The hotkey has no uid in the subnet.
    #[error("hotkey {hotkey} is not registered in subnet {netuid}")]
    NotRegistered {
        /// The hotkey.
        hotkey: Hotkey,
        /// The subnet.
        netuid: NetUid,
    },
    /// The hotkey has no validator permit.
    #[error("hotkey {hotkey} has no validator permit in subnet {netuid}")]
    NoPermit {
        /// The hotkey.
        hotkey: Hotkey,
        /// The subnet.
        netuid: NetUid,
    },
    /// The subnet asks for newer software.
    #[error("subnet {netuid} takes weights of version {needed} and later, this is {ours}")]
    VersionKey {
        /// The subnet.
        netuid: NetUid,
        /// The least it takes.
        needed: u64,
        /// What would be sent.
        ours: u64,
    },
    /// The last vector is too recent, and waiting would take longer than allowed.
    #[error("weights may be set again from block {first_legal} on, and the head is block {head}")]
    RateLimited {
        /// The first block they may be set in.
        first_legal: BlockNumber,
        /// The newest finalized block.
        head: BlockNumber,
    },
    /// The subnet wants weights committed in a form that is not known here.
    #[error("subnet {netuid} takes commits of version {version}, which this does not know")]
    CommitRevealVersion {
        /// The subnet.
        netuid: NetUid,
        /// The form of commit it takes.
        version: u16,
    },
    /// The epoch has its vector, and waiting for the next would take longer than allowed.
    #[error("epoch {epoch} has a vector already, and the next begins in block {next}")]
    EpochTaken {
        /// The epoch.
        epoch: u64,
        /// The first block of the next one.
        next: BlockNumber,
    },
    /// The subnet has no such mechanism.
    #[error("subnet {netuid} has {count} mechanisms, so there is none numbered {mechanism}")]
    NoMechanism {
        /// The subnet.
        netuid: NetUid,
        /// The mechanism asked for.
        mechanism: MechId,
        /// How many there are.
        count: u8,
    },
    /// Somebody else signs with the hotkey.
    #[error("somebody else signs with this hotkey: {}", evidence_of(.0))]
    Doppelganger(Evidence),
    /// Slots have changed hands since the plan was made.
    #[error("{} of the plan's uids belong to others now", .0.len())]
    PlanOutdated(Vec<Hotkey>),
    /// Nobody may set weights for the root subnet this way.
    #[error("subnet 0 takes no weights")]
    RootSubnet,
    /// An earlier vector may still land.
    #[error("an earlier vector may still land until block {valid_until}")]
    EarlierPending {
        /// The last block it can be included in.
        valid_until: BlockNumber,
    },
}

fn evidence_of(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Nonce { expected, found } => {
            format!("its next nonce is {found}, and ours would be {expected}")
        }
        Evidence::LastUpdate { expected, found } => {
            format!("weights were set in block {found}, and ours in block {expected}")
        }
    }
}

impl Refusal {
    /// What can be done about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::NotRegistered { .. } => {
                "register the hotkey in this subnet, or check `--netuid`, `--hotkey` and the network"
            }
            Self::NoPermit { .. } => {
                "a permit goes to the neurons with most stake and is given at the next epoch: add \
                 stake, or wait for it"
            }
            Self::VersionKey { .. } => "update this validator, or raise the version key it sends",
            Self::RateLimited { .. } => "wait, or allow more time for waiting",
            Self::CommitRevealVersion { .. } => "update this validator",
            Self::EpochTaken { .. } => "wait for the next epoch",
            Self::NoMechanism { .. } => "check the mechanism's number",
            Self::Doppelganger(_) => {
                "find the other process and stop it; if it was you, acknowledge it or start again"
            }
            Self::PlanOutdated(_) => "plan again from the same scores and a new metagraph",
            Self::RootSubnet => "check `--netuid`",
            Self::EarlierPending { .. } => "wait until that block and try again",
        }
    }

    /// Whether the same vector, or a new plan of the same scores, may be taken soon.
    pub const fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::EpochTaken { .. }
                | Self::PlanOutdated(_)
                | Self::EarlierPending { .. }
        )
    }
}

/// Why there is no landing to speak of.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetError {
    /// Nothing was sent, because it would not have landed.
    #[error("{0}: {remedy}", remedy = .0.remedy())]
    Refused(Refusal),
    /// The chain could not be asked, and nothing is pending.
    #[error("the chain could not be asked before sending weights")]
    Chain(#[source] ChainError),
    /// The deadline passed before anything was sent.
    #[error("the deadline passed before weights were sent")]
    Deadline,
    /// The commit could not be made.
    #[error("the weights could not be sealed, so nothing was sent: {0}")]
    Sealing(String),
    /// The journal did not take the intent, so nothing was sent.
    #[error("the intent could not be written down, so nothing was sent")]
    Journal(#[from] JournalError),
}

impl SetError {
    /// Whether trying again may help.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.is_transient(),
            Self::Chain(error) => error.is_transient(),
            Self::Deadline => true,
            Self::Sealing(_) | Self::Journal(_) => false,
        }
    }
}
