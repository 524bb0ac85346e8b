#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use scale_info::TypeInfo;

/// What the dev chain's calls can fail with, at the places these errors have in spec 393.
#[derive(TypeInfo)]
#[scale_info(capture_docs = "always")]
pub(crate) enum Error {
    /// The hotkey is not registered in the subnet.
    #[codec(index = 4)]
    HotKeyNotRegisteredInSubNet,
    /// The stake weight of the hotkey is below the threshold for setting weights.
    #[codec(index = 10)]
    NotEnoughStakeToSetWeights,
    /// The neuron has no validator permit, so it may set a weight on itself only.
    #[codec(index = 15)]
    NeuronNoValidatorPermit,
    /// There are not as many uids as weights.
    #[codec(index = 16)]
    WeightVecNotEqualSize,
    /// A uid stands twice.
    #[codec(index = 17)]
    DuplicateUids,
    /// A uid is not in use in the subnet.
    #[codec(index = 18)]
    UidVecContainInvalidOne,
    /// There are fewer weights than the subnet asks for.
    #[codec(index = 19)]
    WeightVecLengthIsLow,
    /// A weight has a larger share than the subnet allows.
    #[codec(index = 26)]
    MaxWeightExceeded,
    /// The last weights were set too few blocks ago.
    #[codec(index = 28)]
    SettingWeightsTooFast,
    /// The version key is below the subnet's.
    #[codec(index = 29)]
    IncorrectWeightVersionKey,
    /// There are more weights than neurons.
    #[codec(index = 31)]
    UidsLengthExceedUidsInSubNet,
    /// Weights cannot be set on the root network.
    #[codec(index = 46)]
    CanNotSetRootNetworkWeights,
    /// The hotkey has no commit to reveal.
    #[codec(index = 50)]
    NoWeightsCommitFound,
    /// What is revealed is not what any commit is the hash of.
    #[codec(index = 51)]
    InvalidRevealCommitHashNotMatch,
    /// The subnet takes weights by commit and reveal only.
    #[codec(index = 52)]
    CommitRevealEnabled,
    /// The subnet takes weights in the clear only.
    #[codec(index = 53)]
    CommitRevealDisabled,
    /// The subnet or its mechanism does not exist.
    #[codec(index = 73)]
    MechanismDoesNotExist,
    /// The hotkey has ten commits that are not revealed.
    #[codec(index = 76)]
    TooManyUnrevealedCommits,
    /// The epoch in which the commit could be revealed has passed.
    #[codec(index = 77)]
    ExpiredWeightCommit,
    /// The epoch in which the commit can be revealed has not come.
    #[codec(index = 78)]
    RevealTooEarly,
    /// The last weights were set or committed too few blocks ago.
    #[codec(index = 80)]
    CommittingWeightsTooFast,
    /// The commit is of another form than the chain takes.
    #[codec(index = 111)]
    IncorrectCommitRevealVersion,
}
