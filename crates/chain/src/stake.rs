//! Stake that is bought, sold, moved, swapped and given away: planned before anything is signed,
//! and read back from state afterwards.
//!
//! An [`Intent`] says what somebody wants; [`Plan::make`] reads what there is at one block, asks the
//! runtime's own simulation what would come of it, checks a [`Policy`] and gives the [`Call`] to sign
//! along with every holding before and after. When the call is in a block, [`Plan::settle`] compares
//! that with state, to the rao.
//!
//! ```
//! use axonry_chain::stake::{Intent, Limit, Operation, Plan, Policy, Portion, StakeError};
//! use axonry_chain::Ledger;
//! use axonry_core::{Coldkey, Hotkey, NetUid};
//!
//! /// All that is staked on a hotkey in subnet 45 becomes stake on root.
//! async fn to_root(
//!     chain: &dyn Ledger,
//!     coldkey: Coldkey,
//!     hotkey: Hotkey,
//! ) -> Result<Plan, StakeError> {
//!     let intent = Intent {
//!         coldkey,
//!         operation: Operation::Swap {
//!             hotkey,
//!             netuid: NetUid(45),
//!             amount: Portion::All,
//!             to: NetUid(0),
//!         },
//!         limit: Limit::default(),
//!         allow_partial: false,
//!     };
//!     let head = chain.head().await?;
//!     Plan::make(chain, intent, &Policy::default(), head).await
//! }
//! ```
//!
//! Nothing here signs or sends.
//!
//! [`Call`]: crate::Call

mod bound;
mod error;
mod forecast;
mod holding;
mod intent;
mod limit;
mod plan;
mod policy;
mod refusal;
mod route;
mod settlement;
mod trade;
mod warning;

pub use error::StakeError;
pub use holding::{Amount, Change, Difference, Holding};
pub use intent::{Intent, Operation, Portion};
pub use limit::{Limit, ParseToleranceError, Tolerance};
pub use plan::Plan;
pub use policy::{Policy, PolicyError};
pub use refusal::Refusal;
pub use settlement::{Settled, Settlement};
pub use trade::{Pricing, Trade, TradeKind};
pub use warning::Warning;

use axonry_core::Rao;

/// The least TAO that can be staked, or sold without selling all.
///
/// `DefaultMinStake` in `opentensor/subtensor` `pallets/subtensor/src/lib.rs`.
pub const LEAST_STAKE: Rao = Rao::from_rao(2_000_000);
