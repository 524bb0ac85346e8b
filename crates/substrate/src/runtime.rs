mod bare;
mod calls;
mod commits;
mod compatibility;
mod config;
mod event;
mod events;
mod hyperparameters;
mod interface;
mod item;
mod ledger;
mod neurons;
mod shape;
mod specimen;
mod storage;

use std::fmt;

use axonry_chain::ChainError;
use axonry_core::BlockHash;
use parity_scale_codec::Decode;
use scale_decode::DecodeAsType;
use serde::Deserialize;
use subxt::client::{OfflineClient, OfflineClientAtBlock};
use subxt::metadata::Metadata;
use subxt::utils::H256;

use config::Subtensor;

pub(crate) use calls::{block_hash, extrinsic_hash};
pub use compatibility::{Feature, Item, ItemKind, ItemStatus};
pub use event::Event;
pub use item::{KeyParts, Parts, StorageItem};
pub(crate) use ledger::{Registered, Unsigned};
pub use storage::Values;

/// The pallet that subnets live in.
const SUBTENSOR: &str = "SubtensorModule";

/// One runtime of a chain: its metadata, and everything that follows from it without a node.
///
/// Keys, calls and values are found by name and encoded by the types the metadata describes, so
/// that indices and wrappers may move from one runtime to the next.
#[derive(Clone)]
pub struct Runtime {
    at: OfflineClientAtBlock<Subtensor>,
    version: RuntimeVersion,
}

/// Which runtime: two of the same version are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub struct RuntimeVersion {
    /// Rises with every change of behaviour; part of every signature.
    #[serde(rename = "specVersion")]
    pub spec: u32,
    /// Rises when the meaning of calls changes; part of every signature.
    #[serde(rename = "transactionVersion")]
    pub transaction: u32,
}

impl Runtime {
    /// Reads a runtime's metadata: `meta…` bytes of version 14, 15 or 16, as they are or in the
    /// option and length that `Metadata_metadata_at_version` puts around them.
    ///
    /// The version is the constant `System.Version` inside the metadata, so that a blob cannot
    /// pass for another runtime's.
    ///
    /// # Errors
    /// [`ChainError::Decode`] when it is no metadata, [`ChainError::Incompatible`] when it lacks
    /// the version.
    pub fn decode(metadata: &[u8], genesis: BlockHash) -> Result<Self, ChainError> {
        let unreadable = |reason: String| ChainError::Decode {
            item: "the runtime's metadata".to_owned(),
            reason,
        };
        let bytes =
            unwrapped(metadata).ok_or_else(|| unreadable("it has no `meta` mark".into()))?;
        let metadata =
            Metadata::decode_from(bytes).map_err(|error| unreadable(error.to_string()))?;
        let version = version_of(&metadata)?;
        let config = Subtensor {
            genesis: H256(genesis.0),
            version,
            metadata: metadata.arc(),
        };
        let at = OfflineClient::new_with_config(config)
            .at_block(0_u32)
            .expect("the config answers for every block number");
        Ok(Self { at, version })
    }

    /// Which runtime it is.
    pub const fn version(&self) -> RuntimeVersion {
        self.version
    }

    fn metadata(&self) -> &Metadata {
        self.at.metadata_ref()
    }

    /// Decodes by a type of the metadata; bytes left over are an error.
    fn decode_value<T: DecodeAsType>(
        &self,
        item: &dyn fmt::Display,
        type_id: u32,
        bytes: &[u8],
    ) -> Result<T, ChainError> {
        let cursor = &mut &*bytes;
        let value = T::decode_as_type(cursor, type_id, self.metadata().types());
        let unreadable = |reason: String| ChainError::Decode {
            item: item.to_string(),
            reason,
        };
        let value = value.map_err(|error| unreadable(error.to_string()))?;
        match cursor.len() {
            0 => Ok(value),
            left => Err(unreadable(format!(
                "{left} of {} bytes are left over",
                bytes.len()
            ))),
        }
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// Takes `Option` and length off, where they are.
fn unwrapped(bytes: &[u8]) -> Option<&[u8]> {
    const MARK: &[u8] = b"meta";
    if bytes.starts_with(MARK) {
        return Some(bytes);
    }
    let rest = &mut bytes.strip_prefix(&[1]).unwrap_or(bytes);
    parity_scale_codec::Compact::<u32>::decode(rest).ok()?;
    rest.starts_with(MARK).then_some(*rest)
}

fn version_of(metadata: &Metadata) -> Result<RuntimeVersion, ChainError> {
    let constant = metadata
        .pallet_by_name("System")
        .and_then(|pallet| pallet.constant_by_name("Version"))
        .ok_or_else(|| missing("System.Version", "the constant is not in the metadata"))?;
    let version =
        SystemVersion::decode_as_type(&mut constant.value(), constant.ty(), metadata.types());
    let version = version.map_err(|error| missing("System.Version", &error.to_string()))?;
    Ok(RuntimeVersion {
        spec: version.spec_version,
        transaction: version.transaction_version,
    })
}

/// The fields of `sp_version::RuntimeVersion` that matter to a client.
#[derive(DecodeAsType)]
struct SystemVersion {
    spec_version: u32,
    transaction_version: u32,
}

fn missing(item: impl fmt::Display, reason: &str) -> ChainError {
    ChainError::Incompatible {
        item: item.to_string(),
        reason: reason.to_owned(),
    }
}
