//! The pallet of the randomness beacon: `opentensor/subtensor` `pallets/drand`.

use frame_metadata::v16::PalletMetadata;
use frame_metadata::v16::StorageHasher::Blake2_128Concat;

use super::declare::{optional_map, pallet as empty, storage, value};

pub(super) fn pallet() -> PalletMetadata {
    let entries = vec![
        optional_map::<u64, types::Pulse>("Pulses", &[Blake2_128Concat]),
        value("LastStoredRound", &0_u64),
    ];
    PalletMetadata {
        storage: storage("Drand", entries),
        ..empty("Drand", 26)
    }
}

pub(crate) mod types {
    #![expect(
        dead_code,
        reason = "declared for the shape it gives the metadata, never built"
    )]

    use scale_info::TypeInfo;

    use crate::runtime::bounded_collections::bounded_vec::BoundedVec;

    #[derive(TypeInfo)]
    pub(crate) struct Pulse {
        round: u64,
        randomness: BoundedVec<u8>,
        signature: BoundedVec<u8>,
    }
}
