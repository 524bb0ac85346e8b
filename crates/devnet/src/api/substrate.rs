//! The runtime APIs every Substrate node has; their encoding is the same everywhere.

use std::sync::Arc;

use axonry_core::{AccountId, BlockHash};
use parity_scale_codec::{Compact, Decode, Encode};

use super::ApiError;
use crate::account;
use crate::extrinsic;
use crate::fees;
use crate::node::Node;
use crate::pool::PoolRefusal;
use crate::presented::Presented;

/// Answers the call, if it is one of these.
pub(super) fn call(
    node: &Node,
    name: &str,
    input: &[u8],
    at: Option<BlockHash>,
) -> Option<Result<Vec<u8>, ApiError>> {
    let answer = match name {
        "Core_version" => runtime(node, at).map(|it| it.version().bytes.clone()),
        "Metadata_metadata" => runtime(node, at).and_then(|runtime| {
            let blob = runtime.blob(14);
            let blob = blob.ok_or_else(|| ApiError::NotSupported(name.to_owned()))?;
            Ok(blob.encode())
        }),
        "Metadata_metadata_versions" => {
            runtime(node, at).map(|it| it.blob_versions().collect::<Vec<_>>().encode())
        }
        "Metadata_metadata_at_version" => runtime(node, at).and_then(|runtime| {
            let version: u32 = argument(name, input)?;
            Ok(runtime.blob(version).encode())
        }),
        "AccountNonceApi_account_nonce" => account_nonce(node, name, input, at),
        "TaggedTransactionQueue_validate_transaction" => validate(node, name, input, at),
        "TransactionPaymentApi_query_info" => {
            Cost::of(node, name, input, at).map(|cost| cost.info())
        }
        "TransactionPaymentApi_query_fee_details" => {
            Cost::of(node, name, input, at).map(|cost| cost.details())
        }
        _ => return None,
    };
    Some(answer)
}

/// The runtime that answers for a block; even what is the same in every block is only answered for
/// blocks that are here.
fn runtime(node: &Node, at: Option<BlockHash>) -> Result<Arc<Presented>, ApiError> {
    Ok(node.runtime(at)?)
}

fn argument<T: Decode>(name: &str, mut input: &[u8]) -> Result<T, ApiError> {
    T::decode(&mut input)
        .map_err(|error| ApiError::Failed(format!("Bad input data provided to {name}: {error}")))
}

fn account_nonce(
    node: &Node,
    name: &str,
    input: &[u8],
    at: Option<BlockHash>,
) -> Result<Vec<u8>, ApiError> {
    let id = AccountId::from_bytes(argument(name, input)?);
    let account = node.read(at, |storage, _| account::read(storage, id))??;
    Ok(account.nonce.encode())
}

/// Source, extrinsic, block hash; the answer is a `TransactionValidity`.
fn validate(
    node: &Node,
    name: &str,
    input: &[u8],
    at: Option<BlockHash>,
) -> Result<Vec<u8>, ApiError> {
    let short = || ApiError::Failed(format!("Bad input data provided to {name}: too short"));
    let (_source, rest) = input.split_first().ok_or_else(short)?;
    let (bytes, _hash) = rest.split_last_chunk::<32>().ok_or_else(short)?;
    match node.validate(bytes, at)? {
        (Ok(valid), current) => Ok(valid.encode(current)),
        (Err(PoolRefusal::Validity(error)), _) => Ok(error.encode()),
        (Err(refusal), _) => Err(ApiError::Failed(refusal.rpc().1)),
    }
}

/// What an extrinsic pays and why; the arguments are the extrinsic and its length.
struct Cost {
    /// `None` for a call that is free.
    fee: Option<u64>,
    length: u32,
    tip: u64,
}

impl Cost {
    fn of(node: &Node, name: &str, input: &[u8], at: Option<BlockHash>) -> Result<Self, ApiError> {
        let presented = &*runtime(node, at)?;
        let failed = |reason: String| ApiError::Failed(format!("{name}: {reason}"));
        let (bytes, length) = input
            .split_last_chunk::<4>()
            .ok_or_else(|| failed("too short".to_owned()))?;
        let length = u32::from_le_bytes(*length);
        let parts = extrinsic::parts(presented, bytes);
        let parts = parts.map_err(|error| failed(format!("{error:?}")))?;
        let pays = fees::pays(presented, &parts.call);
        Ok(Self {
            fee: pays.then(|| fees::fee(length.into())),
            length,
            tip: parts.tip,
        })
    }

    /// A `RuntimeDispatchInfo`.
    fn info(&self) -> Vec<u8> {
        const NORMAL: u8 = 0;
        let weight = (Compact(0_u64), Compact(0_u64));
        (weight, NORMAL, self.fee.unwrap_or(0)).encode()
    }

    /// A `FeeDetails`: base, length and weight fee unless the call is free, and the tip.
    fn details(&self) -> Vec<u8> {
        let parts = self
            .fee
            .map(|_| (fees::BASE, u64::from(self.length), 0_u64));
        (parts, self.tip).encode()
    }
}
