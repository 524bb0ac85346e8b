//! Calls: encoded by name, signed by whoever has the key.

use axonry_chain::{Call, ChainError, ExtrinsicHash, Mortality, SignedExtrinsic};
use axonry_core::{BlockHash, Signer};
use scale_decode::DecodeAsType;
use scale_encode::EncodeAsFields;
use subxt::config::Hasher;
use subxt::config::substrate::BlakeTwo256;
use subxt::config::transaction_extensions::{
    ChargeTransactionPaymentParams, CheckMortalityParams, CheckNonceParams,
};
use subxt::error::ExtrinsicError;
use subxt::ext::frame_decode::extrinsics::{ExtrinsicEncodeError, TransactionExtensionsError};
use subxt::transactions::{DynamicPayload, Payload, dynamic};
use subxt::utils::{AccountId32, H256, MultiSignature};

mod arguments;

use super::{Runtime, missing};
use arguments::Arguments;

/// Blocks whose hashes a runtime keeps, where it does not say.
const BLOCK_HASH_COUNT: u64 = 2400;

/// Above this an era's start is rounded down, and the hash under the signature would have to be
/// another block's.
const EXACT_PERIOD: u64 = 4096;

/// A call of any pallet.
struct Named<'a, A> {
    pallet: &'a str,
    call: &'a str,
    arguments: &'a A,
}

impl<A: EncodeAsFields> Payload for Named<'_, A> {
    type CallData = A;

    fn pallet_name(&self) -> &str {
        self.pallet
    }

    fn call_name(&self) -> &str {
        self.call
    }

    fn call_data(&self) -> &A {
        self.arguments
    }
}

impl Runtime {
    /// A call as bytes: pallet and call index, then the arguments.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when the runtime has no such call or wants other arguments.
    pub fn call_data(&self, call: &Call) -> Result<Vec<u8>, ChainError> {
        let payload = self.payload_of(call)?;
        let data = self.at.tx().call_data(&payload);
        data.map_err(|error| incompatible(&payload, &error))
    }

    fn payload_of(&self, call: &Call) -> Result<DynamicPayload<Arguments>, ChainError> {
        let (pallet, name) = call.name();
        Ok(dynamic(pallet, name, Arguments::of(self, call)?))
    }

    /// Encodes and signs a call for this runtime.
    ///
    /// What is signed is call, extensions, versions, genesis and birth block, as version 4 of the
    /// extrinsic format has it; above 256 bytes its blake2-256 hash.
    ///
    /// # Errors
    /// As [`Chain::sign`](axonry_chain::Chain::sign).
    pub async fn sign(
        &self,
        call: &Call,
        signer: &dyn Signer,
        nonce: u64,
        mortality: Mortality,
    ) -> Result<SignedExtrinsic, ChainError> {
        self.sign_payload(&self.payload_of(call)?, signer, nonce, mortality)
            .await
    }

    /// Encodes and signs a call of any pallet, with arguments as [`Self::encode_call`] takes them.
    ///
    /// # Errors
    /// As [`Self::sign`].
    pub async fn sign_call(
        &self,
        (pallet, call): (&str, &str),
        arguments: &(impl EncodeAsFields + Sync),
        signer: &dyn Signer,
        nonce: u64,
        mortality: Mortality,
    ) -> Result<SignedExtrinsic, ChainError> {
        let payload = Named {
            pallet,
            call,
            arguments,
        };
        self.sign_payload(&payload, signer, nonce, mortality).await
    }

    async fn sign_payload(
        &self,
        payload: &(impl Payload + Sync),
        signer: &dyn Signer,
        nonce: u64,
        mortality: Mortality,
    ) -> Result<SignedExtrinsic, ChainError> {
        let period = period_of(mortality)?;
        let birth = mortality.birth;
        let lifetime = period.min(self.block_hash_count());
        let params = (
            (),
            (),
            (),
            CheckMortalityParams::mortal_from_unchecked(period, birth.number.0, H256(birth.hash.0)),
            CheckNonceParams::with_nonce(nonce),
            ChargeTransactionPaymentParams::no_tip(),
            (),
            (),
        );
        let refused = |error| incompatible(payload, &error);
        let transactions = self.at.tx();
        let mut signable = transactions
            .create_v4_signable_offline(payload, params)
            .map_err(refused)?;
        let message = signable.signer_payload().map_err(refused)?;
        let signature = signer.sign(&message).await?;
        let account = signer.account();
        let bytes = signable
            .sign_with_account_and_signature(
                &AccountId32(account.to_bytes()),
                &MultiSignature::Sr25519(signature.0),
            )
            .map_err(refused)?
            .into_encoded();
        Ok(SignedExtrinsic {
            hash: extrinsic_hash(&bytes),
            bytes,
            account,
            nonce,
            valid_until: birth.number.plus(lifetime - 1),
        })
    }

    /// How long a birth block's hash can be checked: an extrinsic cannot outlive that.
    fn block_hash_count(&self) -> u64 {
        let metadata = self.metadata();
        metadata
            .pallet_by_name("System")
            .and_then(|pallet| pallet.constant_by_name("BlockHashCount"))
            .and_then(|count| {
                u64::decode_as_type(&mut count.value(), count.ty(), metadata.types()).ok()
            })
            .filter(|count| *count > 0)
            .unwrap_or(BLOCK_HASH_COUNT)
    }
}

/// The hash by which pool and blocks know an extrinsic.
pub(crate) fn extrinsic_hash(bytes: &[u8]) -> ExtrinsicHash {
    ExtrinsicHash(BlakeTwo256.hash(bytes).0)
}

/// The hash of an encoded header, which is its block's.
pub(crate) fn block_hash(header: &[u8]) -> BlockHash {
    BlockHash(BlakeTwo256.hash(header).0)
}

fn period_of(mortality: Mortality) -> Result<u64, ChainError> {
    let period = mortality.period.clamp(4, 65_536).next_power_of_two();
    let rounding = (period / EXACT_PERIOD).max(1);
    if mortality.birth.number.0.is_multiple_of(rounding) {
        Ok(period)
    } else {
        let reason = format!(
            "an era of {period} blocks can only be born in a multiple of {rounding}, not in block \
             {}: take {EXACT_PERIOD} blocks or less",
            mortality.birth.number
        );
        Err(missing("CheckMortality", &reason))
    }
}

fn incompatible(call: &impl Payload, error: &ExtrinsicError) -> ChainError {
    match error {
        ExtrinsicError::EncodeError(ExtrinsicEncodeError::TransactionExtensions(
            TransactionExtensionsError::NotFound(extension),
        )) => missing(
            extension,
            "this client is too old for this runtime, whose extrinsics carry an extension that it \
             does not know",
        ),
        error => {
            let item = format!("{}.{}", call.pallet_name(), call.call_name());
            missing(item, &error.to_string())
        }
    }
}
