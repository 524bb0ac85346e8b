//! The market of alpha: `opentensor/subtensor` `pallets/swap`.

use frame_metadata::v16::PalletMetadata;
use frame_metadata::v16::StorageHasher::Twox64Concat;

use super::declare::{errors, map, pallet as empty, storage};
use super::subtensor_runtime_common::NetUid;

pub(super) fn pallet() -> PalletMetadata {
    let rates = map::<NetUid, _>("FeeRate", &[Twox64Concat], &33_u16);
    PalletMetadata {
        storage: storage("Swap", vec![rates]),
        error: errors::<pallet::pallet::Error>(),
        ..empty("Swap", 28)
    }
}

pub(crate) mod pallet {
    #[expect(
        clippy::module_inception,
        dead_code,
        reason = "the module's path is upstream's; it is declared for the shape, never built"
    )]
    pub(crate) mod pallet {

        use scale_info::TypeInfo;

        #[derive(TypeInfo)]
        #[scale_info(capture_docs = "always")]
        pub(crate) enum Error {
            /// There is not enough liquidity for the swap.
            InsufficientLiquidity,
            /// The price is beyond the limit.
            PriceLimitExceeded,
            /// The reserves are too low for a swap.
            ReservesTooLow,
        }
    }
}
