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
    /// The type of an IP address is 4 or 6.
    InvalidIpType,
    /// Nobody can be reached at that address.
    InvalidIpAddress,
    /// Port 0 is no port to serve at.
    InvalidPort,
    /// The hotkey is not registered in the subnet.
    HotKeyNotRegisteredInSubNet,
    /// The hotkey has never been registered.
    HotKeyAccountNotExists,
    /// The hotkey is not registered in the subnet it serves.
    HotKeyNotRegisteredInNetwork,
    /// The hotkey belongs to another coldkey.
    NonAssociatedColdKey,
    /// There is less stake than is asked for.
    NotEnoughStakeToWithdraw,
    /// The stake weight of the hotkey is below the threshold for setting weights.
    NotEnoughStakeToSetWeights,
    /// The coldkey's balance is too low.
    NotEnoughBalanceToStake,
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
    /// The block has as many registrations as the subnet takes.
    TooManyRegistrationsThisBlock,
    /// The hotkey is registered in the subnet already.
    HotKeyAlreadyRegisteredInSubNet,
    /// A weight has a larger share than the subnet allows.
    MaxWeightExceeded,
    /// The last weights were set too few blocks ago.
    SettingWeightsTooFast,
    /// The version key is below the subnet's.
    IncorrectWeightVersionKey,
    /// The last announcement was too few blocks ago.
    ServingRateLimitExceeded,
    /// There are more weights than neurons.
    UidsLengthExceedUidsInSubNet,
    /// The subnet takes no registrations.
    SubNetRegistrationDisabled,
    /// The interval has as many registrations as the subnet takes.
    TooManyRegistrationsThisInterval,
    /// Nobody can be registered on root this way.
    RegistrationNotPermittedOnRootSubnet,
    /// Weights cannot be set on the root network.
    CanNotSetRootNetworkWeights,
    /// No neuron can give up its slot.
    NoNeuronIdAvailable,
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
    /// The subnet does not exist.
    SubnetNotExists,
    /// The hotkey has ten commits that are not revealed.
    TooManyUnrevealedCommits,
    /// The epoch in which the commit could be revealed has passed.
    ExpiredWeightCommit,
    /// The epoch in which the commit can be revealed has not come.
    RevealTooEarly,
    /// The last weights were set or committed too few blocks ago.
    CommittingWeightsTooFast,
    /// The amount is below the least that can be staked.
    AmountTooLow,
    /// The pool has too little for the swap.
    InsufficientLiquidity,
    /// The price would move beyond the limit.
    SlippageTooHigh,
    /// The subnet does not let stake be transferred.
    TransferDisallowed,
    /// The subnet's alpha cannot be traded yet.
    SubtokenDisabled,
    /// The stake would go where it is.
    SameNetuid,
    /// The balance is too low.
    InsufficientBalance,
    /// The stake was bought in the same block.
    StakingOperationRateLimitExceeded,
    /// The commit is of another form than the chain takes.
    IncorrectCommitRevealVersion,
}
