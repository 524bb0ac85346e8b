//! Accounts' money: `substrate/frame/balances` in `paritytech/polkadot-sdk`.

use frame_metadata::v16::PalletMetadata;

use super::declare::{calls, constant, errors, events, pallet as empty};

pub(super) fn pallet() -> PalletMetadata {
    PalletMetadata {
        calls: calls::<pallet::Call>(),
        event: events::<pallet::Event>(),
        error: errors::<pallet::Error>(),
        constants: vec![constant("ExistentialDeposit", &500_u64)],
        ..empty("Balances", 5)
    }
}

pub(crate) mod pallet {
    #![expect(
        dead_code,
        reason = "declared for the shape it gives the metadata, never built"
    )]

    use parity_scale_codec::Compact;
    use scale_info::TypeInfo;

    use crate::runtime::sp_core::crypto::AccountId32;
    use crate::runtime::sp_runtime::Address;

    #[derive(TypeInfo)]
    #[expect(
        non_camel_case_types,
        reason = "calls are named as the runtime names them"
    )]
    pub(crate) enum Call {
        #[codec(index = 0)]
        transfer_allow_death { dest: Address, value: Compact<u64> },
        #[codec(index = 3)]
        transfer_keep_alive { dest: Address, value: Compact<u64> },
        #[codec(index = 4)]
        transfer_all { dest: Address, keep_alive: bool },
    }

    #[derive(TypeInfo)]
    pub(crate) enum Event {
        #[codec(index = 0)]
        Endowed {
            account: AccountId32,
            free_balance: u64,
        },
        #[codec(index = 1)]
        DustLost { account: AccountId32, amount: u64 },
        #[codec(index = 2)]
        Transfer {
            from: AccountId32,
            to: AccountId32,
            amount: u64,
        },
        #[codec(index = 7)]
        Deposit { who: AccountId32, amount: u64 },
        #[codec(index = 8)]
        Withdraw { who: AccountId32, amount: u64 },
    }

    /// Transfers fail with errors about tokens, which are of no pallet; these are here because
    /// clients look them up.
    #[derive(TypeInfo)]
    #[scale_info(capture_docs = "always")]
    pub(crate) enum Error {
        /// Vesting balance too high to send value.
        VestingBalance,
        /// Account liquidity restrictions prevent withdrawal.
        LiquidityRestrictions,
        /// Balance too low to send value.
        InsufficientBalance,
        /// Value too low to create account due to existential deposit.
        ExistentialDeposit,
        /// Transfer/payment would kill account.
        Expendability,
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
