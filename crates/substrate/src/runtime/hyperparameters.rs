//! A subnet's rules, read together.

use axonry_chain::{ChainError, EpochClock, FormulaEpochs, Hyperparameters, StatefulEpochs};
use axonry_core::{BlockNumber, NetUid};
use scale_decode::DecodeAsType;

use super::storage::{Item, Values};
use super::{Runtime, SUBTENSOR, missing};

/// Every item a subnet's rules are read from, where the runtime has it.
pub(super) const ITEMS: [&str; 19] = [
    "NetworksAdded",
    "Tempo",
    "MinAllowedWeights",
    "MaxWeightsLimit",
    "WeightsVersionKey",
    "WeightsSetRateLimit",
    "CommitRevealWeightsEnabled",
    "CommitRevealWeightsVersion",
    "RevealPeriodEpochs",
    "ActivityCutoff",
    "ImmunityPeriod",
    "MaxAllowedUids",
    "MaxAllowedValidators",
    "StakeThreshold",
    "MechanismCountCurrent",
    "LastEpochBlock",
    "PendingEpochAt",
    "SubnetEpochIndex",
    "BlocksSinceLastStep",
];

/// Those without which no round is possible.
pub(super) const NEEDED: [&str; 4] = [
    "NetworksAdded",
    "Tempo",
    "MinAllowedWeights",
    "WeightsSetRateLimit",
];

/// Those that a runtime must also have which keeps its epochs in state.
pub(super) const NEEDED_BY_STATE: [&str; 4] = [
    "PendingEpochAt",
    "SubnetEpochIndex",
    "BlocksSinceLastStep",
    "Number",
];

impl Runtime {
    /// The keys to ask for before [`Self::hyperparameters`] can be called.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when an item is not kept by subnet, or not in one place.
    pub fn hyperparameter_keys(&self, netuid: NetUid) -> Result<Vec<Vec<u8>>, ChainError> {
        ITEMS
            .iter()
            .filter_map(|name| self.item(SUBTENSOR, name))
            .chain(self.item("System", "Number"))
            .map(|item| item.key_of_subnet(netuid))
            .collect()
    }

    /// Reads a subnet's rules from what is stored at [`Self::hyperparameter_keys`].
    ///
    /// What is not stored has the default its metadata gives, as on chain. What a runtime does not
    /// have at all gets the chain's own default of the time if it came later or went away
    /// (`opentensor/subtensor`, `runtime/src/lib.rs`), and is an error if no round is possible
    /// without it.
    ///
    /// # Errors
    /// [`ChainError::NoSubnet`], [`ChainError::Incompatible`] naming an item that is needed and not
    /// there, [`ChainError::Decode`] naming one that is of another type or left out of `values`.
    pub fn hyperparameters(
        &self,
        netuid: NetUid,
        values: &Values,
    ) -> Result<Hyperparameters, ChainError> {
        let rules = Rules {
            runtime: self,
            netuid,
            values,
        };
        if !rules.needed::<bool>("NetworksAdded")? {
            return Err(ChainError::NoSubnet(netuid));
        }
        Ok(Hyperparameters {
            netuid,
            epochs: rules.epochs()?,
            min_allowed_weights: rules.needed("MinAllowedWeights")?,
            max_weights_limit: rules.optional("MaxWeightsLimit")?.unwrap_or(u16::MAX),
            weights_version_key: rules.optional("WeightsVersionKey")?.unwrap_or(0),
            weights_rate_limit: rules.needed("WeightsSetRateLimit")?,
            commit_reveal_enabled: rules
                .optional("CommitRevealWeightsEnabled")?
                .unwrap_or(false),
            commit_reveal_version: rules.optional("CommitRevealWeightsVersion")?,
            reveal_period_epochs: rules.optional("RevealPeriodEpochs")?.unwrap_or(1),
            activity_cutoff: rules.optional("ActivityCutoff")?.unwrap_or(5_000),
            immunity_period: rules.optional("ImmunityPeriod")?.unwrap_or(4_096),
            max_allowed_uids: rules.optional("MaxAllowedUids")?.unwrap_or(256),
            max_allowed_validators: rules.optional("MaxAllowedValidators")?.unwrap_or(128),
            stake_threshold: rules.optional("StakeThreshold")?.unwrap_or(0),
            mechanism_count: rules.optional("MechanismCountCurrent")?.unwrap_or(1),
        })
    }
}

struct Rules<'a> {
    runtime: &'a Runtime,
    netuid: NetUid,
    values: &'a Values,
}

impl Rules<'_> {
    /// `None` where the runtime has no such item, or nothing is stored and there is no default.
    fn optional<T: DecodeAsType>(&self, name: &'static str) -> Result<Option<T>, ChainError> {
        match self.runtime.item(SUBTENSOR, name) {
            Some(item) => self.read(&item),
            None => Ok(None),
        }
    }

    fn needed<T: DecodeAsType>(&self, name: &'static str) -> Result<T, ChainError> {
        self.must(&self.runtime.needed(SUBTENSOR, name)?)
    }

    fn must<T: DecodeAsType>(&self, item: &Item<'_>) -> Result<T, ChainError> {
        self.read(item)?
            .ok_or_else(|| missing(item, "nothing is stored and there is no default"))
    }

    fn read<T: DecodeAsType>(&self, item: &Item<'_>) -> Result<Option<T>, ChainError> {
        let key = item.key_of_subnet(self.netuid)?;
        // A node that leaves a key out has not said that nothing is stored there.
        let stored = self.values.get(&key).ok_or_else(|| ChainError::Decode {
            item: item.to_string(),
            reason: "the node's answer leaves it out".to_owned(),
        })?;
        item.value(stored.as_deref())
    }

    /// State where the runtime keeps it (since spec 425), the formula where it does not.
    fn epochs(&self) -> Result<EpochClock, ChainError> {
        let tempo = self.needed("Tempo")?;
        let Some(last) = self.optional("LastEpochBlock")? else {
            return Ok(EpochClock::Formula(FormulaEpochs {
                netuid: self.netuid,
                tempo,
            }));
        };
        let at: u64 = self.must(&self.runtime.needed("System", "Number")?)?;
        Ok(EpochClock::Stateful(StatefulEpochs {
            at: BlockNumber(at),
            tempo,
            last_epoch_block: BlockNumber(last),
            pending_epoch_at: BlockNumber(self.needed("PendingEpochAt")?),
            epoch_index: self.needed("SubnetEpochIndex")?,
            blocks_since_last_step: self.needed("BlocksSinceLastStep")?,
        }))
    }
}
