#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use frame_metadata::v16::PalletMetadata;

use super::declare::{calls, constant, pallet as empty, storage, value};

pub(super) fn pallet() -> PalletMetadata {
    PalletMetadata {
        storage: storage("Timestamp", vec![value("Now", &0_u64)]),
        calls: calls::<pallet::Call>(),
        constants: vec![constant("MinimumPeriod", &6_000_u64)],
        ..empty("Timestamp", 2)
    }
}

pub(crate) mod pallet {
    use parity_scale_codec::Compact;
    use scale_info::TypeInfo;

    #[derive(TypeInfo)]
    #[expect(
        non_camel_case_types,
        reason = "calls are named as the runtime names them"
    )]
    pub(crate) enum Call {
        #[codec(index = 0)]
        set { now: Compact<u64> },
    }
}
