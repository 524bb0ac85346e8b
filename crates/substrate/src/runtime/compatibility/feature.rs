use std::fmt;

/// What this client can do, and needs something of a runtime for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Feature {
    /// Reading a metagraph.
    Neurons,
    /// Reading a subnet's rules.
    Rules,
    /// Setting weights, and seeing that they are set.
    Weights,
    /// Committing to weights, and revealing them.
    CommitReveal,
    /// Following what happened in a block.
    Blocks,
    /// Making extrinsics that the runtime takes.
    Signing,
    /// Balances and transfers.
    Balances,
    /// Stakes, and moving them about.
    Staking,
    /// Listing subnets and what they are worth.
    Subnets,
    /// Registering hotkeys.
    Registration,
    /// Saying and finding out where a neuron serves.
    Serving,
    /// Commitments of neurons.
    Commitments,
    /// Reading a metagraph by columns.
    Columns,
    /// Fees, and dry runs.
    Fees,
    /// Several calls in one extrinsic, and calls inside others.
    Batches,
}

impl Feature {
    /// Whether a validator's loop uses it; all else is there for whoever asks for it.
    pub const fn is_of_validator(self) -> bool {
        matches!(
            self,
            Self::Neurons
                | Self::Rules
                | Self::Weights
                | Self::CommitReveal
                | Self::Blocks
                | Self::Signing
        )
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Neurons => "neurons",
            Self::Rules => "rules",
            Self::Weights => "weights",
            Self::CommitReveal => "commit-reveal",
            Self::Blocks => "blocks",
            Self::Signing => "signing",
            Self::Balances => "balances",
            Self::Staking => "staking",
            Self::Subnets => "subnets",
            Self::Registration => "registration",
            Self::Serving => "serving",
            Self::Commitments => "commitments",
            Self::Columns => "columns",
            Self::Fees => "fees",
            Self::Batches => "batches",
        })
    }
}
