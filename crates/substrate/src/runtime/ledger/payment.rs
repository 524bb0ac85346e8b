//! What an extrinsic costs, and what the pool would say to it.

use async_trait::async_trait;
use axonry_chain::{ChainError, InvalidReason, PoolRejection, Validity};
use axonry_core::{AccountId, BlockHash, Rao, Signature, Signer, SignerError};
use parity_scale_codec::Encode;
use scale_decode::DecodeAsType;
use scale_encode::EncodeAsType;
use subxt::ext::scale_value::{Value, ValueDef};

use crate::runtime::{Runtime, missing};

const PAYMENT: &str = "TransactionPaymentApi";
const QUERY: &str = "query_info";
const QUEUE: &str = "TaggedTransactionQueue";
const VALIDATE: &str = "validate_transaction";

/// Stands in for a signature where only the length of one matters.
#[derive(Debug)]
pub(crate) struct Unsigned(pub(crate) AccountId);

#[async_trait]
impl Signer for Unsigned {
    fn account(&self) -> AccountId {
        self.0
    }

    async fn sign(&self, _: &[u8]) -> Result<Signature, SignerError> {
        Ok(Signature([1; 64]))
    }
}

#[derive(DecodeAsType)]
struct RuntimeDispatchInfo {
    partial_fee: u64,
}

#[derive(DecodeAsType)]
struct ValidTransaction {
    priority: u64,
    requires: Vec<Vec<u8>>,
    longevity: u64,
}

impl Runtime {
    /// What to ask for the fee of an extrinsic, which goes in as it is: its type says nothing of
    /// what is in it.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when this runtime has no such call.
    pub fn fee_call(&self, extrinsic: &[u8]) -> Result<(String, Vec<u8>), ChainError> {
        self.takes(PAYMENT, QUERY, 2)?;
        let length = u32::try_from(extrinsic.len()).unwrap_or(u32::MAX);
        let arguments = [extrinsic, &length.encode()].concat();
        Ok((format!("{PAYMENT}_{QUERY}"), arguments))
    }

    /// Reads the answer to [`Self::fee_call`].
    ///
    /// # Errors
    /// As [`Self::decode_runtime_call`].
    pub fn fee(&self, answer: &[u8]) -> Result<Rao, ChainError> {
        let info: RuntimeDispatchInfo = self.decode_runtime_call(PAYMENT, QUERY, answer)?;
        Ok(Rao::from_rao(info.partial_fee))
    }

    /// What to ask for the validity, on top of a block, of an extrinsic that comes from outside.
    ///
    /// # Errors
    /// As [`Self::fee_call`].
    pub fn validity_call(
        &self,
        extrinsic: &[u8],
        at: BlockHash,
    ) -> Result<(String, Vec<u8>), ChainError> {
        let source = self.takes(QUEUE, VALIDATE, 3)?;
        let mut arguments = Vec::with_capacity(extrinsic.len() + 33);
        Value::unnamed_variant("External", [])
            .encode_as_type_to(source, self.metadata().types(), &mut arguments)
            .map_err(|error| missing(format!("{QUEUE}.{VALIDATE}"), &error.to_string()))?;
        arguments.extend_from_slice(extrinsic);
        arguments.extend_from_slice(&at.0);
        Ok((format!("{QUEUE}_{VALIDATE}"), arguments))
    }

    /// Reads the answer to [`Self::validity_call`].
    ///
    /// # Errors
    /// As [`Self::decode_runtime_call`].
    pub fn validity(&self, answer: &[u8]) -> Result<Validity, ChainError> {
        let outcome: Result<ValidTransaction, Value> =
            self.decode_runtime_call(QUEUE, VALIDATE, answer)?;
        match outcome {
            Ok(valid) => Ok(Validity::Valid {
                priority: valid.priority,
                longevity: valid.longevity,
                waits: !valid.requires.is_empty(),
            }),
            Err(error) => {
                refusal(&error)
                    .map(Validity::Refused)
                    .ok_or_else(|| ChainError::Decode {
                        item: format!("{QUEUE}.{VALIDATE}"),
                        reason: format!("it refuses with `{error}`, which is no reason"),
                    })
            }
        }
    }

    /// Checks how many arguments a method takes; the type of the first.
    fn takes(&self, api: &str, method: &str, count: usize) -> Result<u32, ChainError> {
        let item = format!("{api}.{method}");
        let found = self.method(api, method, &item)?;
        let mut inputs = found.inputs();
        match (inputs.len() == count, inputs.next()) {
            (true, Some(first)) => Ok(first.id),
            _ => {
                let reason = format!("it takes {} arguments, not {count}", found.inputs().len());
                Err(missing(item, &reason))
            }
        }
    }
}

/// The pool's own words for what the runtime says.
fn refusal(error: &Value) -> Option<PoolRejection> {
    let ValueDef::Variant(kind) = &error.value else {
        return None;
    };
    let reason = match &kind.values.values().next()?.value {
        ValueDef::Variant(reason) => reason,
        _ => return None,
    };
    if kind.name != "Invalid" {
        return Some(PoolRejection::UnknownValidity(reason.name.clone()));
    }
    let number = || reason.values.values().next()?.as_u128()?.try_into().ok();
    Some(PoolRejection::Invalid(match reason.name.as_str() {
        "Stale" => InvalidReason::Stale,
        "Future" => InvalidReason::Future,
        "BadProof" => InvalidReason::BadProof,
        "AncientBirthBlock" => InvalidReason::AncientBirthBlock,
        "Payment" => InvalidReason::Payment,
        "Custom" => InvalidReason::Custom(number()?),
        other => InvalidReason::Other(other.to_owned()),
    }))
}
