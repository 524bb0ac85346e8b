use axonry_core::NetUid;
use serde::{Deserialize, Serialize};

use crate::EpochClock;

/// The rules of a subnet that a validator or miner lives by, at one block.
///
/// Field names follow the chain's storage items; where a runtime lacks an item the chain's own
/// default of the time stands in, and [`EpochClock`] tells which kind of runtime it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hyperparameters {
    /// The subnet.
    pub netuid: NetUid,
    /// Blocks per epoch, and where the epochs stand.
    pub epochs: EpochClock,
    /// The least number of weights in a vector (`MinAllowedWeights`).
    pub min_allowed_weights: u16,
    /// The largest share one weight may have, in 65 535ths (`MaxWeightsLimit`).
    pub max_weights_limit: u16,
    /// The least version key the chain accepts, 0 for any (`WeightsVersionKey`).
    pub weights_version_key: u64,
    /// Blocks between two weight vectors of one validator (`WeightsSetRateLimit`).
    pub weights_rate_limit: u64,
    /// Whether weights must be committed first (`CommitRevealWeightsEnabled`).
    pub commit_reveal_enabled: bool,
    /// Which form of commit the chain takes (`CommitRevealWeightsVersion`), where it says.
    pub commit_reveal_version: Option<u16>,
    /// Epochs between commit and reveal (`RevealPeriodEpochs`).
    pub reveal_period_epochs: u64,
    /// Blocks after which a validator's weights no longer count (`ActivityCutoff`).
    pub activity_cutoff: u16,
    /// Blocks a new neuron cannot be replaced for (`ImmunityPeriod`).
    pub immunity_period: u16,
    /// How many uids the subnet can have (`MaxAllowedUids`).
    pub max_allowed_uids: u16,
    /// How many of them can hold a validator permit (`MaxAllowedValidators`).
    pub max_allowed_validators: u16,
    /// The stake weight below which weights are refused, in base units (`StakeThreshold`).
    pub stake_threshold: u64,
    /// How many mechanisms the subnet has (`MechanismCountCurrent`).
    pub mechanism_count: u8,
}

impl Hyperparameters {
    /// Blocks per epoch.
    pub const fn tempo(&self) -> u16 {
        self.epochs.tempo()
    }
}
