#![doc = include_str!("../README.md")]

mod account;
mod block;
mod fixed;
mod ids;
mod money;
mod observed;
mod price;
mod score;
mod signer;
mod ss58;
mod weights;

pub use account::{AccountId, Coldkey, Hotkey};
pub use block::{Block, BlockHash, BlockNumber, ParseHashError};
pub use fixed::{Bits, Fixed, FixedError, I32F32, I64F64, I96F32, U64F64, U96F32};
pub use ids::{MechId, NetUid, NetUidStorageIndex, Uid};
pub use money::{Alpha, Denominated, MoneyError, Rao, Rounding};
pub use observed::{Observed, UnixMillis, Unknown};
pub use price::{ExchangeRate, Price};
pub use score::{Score, ScoreError};
pub use signer::{Signature, Signer, SignerError};
pub use ss58::{SS58_PREFIX, Ss58Error};
pub use weights::{Weights, WeightsError};
