#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use scale_info::TypeInfo;

/// What the dev chain's calls can fail with, in the order these errors have in spec 393.
///
/// Their numbers have no gaps, as in every real runtime: some clients take an error's number for its
/// place in the list.
#[derive(TypeInfo)]
#[scale_info(replace_segment("error", "pallet"), capture_docs = "always")]
pub(crate) enum Error {
    /// The hotkey is not registered in the subnet.
    HotKeyNotRegisteredInSubNet,
    /// The stake weight of the hotkey is below the threshold for setting weights.
    NotEnoughStakeToSetWeights,
    /// The neuron has no validator permit, so it may set a weight on itself only.
    NeuronNoValidatorPermit,
    /// There are not as many uids as weights.
    WeightVecNotEqualSize,
    /// A uid stands twice.
    DuplicateUids,
    /// A uid is not in use in the subnet.
    UidVecContainInvalidOne,
    /// There are fewer weights than the subnet asks for.
    WeightVecLengthIsLow,
    /// A weight has a larger share than the subnet allows.
    MaxWeightExceeded,
    /// The last weights were set too few blocks ago.
    SettingWeightsTooFast,
    /// The version key is below the subnet's.
    IncorrectWeightVersionKey,
    /// There are more weights than neurons.
    UidsLengthExceedUidsInSubNet,
    /// Weights cannot be set on the root network.
    CanNotSetRootNetworkWeights,
    /// The hotkey has no commit to reveal.
    NoWeightsCommitFound,
    /// What is revealed is not what any commit is the hash of.
    InvalidRevealCommitHashNotMatch,
    /// The subnet takes weights by commit and reveal only.
    CommitRevealEnabled,
    /// The subnet takes weights in the clear only.
    CommitRevealDisabled,
    /// The subnet or its mechanism does not exist.
    MechanismDoesNotExist,
    /// The hotkey has ten commits that are not revealed.
    TooManyUnrevealedCommits,
    /// The epoch in which the commit could be revealed has passed.
    ExpiredWeightCommit,
    /// The epoch in which the commit can be revealed has not come.
    RevealTooEarly,
    /// The last weights were set or committed too few blocks ago.
    CommittingWeightsTooFast,
    /// The commit is of another form than the chain takes.
    IncorrectCommitRevealVersion,
}
