//! Signed extrinsics of format 4: taking them apart, checking them as a node does, building them.

mod check;
mod era;
mod parts;
mod sign;
mod validity;

pub(crate) use check::{ChainFacts, check};
pub(crate) use era::Era;
pub(crate) use parts::{Parts, Undecodable, parts};
pub(crate) use sign::{SignError, Terms, length, signed, unsigned};
pub(crate) use validity::{Invalid, Unknown, Valid, ValidityError};

use frame_metadata::v16::TransactionExtensionMetadata;
use scale_info::form::PortableForm;

use crate::metadata::MetadataError;
use crate::presented::Presented;

/// The signing context of every Substrate chain.
const CONTEXT: &[u8] = b"substrate";

/// Payloads longer than this are signed by their hash.
const LONGEST_PAYLOAD: usize = 256;

/// Extrinsics of format 4 have the extensions of this set, whatever newer ones there are.
const FIRST_SET: u8 = 0;

/// What an extension is about, as far as bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    SpecVersion,
    TransactionVersion,
    Genesis,
    Mortality,
    Nonce,
    Tip,
    MetadataHash,
    /// Nothing this chain acts on; its bytes, if any, are carried along.
    Silent,
}

impl Role {
    fn of(identifier: &str) -> Self {
        match identifier {
            "CheckSpecVersion" => Self::SpecVersion,
            "CheckTxVersion" => Self::TransactionVersion,
            "CheckGenesis" => Self::Genesis,
            "CheckMortality" | "CheckEra" => Self::Mortality,
            "CheckNonce" => Self::Nonce,
            "ChargeTransactionPayment" | "ChargeTransactionPaymentWrapper" => Self::Tip,
            "CheckMetadataHash" => Self::MetadataHash,
            _ => Self::Silent,
        }
    }
}

/// The extensions of a format 4 extrinsic, in their order.
fn extensions(
    presented: &Presented,
) -> impl Iterator<Item = (Role, &TransactionExtensionMetadata<PortableForm>)> {
    let extrinsic = &presented.metadata().extrinsic;
    let first = extrinsic.transaction_extensions_by_version.get(&FIRST_SET);
    let places = first.into_iter().flatten();
    places
        .filter_map(|place| extrinsic.transaction_extensions.get(place.0 as usize))
        .map(|extension| (Role::of(&extension.identifier), extension))
}

/// Whether signatures can be checked: no unknown extension may add to what is signed.
pub(crate) fn check_extensions(presented: &Presented) -> Result<(), MetadataError> {
    for (role, extension) in extensions(presented) {
        let bytes = presented.default_bytes(extension.implicit.id);
        if role == Role::Silent && !bytes.is_ok_and(|bytes| bytes.is_empty()) {
            return Err(MetadataError::Extension(extension.identifier.clone()));
        }
    }
    Ok(())
}

/// What a signature covers: call, extensions' data, and what both sides know anyway.
fn payload(
    presented: &Presented,
    call: &[u8],
    extra: &[u8],
    genesis: [u8; 32],
    birth: [u8; 32],
) -> Vec<u8> {
    let mut payload = [call, extra].concat();
    let version = presented.version();
    for (role, _) in extensions(presented) {
        match role {
            Role::SpecVersion => payload.extend(version.spec_version.to_le_bytes()),
            Role::TransactionVersion => payload.extend(version.transaction_version.to_le_bytes()),
            Role::Genesis => payload.extend(genesis),
            Role::Mortality => payload.extend(birth),
            // No metadata hash: `None`.
            Role::MetadataHash => payload.push(0),
            Role::Nonce | Role::Tip | Role::Silent => {}
        }
    }
    if payload.len() > LONGEST_PAYLOAD {
        crate::block::blake2_256(&payload).to_vec()
    } else {
        payload
    }
}
