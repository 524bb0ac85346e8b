use std::net::SocketAddr;

use axonry_core::{AccountId, Alpha, Coldkey, Hotkey, MechId, NetUid, Price, Rao, Weights};

use crate::CommitmentField;

mod terms;

pub use terms::{BatchMode, Existence, PriceLimit, RateLimit};

/// What an account can ask the chain to do, by meaning rather than by index.
///
/// Implementations find pallet and call by name in the metadata in force. Amounts of TAO are in
/// rao; amounts of alpha carry their subnet, which is the one they are taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Call {
    /// Sets a validator's weights in the clear; signed by the hotkey, free of charge.
    ///
    /// `SubtensorModule.set_weights`, or `set_mechanism_weights` for mechanisms other than 0.
    SetWeights {
        /// The subnet.
        netuid: NetUid,
        /// The mechanism.
        mechanism: MechId,
        /// The vector; stored as sent, since its largest value is 65 535 already.
        weights: Weights,
        /// The subnet's protocol version this validator speaks: at least `WeightsVersionKey`.
        version_key: u64,
    },
    /// Commits to weights by their hash; signed by the hotkey, free of charge.
    ///
    /// `SubtensorModule.commit_weights`, or `commit_mechanism_weights`.
    CommitWeights {
        /// The subnet.
        netuid: NetUid,
        /// The mechanism.
        mechanism: MechId,
        /// blake2-256 over everything that the reveal repeats.
        hash: [u8; 32],
    },
    /// Reveals the weights of an earlier hash; signed by the hotkey, free of charge.
    ///
    /// `SubtensorModule.reveal_weights`, or `reveal_mechanism_weights`.
    RevealWeights {
        /// The subnet.
        netuid: NetUid,
        /// The mechanism.
        mechanism: MechId,
        /// The vector.
        weights: Weights,
        /// What kept others from guessing it.
        salt: Vec<u16>,
        /// The version key that is in the hash.
        version_key: u64,
    },
    /// Commits to weights that the chain opens itself when a drand pulse is there; signed by the
    /// hotkey, free of charge.
    ///
    /// `SubtensorModule.commit_timelocked_weights`, or `commit_timelocked_mechanism_weights`.
    CommitTimelockedWeights {
        /// The subnet.
        netuid: NetUid,
        /// The mechanism.
        mechanism: MechId,
        /// What is sealed: at most 5000 bytes.
        sealed: Vec<u8>,
        /// The drand round whose pulse opens it.
        reveal_round: u64,
        /// The form of commit: the chain's `CommitRevealWeightsVersion`.
        version: u16,
    },
    /// Says where a neuron serves; signed by the hotkey, free of charge.
    ///
    /// `SubtensorModule.serve_axon`. Port 0 and 127.0.0.1 are refused, and so is a second word
    /// within `ServingRateLimit` blocks.
    ServeAxon {
        /// The subnet; the hotkey must be registered there.
        netuid: NetUid,
        /// Address and port; 0.0.0.0 takes the announcement back.
        address: SocketAddr,
        /// The version of the software behind it.
        version: u32,
        /// The protocol number: 4 by custom.
        protocol: u8,
    },
    /// Says something of a neuron; signed by the hotkey, free of charge.
    ///
    /// `Commitments.set_commitment`. It replaces what the hotkey said before.
    SetCommitment {
        /// The subnet; the hotkey must be registered there.
        netuid: NetUid,
        /// What is said: at most three fields.
        fields: Vec<CommitmentField>,
    },
    /// Registers a hotkey in a subnet; signed by its coldkey, which pays fee and burn.
    ///
    /// `SubtensorModule.burned_register`. What is burned is [`Registration::burn`] at the block that
    /// includes it, which need not be the one it was read at.
    ///
    /// [`Registration::burn`]: crate::Registration::burn
    BurnedRegister {
        /// The subnet.
        netuid: NetUid,
        /// The hotkey; it becomes the coldkey's with its first registration.
        hotkey: Hotkey,
    },
    /// Gives TAO to another account; signed by the account that gives it, which pays the fee.
    ///
    /// `Balances.transfer_keep_alive` or `transfer_allow_death`.
    Transfer {
        /// Who gets it.
        to: AccountId,
        /// How much.
        amount: Rao,
        /// Whether the giver may be closed by it.
        existence: Existence,
    },
    /// Gives all the TAO that can leave an account; signed by that account, which pays the fee.
    ///
    /// `Balances.transfer_all`.
    TransferAll {
        /// Who gets it.
        to: AccountId,
        /// Whether the giver may be closed by it.
        existence: Existence,
    },
    /// Buys alpha and stakes it on a hotkey; signed by the coldkey, which pays the fee.
    ///
    /// `SubtensorModule.add_stake`, or `add_stake_limit`.
    AddStake {
        /// The hotkey.
        hotkey: Hotkey,
        /// The subnet.
        netuid: NetUid,
        /// How much to spend; at least 0.002 TAO.
        amount: Rao,
        /// The highest price to pay, if there is one.
        limit: Option<PriceLimit>,
    },
    /// Takes alpha off a hotkey and sells it; signed by the coldkey, which pays the fee.
    ///
    /// `SubtensorModule.remove_stake`, or `remove_stake_limit`.
    RemoveStake {
        /// The hotkey.
        hotkey: Hotkey,
        /// How much to sell.
        amount: Alpha,
        /// The lowest price to take, if there is one.
        limit: Option<PriceLimit>,
    },
    /// Sells all that the coldkey has on a hotkey in one subnet; signed by the coldkey, which pays
    /// the fee.
    ///
    /// `SubtensorModule.remove_stake_full_limit`.
    RemoveStakeFull {
        /// The hotkey.
        hotkey: Hotkey,
        /// The subnet.
        netuid: NetUid,
        /// The lowest price to take, if there is one; below it nothing is sold.
        limit: Option<Price>,
    },
    /// Sells all that the coldkey has on a hotkey, in every subnet; signed by the coldkey, which
    /// pays the fee.
    ///
    /// `SubtensorModule.unstake_all`.
    UnstakeAll {
        /// The hotkey.
        hotkey: Hotkey,
    },
    /// Sells all alpha that the coldkey has on a hotkey and stakes the TAO on root; signed by the
    /// coldkey, which pays the fee.
    ///
    /// `SubtensorModule.unstake_all_alpha`.
    UnstakeAllAlpha {
        /// The hotkey.
        hotkey: Hotkey,
    },
    /// Moves stake from one hotkey to another, and to another subnet if it is another; signed by
    /// the coldkey, which pays the fee.
    ///
    /// `SubtensorModule.move_stake`. More than is there moves all of it.
    MoveStake {
        /// The hotkey it is on.
        origin: Hotkey,
        /// The hotkey it goes to.
        destination: Hotkey,
        /// How much.
        amount: Alpha,
        /// The subnet it goes to.
        to: NetUid,
    },
    /// Swaps stake on a hotkey for another subnet's; signed by the coldkey, which pays the fee.
    ///
    /// `SubtensorModule.swap_stake`, or `swap_stake_limit`. More than is there swaps all of it.
    SwapStake {
        /// The hotkey.
        hotkey: Hotkey,
        /// How much.
        amount: Alpha,
        /// The subnet it goes to.
        to: NetUid,
        /// The lowest rate to take, if there is one.
        limit: Option<RateLimit>,
    },
    /// Gives stake to another coldkey, and swaps it if the subnet is another; signed by the coldkey
    /// that gives it, which pays the fee.
    ///
    /// `SubtensorModule.transfer_stake`. More than is there gives all of it.
    TransferStake {
        /// Who gets it.
        destination: Coldkey,
        /// The hotkey it is and stays on.
        hotkey: Hotkey,
        /// How much.
        amount: Alpha,
        /// The subnet it goes to.
        to: NetUid,
    },
    /// Makes several calls in one extrinsic; signed by the account that makes them all. Free of
    /// charge when every one of them is.
    ///
    /// `Utility.batch`, `batch_all` or `force_batch`. A batch that stops halfway or goes on past a
    /// failure has succeeded by its own account: see [`Dispatch::Partly`](crate::Dispatch::Partly).
    Batch {
        /// The calls, in order.
        calls: Vec<Self>,
        /// What becomes of the others when one fails.
        mode: BatchMode,
    },
}

