//! The checks of the runtime's transaction extensions, in their order.

use axonry_core::BlockHash;
use schnorrkel::{PublicKey, Signature};

use super::parts::Parts;
use super::validity::{Invalid, Unknown, Valid, ValidityError};
use super::{CONTEXT, payload};
use crate::balances::{self, Existence};
use crate::execution::Strictness;
use crate::presented::PresentedError;
use crate::storage::Storage;
use crate::subtensor::{serving, weights};
use crate::{account, fees};

/// What a check needs to know of the chain beside its state.
pub(crate) struct ChainFacts<'a> {
    pub(crate) genesis: BlockHash,
    /// The block the extrinsic would be in.
    pub(crate) current: u64,
    /// The hashes that `System.BlockHash` holds.
    pub(crate) hash_of: &'a dyn Fn(u64) -> Option<BlockHash>,
    /// How long the extrinsic is.
    pub(crate) bytes: usize,
    pub(crate) strictness: Strictness,
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
    if !can_pay(parts, storage, facts.bytes)? {
        return Ok(Err(Invalid::Payment.into()));
    }
    if let Some(number) = gate(parts, storage, facts)? {
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

/// Whether fee and tip can be paid without closing the account.
fn can_pay(parts: &Parts<'_>, storage: &Storage<'_>, bytes: usize) -> Result<bool, PresentedError> {
    let fee = match fees::pays(storage.presented(), &parts.call) {
        true => fees::fee(bytes as u64),
        false => 0,
    };
    let charge = fee.saturating_add(parts.tip);
    let free = balances::spendable(storage, parts.account, Existence::KeepAlive)?;
    Ok(charge == 0 || charge <= free)
}

/// Subtensor's own checks: the custom number a call is refused with, `None` for one that passes.
///
/// Announcements are checked here since the extension that does it goes by its present name.
fn gate(
    parts: &Parts<'_>,
    storage: &Storage<'_>,
    facts: &ChainFacts<'_>,
) -> Result<Option<u8>, PresentedError> {
    if let Some(number) = weights::gate(parts, storage, facts.current)? {
        return Ok(Some(number));
    }
    let mut known = super::extensions(storage.presented());
    if !known.any(|(_, one)| one.identifier == "SubtensorTransactionExtension") {
        return Ok(None);
    }
    let strict = facts.strictness.axons;
    serving::gate(storage, parts.account, &parts.call, facts.current, strict)
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
