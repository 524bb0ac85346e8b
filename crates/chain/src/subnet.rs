use axonry_core::{Alpha, BlockNumber, Coldkey, Hotkey, I96F32, NetUid, Price, Rao};

/// A subnet as a whole, at one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subnet {
    /// Its number.
    pub netuid: NetUid,
    /// Its name, empty where it has none.
    pub name: String,
    /// The symbol of its alpha.
    pub symbol: String,
    /// The owner's hotkey, which may always set weights.
    pub owner_hotkey: Hotkey,
    /// The owner, who sets the rules.
    pub owner_coldkey: Coldkey,
    /// Blocks per epoch.
    pub tempo: u16,
    /// When it was registered.
    pub registered_at: BlockNumber,
    /// What one alpha costs now; root's is 1 TAO.
    pub price: Price,
    /// What one alpha costs on a long average, in TAO; it decides on emission, and no trade is made
    /// at it.
    pub moving_price: I96F32,
    /// TAO in the pool.
    pub tao_in: Rao,
    /// Alpha in the pool.
    pub alpha_in: Alpha,
    /// Alpha out of the pool: all that is staked.
    pub alpha_out: Alpha,
    /// What a block adds to all of these.
    pub emission: SubnetEmission,
}

/// What a subnet gets with each block, as of the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubnetEmission {
    /// TAO into the pool.
    pub tao_in: Rao,
    /// Alpha into the pool.
    pub alpha_in: Alpha,
    /// Alpha to owner, miners and validators.
    pub alpha_out: Alpha,
}

/// Whether and for how much a hotkey can be registered in a subnet, at one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The subnet.
    pub netuid: NetUid,
    /// Whether registrations are let in at all (`NetworkRegistrationAllowed`).
    pub allowed: bool,
    /// What [`Call::BurnedRegister`](crate::Call::BurnedRegister) burns (`Burn`).
    pub burn: Rao,
    /// How many neurons there are (`SubnetworkN`).
    pub neurons: u16,
    /// How many there can be; beyond that one is replaced (`MaxAllowedUids`).
    pub max_allowed_uids: u16,
    /// The owner of the subnet (`SubnetOwner`).
    pub owner: Coldkey,
}

impl Registration {
    /// Whether a new neuron takes the place of another.
    pub const fn replaces(&self) -> bool {
        self.neurons >= self.max_allowed_uids
    }
}
