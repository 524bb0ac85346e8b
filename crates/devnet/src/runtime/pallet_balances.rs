use frame_metadata::v16::PalletMetadata;

use super::declare::{constant, pallet as empty};

pub(super) fn pallet() -> PalletMetadata {
    PalletMetadata {
        constants: vec![constant("ExistentialDeposit", &500_u64)],
        ..empty("Balances", 5)
    }
}

pub(crate) mod types {
    use parity_scale_codec::Encode;
    use scale_info::TypeInfo;

    #[derive(Encode, TypeInfo, Default)]
    pub(crate) struct AccountData<Balance> {
        free: Balance,
        reserved: Balance,
        frozen: Balance,
        flags: ExtraFlags,
    }

    #[derive(Encode, TypeInfo)]
    pub(crate) struct ExtraFlags(u128);

    impl Default for ExtraFlags {
        /// New accounts say that they follow the current rules for reserves.
        fn default() -> Self {
            Self(1 << 127)
        }
    }
}
