//! An extrinsic taken apart.

use axonry_core::AccountId;
use parity_scale_codec::{Compact, Decode};

use super::era::Era;
use super::{Role, extensions};
use crate::presented::{CallData, Presented};

/// Format 4, signed.
const SIGNED: u8 = 0x84;

/// A signed extrinsic's parts, as far as they can be known without the chain's state.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) account: AccountId,
    /// The sr25519 signature, or `None` for another kind, which this chain cannot check.
    pub(crate) signature: Option<[u8; 64]>,
    pub(crate) era: Era,
    pub(crate) nonce: u64,
    pub(crate) tip: u64,
    /// Whether the signer covered a hash of the metadata.
    pub(crate) metadata_hash: bool,
    /// The extensions' bytes.
    pub(crate) extra: &'a [u8],
    /// The call's bytes.
    pub(crate) call_bytes: &'a [u8],
    /// The call.
    pub(crate) call: CallData<'a>,
}

/// Why bytes are no signed extrinsic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Undecodable {
    /// Not even bytes with their length in front: the node refuses them itself.
    Format(String),
    /// The runtime cannot read them.
    Content(String),
    /// Nobody signed.
    Unsigned,
    /// An account given by another name than its id.
    Lookup,
}

/// Takes an extrinsic apart, its length in front.
pub(crate) fn parts<'a>(
    presented: &'a Presented,
    bytes: &'a [u8],
) -> Result<Parts<'a>, Undecodable> {
    let mut body = bytes;
    let length = Compact::<u32>::decode(&mut body)
        .map_err(|error| Undecodable::Format(error.to_string()))?;
    if usize::try_from(length.0).ok() != Some(body.len()) {
        let (found, expected) = (body.len(), length.0);
        return Err(Undecodable::Format(format!(
            "{found} bytes where the length says {expected}"
        )));
    }
    let mut reader = Reader { presented, body };
    match reader.byte()? {
        SIGNED => {}
        version if version & 0b1100_0000 == 0 => return Err(Undecodable::Unsigned),
        version => {
            return Err(Undecodable::Content(format!(
                "extrinsics of format 0x{version:02x} are not supported yet: sign format 4"
            )));
        }
    }
    let extrinsic = &presented.metadata().extrinsic;
    let address = reader.value(extrinsic.address_ty.id)?;
    let account = account(presented, extrinsic.address_ty.id, address)?;
    let signature = reader.value(extrinsic.signature_ty.id)?;
    let signature = sr25519(presented, extrinsic.signature_ty.id, signature);

    let before = reader.body;
    let (mut era, mut nonce, mut tip, mut metadata_hash) = (Era::Immortal, 0, 0, false);
    for (role, extension) in extensions(presented) {
        let bytes = reader.value(extension.ty.id)?;
        let wrong = || Undecodable::Content(format!("`{}` is malformed", extension.identifier));
        match role {
            Role::Mortality => era = Era::decode(bytes).ok_or_else(wrong)?,
            Role::Nonce => nonce = compact(bytes).ok_or_else(wrong)?,
            Role::Tip => tip = compact(bytes).ok_or_else(wrong)?,
            Role::MetadataHash => metadata_hash = bytes != [0],
            _ => {}
        }
    }
    let extra = &before[..before.len() - reader.body.len()];
    let call_bytes = reader.body;
    Ok(Parts {
        account,
        signature,
        era,
        nonce,
        tip,
        metadata_hash,
        extra,
        call_bytes,
        call: presented.call(call_bytes).map_err(Undecodable::Content)?,
    })
}

struct Reader<'a> {
    presented: &'a Presented,
    body: &'a [u8],
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8, Undecodable> {
        let short = || Undecodable::Content("it ends before it begins".to_owned());
        let (first, rest) = self.body.split_first().ok_or_else(short)?;
        self.body = rest;
        Ok(*first)
    }

    /// The bytes of the next value, which is of the type `id`.
    fn value(&mut self, id: u32) -> Result<&'a [u8], Undecodable> {
        let length = self
            .presented
            .extent(self.body, id)
            .map_err(Undecodable::Content)?;
        let (value, rest) = self.body.split_at(length);
        self.body = rest;
        Ok(value)
    }
}

fn account(presented: &Presented, id: u32, address: &[u8]) -> Result<AccountId, Undecodable> {
    let id_bytes = match presented.split_variant(id, address) {
        Some(("Id", bytes)) => bytes,
        // A runtime whose address is the bare account.
        None => address,
        Some(_) => return Err(Undecodable::Lookup),
    };
    id_bytes
        .try_into()
        .map(AccountId::from_bytes)
        .map_err(|_| Undecodable::Lookup)
}

fn sr25519(presented: &Presented, id: u32, signature: &[u8]) -> Option<[u8; 64]> {
    match presented.split_variant(id, signature) {
        Some(("Sr25519", bytes)) => bytes.try_into().ok(),
        _ => None,
    }
}

fn compact(mut bytes: &[u8]) -> Option<u64> {
    Some(Compact::<u64>::decode(&mut bytes).ok()?.0)
}
