//! What hotkeys publish: `opentensor/subtensor` `pallets/commitments`.

use frame_metadata::v16::PalletMetadata;
use frame_metadata::v16::StorageHasher::{Identity, Twox64Concat};

use super::declare::{
    calls, constant, errors, events, optional_map, pallet as empty, storage, value,
};
use super::sp_core::crypto::AccountId32;
use super::subtensor_runtime_common::NetUid;
use types::{Registration, UsageTracker};

/// Plain texts with the blocks they were revealed in.
type Revealed = Vec<(Vec<u8>, u64)>;

pub(super) fn pallet() -> PalletMetadata {
    let hashers = [Identity, Twox64Concat];
    let entries = vec![
        optional_map::<(NetUid, AccountId32), Registration<u64, u32>>("CommitmentOf", &hashers),
        optional_map::<(NetUid, AccountId32), u32>("LastCommitment", &hashers),
        optional_map::<(NetUid, AccountId32), Revealed>("RevealedCommitments", &hashers),
        optional_map::<(NetUid, AccountId32), UsageTracker>("UsedSpaceOf", &hashers),
        value("MaxSpace", &3_100_u32),
    ];
    PalletMetadata {
        storage: storage("Commitments", entries),
        calls: calls::<pallet::Call>(),
        event: events::<pallet::Event>(),
        error: errors::<pallet::Error>(),
        constants: vec![constant("MaxFields", &3_u32)],
        ..empty("Commitments", 18)
    }
}

pub(crate) mod pallet {
    #![expect(
        dead_code,
        reason = "declared for the shape it gives the metadata, never built"
    )]

    use scale_info::TypeInfo;

    use super::types::CommitmentInfo;
    use crate::runtime::sp_core::crypto::AccountId32;
    use crate::runtime::subtensor_runtime_common::NetUid;

    #[derive(TypeInfo)]
    #[expect(
        non_camel_case_types,
        reason = "calls are named as the runtime names them"
    )]
    pub(crate) enum Call {
        #[codec(index = 0)]
        set_commitment {
            netuid: NetUid,
            info: Box<CommitmentInfo>,
        },
    }

    #[derive(TypeInfo)]
    pub(crate) enum Event {
        #[codec(index = 0)]
        Commitment { netuid: NetUid, who: AccountId32 },
        #[codec(index = 1)]
        TimelockCommitment {
            netuid: NetUid,
            who: AccountId32,
            reveal_round: u64,
        },
    }

    #[derive(TypeInfo)]
    #[scale_info(capture_docs = "always")]
    pub(crate) enum Error {
        /// Account passed too many additional fields to their commitment
        TooManyFieldsInCommitmentInfo,
        /// Account is not allowed to make commitments to the chain
        AccountNotAllowedCommit,
        /// Space Limit Exceeded for the current interval
        SpaceLimitExceeded,
    }
}

pub(crate) mod types {
    #![expect(
        dead_code,
        reason = "declared for the shape it gives the metadata, never built"
    )]

    use scale_info::build::{Fields, Variants};
    use scale_info::{Path, Type, TypeInfo};

    use crate::runtime::bounded_collections::bounded_vec::BoundedVec;

    #[derive(TypeInfo)]
    pub(crate) struct Registration<Balance, BlockNumber> {
        deposit: Balance,
        block: BlockNumber,
        info: CommitmentInfo,
    }

    #[derive(TypeInfo)]
    pub(crate) struct UsageTracker {
        last_epoch: u64,
        used_space: u64,
    }

    #[derive(TypeInfo)]
    pub(crate) struct CommitmentInfo {
        fields: BoundedVec<Data>,
    }

    /// Bytes by how many they are, hashes, ciphertext: one variant for each length up to 128.
    pub(crate) struct Data;

    impl TypeInfo for Data {
        type Identity = Self;

        fn type_info() -> Type {
            macro_rules! raw {
                ($variants:expr, $($length:literal)*) => {
                    $variants$(.variant(concat!("Raw", $length), |variant| {
                        let bytes = Fields::unnamed().field(|field| field.ty::<[u8; $length]>());
                        variant.index($length + 1).fields(bytes)
                    }))*
                };
            }
            let hash = || Fields::unnamed().field(|field| field.ty::<[u8; 32]>());
            let bytes = || Fields::unnamed().field(|field| field.ty::<BoundedVec<u8>>());
            let sealed = || {
                Fields::named()
                    .field(|field| field.name("encrypted").ty::<BoundedVec<u8>>())
                    .field(|field| field.name("reveal_round").ty::<u64>())
            };
            let none = Variants::new().variant("None", |variant| variant.index(0));
            #[rustfmt::skip]
            let raw = raw!(
                none,
                0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29
                30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56
                57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83
                84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99 100 101 102 103 104 105 106 107
                108 109 110 111 112 113 114 115 116 117 118 119 120 121 122 123 124 125 126 127
                128
            );
            let variants = raw
                .variant("BlakeTwo256", |variant| variant.index(130).fields(hash()))
                .variant("Sha256", |variant| variant.index(131).fields(hash()))
                .variant("Keccak256", |variant| variant.index(132).fields(hash()))
                .variant("ShaThree256", |variant| variant.index(133).fields(hash()))
                .variant("TimelockEncrypted", |variant| {
                    variant.index(134).fields(sealed())
                })
                .variant("ResetBondsFlag", |variant| variant.index(135))
                .variant("BigRaw", |variant| variant.index(136).fields(bytes()));
            Type::builder()
                .path(Path::new("Data", "pallet_commitments::types"))
                .variant(variants)
        }
    }
}
