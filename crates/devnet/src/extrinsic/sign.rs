//! Extrinsics of our own making.

use axonry_core::{AccountId, Signer, SignerError};
use parity_scale_codec::{Compact, Encode};

use super::era::Era;
use super::{Role, extensions, payload};
use crate::presented::{Presented, PresentedError, Value};

/// Format 4, unsigned and signed.
const BARE: u8 = 0x04;
const SIGNED: u8 = 0x84;

/// Wraps the call of an inherent.
pub(crate) fn unsigned(call: &[u8]) -> Vec<u8> {
    [&[BARE], call].concat().encode()
}

/// What makes a call a signed extrinsic, apart from the key.
#[derive(Debug)]
pub(crate) struct Terms {
    pub(crate) nonce: u64,
    pub(crate) tip: u64,
    pub(crate) era: Era,
    pub(crate) genesis: [u8; 32],
    /// The hash of the block the era was born in.
    pub(crate) birth: [u8; 32],
}

/// Why a call did not become an extrinsic.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignError {
    #[error(transparent)]
    Presented(#[from] PresentedError),
    #[error(transparent)]
    Signer(#[from] SignerError),
}

/// Signs a call for the presented runtime.
pub(crate) async fn signed(
    presented: &Presented,
    call: &[u8],
    signer: &dyn Signer,
    terms: &Terms,
) -> Result<Vec<u8>, SignError> {
    let extra = extra(presented, terms)?;
    let payload = payload(presented, call, &extra, terms.genesis, terms.birth);
    let signature = signer.sign(&payload).await?;
    let extrinsic = &presented.metadata().extrinsic;
    let mut body = vec![SIGNED];
    body.extend(address(presented, signer.account())?);
    let signature = Value::Bytes(signature.0.to_vec());
    let signature = Value::variant("Sr25519", Value::List(vec![signature]));
    body.extend(presented.encode("signature", &signature, extrinsic.signature_ty.id)?);
    body.extend(extra);
    body.extend(call);
    Ok(body.encode())
}

/// How long a call will be once an account has signed it.
pub(crate) fn length(
    presented: &Presented,
    call: &[u8],
    account: AccountId,
    terms: &Terms,
) -> Result<usize, PresentedError> {
    let signature = Value::variant("Sr25519", Value::List(vec![Value::Bytes(vec![0; 64])]));
    let ty = presented.metadata().extrinsic.signature_ty.id;
    let body = 1
        + address(presented, account)?.len()
        + presented.encode("signature", &signature, ty)?.len()
        + extra(presented, terms)?.len()
        + call.len();
    let prefix = Compact(u32::try_from(body).unwrap_or(u32::MAX)).encode();
    Ok(prefix.len() + body)
}

fn address(presented: &Presented, account: AccountId) -> Result<Vec<u8>, PresentedError> {
    let address = presented.metadata().extrinsic.address_ty.id;
    let by_id = Value::variant("Id", Value::List(vec![account.into()]));
    presented
        .encode("address", &by_id, address)
        .or_else(|_| presented.encode("address", &account.into(), address))
}

fn extra(presented: &Presented, terms: &Terms) -> Result<Vec<u8>, PresentedError> {
    let mut extra = Vec::new();
    for (role, extension) in extensions(presented) {
        match role {
            Role::Mortality => extra.extend(terms.era.encode()),
            Role::Nonce => Compact(terms.nonce).encode_to(&mut extra),
            Role::Tip => Compact(terms.tip).encode_to(&mut extra),
            _ => extra.extend(presented.default_bytes(extension.ty.id)?),
        }
    }
    Ok(extra)
}
