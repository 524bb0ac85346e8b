//! The pallet of the subnets: `opentensor/subtensor` `pallets/subtensor`.

mod call;
mod error;
mod event;
mod pallet;
pub(crate) mod rpc_info;
mod storage;

pub(crate) use call::Call;
pub(crate) use error::Error;
pub(crate) use event::Event;
use frame_metadata::v16::PalletMetadata;

use super::declare::{calls, errors, events, pallet as empty};

pub(super) fn pallet() -> PalletMetadata {
    PalletMetadata {
        storage: storage::storage(),
        calls: calls::<Call>(),
        event: events::<Event>(),
        error: errors::<Error>(),
        ..empty("SubtensorModule", 7)
    }
}
