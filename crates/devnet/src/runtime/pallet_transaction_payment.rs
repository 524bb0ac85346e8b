//! Fees: `substrate/frame/transaction-payment` in `paritytech/polkadot-sdk`.

use frame_metadata::v16::PalletMetadata;

use super::declare::{events, pallet as empty};

pub(super) fn pallet() -> PalletMetadata {
    PalletMetadata {
        event: events::<pallet::Event>(),
        ..empty("TransactionPayment", 6)
    }
}

pub(crate) mod pallet {
    #![expect(
        dead_code,
        reason = "declared for the shape it gives the metadata, never built"
    )]

    use scale_info::TypeInfo;

    use crate::runtime::sp_core::crypto::AccountId32;

    #[derive(TypeInfo)]
    pub(crate) enum Event {
        TransactionFeePaid {
            who: AccountId32,
            actual_fee: u64,
            tip: u64,
        },
    }
}

pub(crate) mod types {
    #![expect(
        dead_code,
        reason = "declared for the shape it gives the metadata, never built"
    )]

    use scale_info::TypeInfo;

    use crate::runtime::frame_support::dispatch::DispatchClass;

    #[derive(TypeInfo)]
    pub(crate) struct RuntimeDispatchInfo<Balance, Weight> {
        weight: Weight,
        class: DispatchClass,
        partial_fee: Balance,
    }

    #[derive(TypeInfo)]
    pub(crate) struct FeeDetails<Balance> {
        inclusion_fee: Option<InclusionFee<Balance>>,
        tip: Balance,
    }

    #[derive(TypeInfo)]
    pub(crate) struct InclusionFee<Balance> {
        base_fee: Balance,
        len_fee: Balance,
        adjusted_weight_fee: Balance,
    }
}
