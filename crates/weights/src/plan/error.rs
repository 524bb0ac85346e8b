use axonry_core::{BlockNumber, NetUid};

/// Why scores give no vector. Nothing was sent, and the last vector on chain stays in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// No registered neuron has a score above zero.
    #[error(
        "nobody scored: of {scores} hotkeys with a score none is registered with more than zero \
         ({registered} neurons are registered), so no weights are set rather than equal ones"
    )]
    NobodyScored {
        /// How many hotkeys have a score.
        scores: usize,
        /// How many neurons the subnet has.
        registered: usize,
    },
    /// Fewer weights than the subnet wants.
    #[error("{found} neurons have a weight where the subnet wants at least {needed}")]
    TooFew {
        /// How many have one.
        found: usize,
        /// How many must.
        needed: u16,
    },
    /// One share is larger than the subnet allows, and too few neurons share to change that.
    #[error(
        "with {found} weights the largest share exceeds the subnet's limit of {limit}/65535: more \
         neurons must score"
    )]
    TooConcentrated {
        /// How many neurons have a weight.
        found: usize,
        /// The limit, in 65 535ths.
        limit: u16,
    },
    /// Scores too large or too small for the arithmetic; in proportion to each other they are fine.
    #[error("the scores are too large or too small to be divided by their sum: scale them first")]
    OutOfRange,
    /// A plan is changed with a snapshot it was not made with.
    #[error(
        "the plan was made at block {plan} and the metagraph was read at block {metagraph}, or of \
         another subnet: reserve with the same snapshot"
    )]
    TwoBlocks {
        /// The plan's block.
        plan: BlockNumber,
        /// The metagraph's.
        metagraph: BlockNumber,
    },
    /// Two snapshots that do not belong together.
    #[error("the metagraph is of subnet {metagraph} and the hyperparameters are of subnet {rules}")]
    TwoSubnets {
        /// The subnet of the metagraph.
        metagraph: NetUid,
        /// The subnet of the hyperparameters.
        rules: NetUid,
    },
}