impl Call {
    /// The pallet and call it is in the runtime.
    pub const fn name(&self) -> (&'static str, &'static str) {
        let call = match self {
            Self::SetCommitment { .. } => return ("Commitments", "set_commitment"),
            Self::Transfer {
                existence: Existence::KeepAlive,
                ..
            } => return ("Balances", "transfer_keep_alive"),
            Self::Transfer {
                existence: Existence::AllowDeath,
                ..
            } => return ("Balances", "transfer_allow_death"),
            Self::TransferAll { .. } => return ("Balances", "transfer_all"),
            Self::Batch { mode, .. } => return ("Utility", mode.call()),
            Self::SetWeights { mechanism, .. } => match mechanism {
                MechId(0) => "set_weights",
                _ => "set_mechanism_weights",
            },
            Self::CommitWeights { mechanism, .. } => match mechanism {
                MechId(0) => "commit_weights",
                _ => "commit_mechanism_weights",
            },
            Self::RevealWeights { mechanism, .. } => match mechanism {
                MechId(0) => "reveal_weights",
                _ => "reveal_mechanism_weights",
            },
            Self::CommitTimelockedWeights { mechanism, .. } => match mechanism {
                MechId(0) => "commit_timelocked_weights",
                _ => "commit_timelocked_mechanism_weights",
            },
            Self::ServeAxon { .. } => "serve_axon",
            Self::BurnedRegister { .. } => "burned_register",
            Self::AddStake { limit: None, .. } => "add_stake",
            Self::AddStake { .. } => "add_stake_limit",
            Self::RemoveStake { limit: None, .. } => "remove_stake",
            Self::RemoveStake { .. } => "remove_stake_limit",
            Self::RemoveStakeFull { .. } => "remove_stake_full_limit",
            Self::UnstakeAll { .. } => "unstake_all",
            Self::UnstakeAllAlpha { .. } => "unstake_all_alpha",
            Self::MoveStake { .. } => "move_stake",
            Self::SwapStake { limit: None, .. } => "swap_stake",
            Self::SwapStake { .. } => "swap_stake_limit",
            Self::TransferStake { .. } => "transfer_stake",
        };
        ("SubtensorModule", call)
    }
}
