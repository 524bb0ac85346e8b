#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use scale_info::{MetaType, Path, Type, TypeInfo, TypeParameter, build::Fields};

use super::node_subtensor_runtime::RuntimeCall;
use super::sp_arithmetic::ArithmeticError;
use super::sp_core::crypto::AccountId32;

/// How this runtime names accounts in extrinsics.
pub(crate) type Address = multiaddress::MultiAddress<AccountId32, ()>;

pub(crate) mod multiaddress {
    use parity_scale_codec::Compact;
    use scale_info::TypeInfo;

    #[derive(TypeInfo)]
    pub(crate) enum MultiAddress<AccountId, AccountIndex> {
        Id(AccountId),
        Index(Compact<AccountIndex>),
        Raw(Vec<u8>),
        Address32([u8; 32]),
        Address20([u8; 20]),
    }
}

#[derive(TypeInfo)]
pub(crate) enum MultiSignature {
    Ed25519([u8; 64]),
    Sr25519([u8; 64]),
    Ecdsa([u8; 65]),
}

#[derive(TypeInfo)]
pub(crate) enum DispatchError {
    Other,
    CannotLookup,
    BadOrigin,
    Module(ModuleError),
    ConsumerRemaining,
    NoProviders,
    TooManyConsumers,
    Token(TokenError),
    Arithmetic(ArithmeticError),
    Transactional(TransactionalError),
    Exhausted,
    Corruption,
    Unavailable,
    RootNotAllowed,
}

#[derive(TypeInfo)]
pub(crate) struct ModuleError {
    index: u8,
    error: [u8; 4],
}

#[derive(TypeInfo)]
pub(crate) enum TokenError {
    FundsUnavailable,
    OnlyProvider,
    BelowMinimum,
    CannotCreate,
    UnknownAsset,
    Frozen,
    Unsupported,
    CannotCreateHold,
    NotExpendable,
    Blocked,
}

#[derive(TypeInfo)]
pub(crate) enum TransactionalError {
    LimitReached,
    NoLayer,
}

/// Bytes to whoever carries them; the type parameters tell clients what is inside.
pub(crate) struct UncheckedExtrinsic;

impl TypeInfo for UncheckedExtrinsic {
    type Identity = Self;

    fn type_info() -> Type {
        let parameter = |name, ty| TypeParameter::new(name, Some(ty));
        Type::builder()
            .path(Path::new(
                "UncheckedExtrinsic",
                "sp_runtime::generic::unchecked_extrinsic",
            ))
            .type_params(vec![
                parameter("Address", MetaType::new::<Address>()),
                parameter("Call", MetaType::new::<RuntimeCall>()),
                parameter("Signature", MetaType::new::<MultiSignature>()),
                parameter("Extra", MetaType::new::<()>()),
            ])
            .composite(Fields::unnamed().field(|field| field.ty::<Vec<u8>>()))
    }
}

pub(crate) mod generic {
    pub(crate) mod digest {
        use scale_info::TypeInfo;

        #[derive(TypeInfo)]
        pub(crate) struct Digest {
            logs: Vec<DigestItem>,
        }

        #[derive(TypeInfo)]
        pub(crate) enum DigestItem {
            #[codec(index = 6)]
            PreRuntime([u8; 4], Vec<u8>),
            #[codec(index = 4)]
            Consensus([u8; 4], Vec<u8>),
            #[codec(index = 5)]
            Seal([u8; 4], Vec<u8>),
            #[codec(index = 0)]
            Other(Vec<u8>),
            #[codec(index = 8)]
            RuntimeEnvironmentUpdated,
        }
    }

    pub(crate) mod era {
        use std::sync::LazyLock;

        use scale_info::build::{Fields, Variants};
        use scale_info::{Path, Type, TypeInfo};

        /// One byte for an immortal extrinsic, two for a mortal one: 256 variants on paper.
        pub(crate) struct Era;

        static MORTAL: LazyLock<Vec<(u8, String)>> =
            LazyLock::new(|| (1..=255).map(|low| (low, format!("Mortal{low}"))).collect());

        impl TypeInfo for Era {
            type Identity = Self;

            fn type_info() -> Type {
                let immortal = Variants::new().variant("Immortal", |variant| variant.index(0));
                let variants = MORTAL.iter().fold(immortal, |variants, (low, name)| {
                    variants.variant(name.as_str(), |variant| {
                        let fields = Fields::unnamed().field(|field| field.ty::<u8>());
                        variant.index(*low).fields(fields)
                    })
                });
                Type::builder()
                    .path(Path::new("Era", "sp_runtime::generic::era"))
                    .variant(variants)
            }
        }
    }
}

pub(crate) mod transaction_validity {
    use scale_info::TypeInfo;

    #[derive(TypeInfo)]
    pub(crate) enum TransactionSource {
        InBlock,
        Local,
        External,
    }

    #[derive(TypeInfo)]
    pub(crate) struct ValidTransaction {
        priority: u64,
        requires: Vec<Vec<u8>>,
        provides: Vec<Vec<u8>>,
        longevity: u64,
        propagate: bool,
    }

    #[derive(TypeInfo)]
    pub(crate) enum TransactionValidityError {
        Invalid(InvalidTransaction),
        Unknown(UnknownTransaction),
    }

    #[derive(TypeInfo)]
    pub(crate) enum InvalidTransaction {
        Call,
        Payment,
        Future,
        Stale,
        BadProof,
        AncientBirthBlock,
        ExhaustsResources,
        Custom(u8),
        BadMandatory,
        MandatoryValidation,
        BadSigner,
        IndeterminateImplicit,
        UnknownOrigin,
    }

    #[derive(TypeInfo)]
    pub(crate) enum UnknownTransaction {
        CannotLookup,
        NoUnsignedValidator,
        Custom(u8),
    }
}
