//! The words of Bittensor as types: ids, keys, money, blocks, scores and weights.
//!
//! Every other Axonry crate speaks in these types, so that a hotkey is never a bare string, an
//! amount never loses its unit, and a number that is not known is never mistaken for zero.
//! Use it alone when you want the vocabulary and nothing else: it brings no runtime and no client.
//!
//! ```
//! use axonry_core::{Alpha, Hotkey, NetUid, Rao};
//!
//! let alice: Hotkey = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY".parse()?;
//! assert_eq!(alice.to_string(), "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
//!
//! let stake: Rao = "21.5369".parse()?;
//! assert_eq!(stake, Rao::from_rao(21_536_900_000));
//! assert_eq!(stake.to_string(), "21.5369 τ");
//!
//! let held = Alpha::from_base_units(NetUid(45), 21_536_900_000);
//! let other = Alpha::from_base_units(NetUid(46), 1);
//! assert!(held.checked_add(other).is_err(), "two subnets' alpha do not add");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It does not know: any chain client, any clock, any file, any key on disk.

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
