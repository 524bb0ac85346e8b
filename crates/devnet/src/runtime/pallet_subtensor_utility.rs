//! Calls in calls: `opentensor/subtensor` `pallets/utility`.

use frame_metadata::v16::PalletMetadata;

use super::declare::{calls, constant, errors, events, pallet as empty};

pub(super) fn pallet() -> PalletMetadata {
    PalletMetadata {
        calls: calls::<pallet::Call>(),
        event: events::<pallet::Event>(),
        error: errors::<pallet::Error>(),
        constants: vec![constant("batched_calls_limit", &10_922_u32)],
        ..empty("Utility", 11)
    }
}

pub(crate) mod pallet {
    #![expect(
        dead_code,
        reason = "declared for the shape it gives the metadata, never built"
    )]

    use scale_info::TypeInfo;

    use crate::runtime::node_subtensor_runtime::RuntimeCall;
    use crate::runtime::sp_runtime::DispatchError;

    #[derive(TypeInfo)]
    #[expect(
        non_camel_case_types,
        reason = "calls are named as the runtime names them"
    )]
    pub(crate) enum Call {
        #[codec(index = 0)]
        batch { calls: Vec<RuntimeCall> },
        #[codec(index = 2)]
        batch_all { calls: Vec<RuntimeCall> },
        #[codec(index = 4)]
        force_batch { calls: Vec<RuntimeCall> },
    }

    #[derive(TypeInfo)]
    pub(crate) enum Event {
        BatchInterrupted { index: u32, error: DispatchError },
        BatchCompleted,
        BatchCompletedWithErrors,
        ItemCompleted,
        ItemFailed { error: DispatchError },
    }

    #[derive(TypeInfo)]
    #[scale_info(capture_docs = "always")]
    pub(crate) enum Error {
        /// Too many calls batched.
        TooManyCalls,
    }
}
