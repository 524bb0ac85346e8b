use std::fmt;

/// What helps against an error that the subtensor pallet gives an included extrinsic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Remedy {
    /// Time: the rate limit passes. The setter waits for the first legal block by itself.
    Wait,
    /// Newer state: the subnet changed its ways after it was read. The setter signs anew by itself.
    SignAnew,
    /// A slot in the subnet.
    Register,
    /// A validator permit.
    Permit,
    /// More stake.
    AddStake,
    /// A newer version key.
    VersionKey,
    /// A vector made for the subnet as it is now.
    PlanAnew,
    /// The next vector: this one's reveal was missed, or its commit is gone.
    CommitAnew,
    /// Fewer commits at once: some must be revealed or expire first.
    RevealFirst,
    /// Another subnet or mechanism.
    CheckPlace,
    /// The chain's operators, who have switched the call off.
    CallOff,
    /// A mended program: a vector or a reveal of this form should never have been sent.
    Report,
}

impl Remedy {
    /// What helps against an error of `pallet_subtensor` by its name; `None` for one that no call
    /// with weights gives in the runtimes known here.
    ///
    /// `opentensor/subtensor`, `pallets/subtensor/src/macros/errors.rs`, and the checks in
    /// `pallets/subtensor/src/subnets/weights.rs`.
    pub fn of(error: &str) -> Option<Self> {
        Some(match error {
            "SettingWeightsTooFast" | "CommittingWeightsTooFast" => Self::Wait,
            // The epoch of a reveal had not begun after all: that is newer state, too.
            "CommitRevealEnabled"
            | "CommitRevealDisabled"
            | "IncorrectCommitRevealVersion"
            | "RevealTooEarly" => Self::SignAnew,
            "HotKeyNotRegisteredInSubNet"
            | "HotKeyNotRegisteredInNetwork"
            | "HotKeyAccountNotExists" => Self::Register,
            "NeuronNoValidatorPermit" => Self::Permit,
            "NotEnoughStakeToSetWeights" => Self::AddStake,
            "IncorrectWeightVersionKey" => Self::VersionKey,
            "UidVecContainInvalidOne"
            | "UidsLengthExceedUidsInSubNet"
            | "WeightVecLengthIsLow"
            | "MaxWeightExceeded" => Self::PlanAnew,
            "NoWeightsCommitFound" | "ExpiredWeightCommit" => Self::CommitAnew,
            "TooManyUnrevealedCommits" => Self::RevealFirst,
            "CanNotSetRootNetworkWeights"
            | "MechanismDoesNotExist"
            | "SubnetNotExists"
            | "SubNetworkDoesNotExist" => Self::CheckPlace,
            "CallDisabled" | "DisabledTemporarily" | "Deprecated" => Self::CallOff,
            "WeightVecNotEqualSize"
            | "DuplicateUids"
            | "InputLengthsUnequal"
            | "InvalidRevealCommitHashNotMatch" => Self::Report,
            _ => return None,
        })
    }

    /// Whether the next attempt, made from newer state, may not meet the error: the setter makes it.
    pub const fn tries_again(self) -> bool {
        matches!(self, Self::Wait | Self::SignAnew)
    }

    /// What somebody should do.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Wait => "wait for the first legal block",
            Self::SignAnew => "read the subnet's rules again and sign anew",
            Self::Register => "register the hotkey in this subnet",
            Self::Permit => "add stake until the hotkey has a validator permit, or wait for it",
            Self::AddStake => "add stake: it is below what setting weights needs",
            Self::VersionKey => "update this validator, or raise the version key it sends",
            Self::PlanAnew => "plan again from the same scores and the subnet's present rules",
            Self::CommitAnew => "set the next vector; this one's reveal was missed",
            Self::RevealFirst => "wait until earlier commits are revealed or have expired",
            Self::CheckPlace => "check the number of the subnet and of the mechanism",
            Self::CallOff => "wait until the chain takes the call again, or update this validator",
            Self::Report => "report it: this should never have been sent",
        }
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.advice())
    }
}
