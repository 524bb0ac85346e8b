use serde::{Deserialize, Serialize};

/// A subnet's rules, by the names of [`axonry_chain::Hyperparameters`].
///
/// The defaults suit a dev chain: a validator can set any weights at once and again in the next block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HyperparametersConfig {
    /// The least number of weights in a vector.
    pub min_allowed_weights: u16,
    /// The largest share one weight may have, in 65 535ths.
    pub max_weights_limit: u16,
    /// The least version key the chain accepts, 0 for any.
    pub weights_version_key: u64,
    /// Blocks between two weight vectors of one validator.
    pub weights_rate_limit: u64,
    /// Whether weights must be committed first; the dev chain takes no commits yet.
    pub commit_reveal_enabled: bool,
    /// Which form of commit the chain takes.
    pub commit_reveal_version: u16,
    /// Epochs between commit and reveal.
    pub reveal_period_epochs: u64,
    /// Blocks after which a validator's weights no longer count.
    pub activity_cutoff: u16,
    /// Blocks a new neuron cannot be replaced for.
    pub immunity_period: u16,
    /// How many uids the subnet can have.
    pub max_allowed_uids: u16,
    /// How many of them can hold a validator permit.
    pub max_allowed_validators: u16,
    /// The stake weight below which weights are refused, in base units.
    pub stake_threshold: u64,
    /// How many mechanisms the subnet has.
    pub mechanism_count: u8,
}

impl Default for HyperparametersConfig {
    fn default() -> Self {
        Self {
            min_allowed_weights: 1,
            max_weights_limit: u16::MAX,
            weights_version_key: 0,
            weights_rate_limit: 0,
            commit_reveal_enabled: false,
            commit_reveal_version: 4,
            reveal_period_epochs: 1,
            activity_cutoff: 5_000,
            immunity_period: 4_096,
            max_allowed_uids: 256,
            max_allowed_validators: 64,
            stake_threshold: 0,
            mechanism_count: 1,
        }
    }
}
