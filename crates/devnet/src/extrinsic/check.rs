//! The checks of the runtime's transaction extensions, in their order.

use axonry_core::BlockHash;
use schnorrkel::{PublicKey, Signature};

use super::parts::Parts;
use super::validity::{Invalid, Unknown, Valid, ValidityError};
use super::{CONTEXT, payload};
use crate::account;
use crate::presented::PresentedError;
use crate::storage::Storage;
use crate::subtensor::weights;

/// What a check needs to know of the chain beside its state.
pub(crate) struct ChainFacts<'a> {
    pub(crate) genesis: BlockHash,
    /// The block the extrinsic would be in.
    pub(crate) current: u64,
    /// The hashes that `System.BlockHash` holds.
    pub(crate) hash_of: &'a dyn Fn(u64) -> Option<BlockHash>,
}

/// Whether an extrinsic may enter the block `facts.current`.
///
/// The outer result is about this chain's own state; the inner one is the runtime's answer.
pub(crate) fn check(
    parts: &Parts<'_>,
    storage: &Storage<'_>,
    facts: &ChainFacts<'_>,
) -> Result<Result<Valid, ValidityError>, PresentedError> {
    if let Err(error) = proof(parts, storage, facts) {
        return Ok(Err(error));
    }
    let account = account::read(storage, parts.account)?;
    if parts.account.as_bytes() == &[0; 32] {
        return Ok(Err(Invalid::BadSigner.into()));
    }
    if parts.nonce < u64::from(account.nonce) {
        return Ok(Err(Invalid::Stale.into()));
    }
    if account.data.free < parts.tip {
        return Ok(Err(Invalid::Payment.into()));
    }
    if let Some(number) = weights::gate(parts, storage, facts.current)? {
        return Ok(Err(Invalid::Custom(number).into()));
    }
    Ok(Ok(Valid {
        account: parts.account,
        nonce: parts.nonce,
        account_nonce: u64::from(account.nonce),
        // A tip is the only thing that makes one normal extrinsic go before another.
        priority: parts.tip.saturating_add(1),
        valid_until: parts.era.death(facts.current).saturating_sub(1),
    }))
}

/// The signature over call, extensions and what both sides know.
fn proof(
    parts: &Parts<'_>,
    storage: &Storage<'_>,
    facts: &ChainFacts<'_>,
) -> Result<(), ValidityError> {
    if parts.metadata_hash {
        // Without a hash of its own metadata a runtime cannot look one up.
        return Err(ValidityError::Unknown(Unknown::CannotLookup));
    }
    let birth = (facts.hash_of)(parts.era.birth(facts.current));
    let birth = birth.ok_or(Invalid::AncientBirthBlock)?;
    let signed = payload(
        storage.presented(),
        parts.call_bytes,
        parts.extra,
        facts.genesis.0,
        birth.0,
    );
    let verified = || {
        let key = PublicKey::from_bytes(parts.account.as_bytes()).ok()?;
        let signature = Signature::from_bytes(&parts.signature?).ok()?;
        key.verify_simple(CONTEXT, &signed, &signature).ok()
    };
    verified().ok_or(Invalid::BadProof.into())
}
