use axonry_core::{Alpha, BlockNumber, Coldkey, Hotkey, NetUid, Rao};

use crate::AxonInfo;

macro_rules! columns {
    ($($(#[$doc:meta])* $variant:ident $field:ident: $value:ty,)*) => {
        /// What can be read of every neuron of a subnet, a column at a time.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Column {
            $($(#[$doc])* $variant,)*
        }

        impl Column {
            /// Every column there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name in the runtime's `SelectiveMetagraph`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($field),)*
                }
            }
        }

        /// Selected columns of a metagraph at one block, by uid; what was not asked for is `None`.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Columns {
            /// The subnet.
            pub netuid: NetUid,
            $($(#[$doc])* pub $field: Option<Vec<$value>>,)*
        }

        impl Columns {
            /// No column of a subnet yet.
            pub const fn none(netuid: NetUid) -> Self {
                Self { netuid, $($field: None,)* }
            }

            /// Whether a column has been read.
            pub const fn has(&self, column: Column) -> bool {
                match column {
                    $(Column::$variant => self.$field.is_some(),)*
                }
            }
        }
    };
}

columns! {
    /// The key a neuron is known by.
    Hotkeys hotkeys: Hotkey,
    /// The key that owns it.
    Coldkeys coldkeys: Coldkey,
    /// Where it serves, if it does.
    Axons axons: Option<AxonInfo>,
    /// Whether its last weights are recent enough to count.
    Active active: bool,
    /// Whether it may set weights.
    ValidatorPermit validator_permit: bool,
    /// The lower, the sooner it is replaced, in 65 535ths.
    PruningScore pruning_score: u16,
    /// When it last set or committed weights; block 0 is never.
    LastUpdate last_update: BlockNumber,
    /// What it earned in the last epoch.
    Emission emission: Alpha,
    /// Its share of what validators earn, in 65 535ths.
    Dividends dividends: u16,
    /// Its share of what miners earn, in 65 535ths.
    Incentives incentives: u16,
    /// How far validators agree on it, in 65 535ths.
    Consensus consensus: u16,
    /// How far validators trust it, in 65 535ths.
    Trust trust: u16,
    /// How it ranks among miners, in 65 535ths.
    Rank rank: u16,
    /// When it was registered.
    BlockAtRegistration block_at_registration: BlockNumber,
    /// The alpha staked on its hotkey in this subnet.
    AlphaStake alpha_stake: Alpha,
    /// The TAO staked on its hotkey on root.
    TaoStake tao_stake: Rao,
    /// Its stake weight: alpha, and as much of the TAO as the chain counts.
    TotalStake total_stake: Alpha,
}
