//! Metadata in and out: a blob of any current version becomes V16, the one form the rest reads, and
//! V16 becomes the older versions a client may ask for.

mod downgrade;
mod successor;
mod upgrade;

pub use successor::successor;

use std::collections::BTreeMap;

use frame_metadata::v16::RuntimeMetadataV16;
use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};
use parity_scale_codec::{Compact, Decode, Encode};

/// The four bytes every metadata blob starts with.
const MAGIC: &[u8] = b"meta";

/// Why bytes are no metadata this chain can present.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// Neither `meta…` nor the wrapped answer of `Metadata_metadata_at_version`.
    #[error(
        "these bytes are no metadata: they should start with `meta`, or be the answer of \
         `Metadata_metadata_at_version` as it came"
    )]
    NotMetadata,
    /// The bytes end early or contradict themselves.
    #[error("the metadata does not decode: {0}")]
    Decode(String),
    /// A version older than 14.
    #[error("metadata of version {0} cannot be presented: 14, 15 and 16 can")]
    Version(u32),
    /// Something every runtime has is missing.
    #[error("the metadata has no {item}: {why}")]
    Missing {
        /// What is missing.
        item: &'static str,
        /// What it is needed for.
        why: &'static str,
    },
    /// An item that is to be taken out is not there.
    #[error("the metadata has no `{0}` that could be taken out")]
    NoSuchItem(String),
    /// A transaction extension whose signed data this chain cannot know.
    #[error(
        "the transaction extension `{0}` adds data to what is signed, and this dev chain does not \
         know what: it cannot check signatures for this runtime"
    )]
    Extension(String),
}

/// Takes the wrapping off, if there is one: `Option` byte and compact length.
fn unwrap(bytes: &[u8]) -> Result<&[u8], MetadataError> {
    if bytes.starts_with(MAGIC) {
        return Ok(bytes);
    }
    let opaque = |mut rest: &[u8]| {
        let length = Compact::<u32>::decode(&mut rest).ok()?.0;
        let length = usize::try_from(length).ok()?;
        (rest.len() == length && rest.starts_with(MAGIC)).then_some(rest.len())
    };
    let wrapped = bytes
        .strip_prefix(&[1])
        .and_then(opaque)
        .or_else(|| opaque(bytes));
    let length = wrapped.ok_or(MetadataError::NotMetadata)?;
    Ok(&bytes[bytes.len() - length..])
}

/// The metadata in its newest form, and the blob of every version it can be served in.
pub(crate) fn read(
    bytes: &[u8],
) -> Result<(RuntimeMetadataV16, BTreeMap<u32, Vec<u8>>), MetadataError> {
    let bytes = unwrap(bytes)?;
    let prefixed = RuntimeMetadataPrefixed::decode(&mut &*bytes)
        .map_err(|error| MetadataError::Decode(error.to_string()))?;
    let version = prefixed.1.version();
    let newest = match prefixed.1 {
        RuntimeMetadata::V16(metadata) => metadata,
        RuntimeMetadata::V15(metadata) => upgrade::from_v15(metadata),
        RuntimeMetadata::V14(metadata) => upgrade::from_v14(metadata)?,
        _ => return Err(MetadataError::Version(version)),
    };
    let mut blobs = served(&newest);
    blobs.retain(|served, _| *served <= version);
    blobs.insert(version, bytes.to_vec());
    Ok((newest, blobs))
}

/// A blob per version, from V14 to V16.
pub(crate) fn served(metadata: &RuntimeMetadataV16) -> BTreeMap<u32, Vec<u8>> {
    [
        (14, downgrade::to_v14(metadata)),
        (15, downgrade::to_v15(metadata)),
        (16, RuntimeMetadataPrefixed::from(metadata.clone())),
    ]
    .into_iter()
    .map(|(version, metadata)| (version, metadata.encode()))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_metadata_decodes_in_every_version_it_is_served_in() {
        let own = crate::runtime::metadata();
        for (version, blob) in served(&own) {
            let (read, again) = read(&blob).expect("our own");
            assert_eq!(again[&version], blob);
            assert_eq!(read.pallets.len(), own.pallets.len(), "version {version}");
            let (one, two) = (&read.extrinsic, &own.extrinsic);
            assert_eq!(
                one.transaction_extensions, two.transaction_extensions,
                "version {version}"
            );
            assert_eq!(
                one.transaction_extensions_by_version, two.transaction_extensions_by_version,
                "version {version}"
            );
            assert_eq!(
                read.extrinsic.call_ty, own.extrinsic.call_ty,
                "version {version}"
            );
        }
    }

    #[test]
    fn a_runtime_that_signs_what_nobody_knows_is_refused() {
        let with = |implicit: fn(&frame_metadata::v16::ExtrinsicMetadata<_>) -> _| {
            let mut metadata = crate::runtime::metadata();
            let mut unknown = metadata.extrinsic.transaction_extensions[0].clone();
            unknown.identifier = "CheckTheMoon".to_owned();
            unknown.implicit = implicit(&metadata.extrinsic);
            metadata.extrinsic.transaction_extensions.push(unknown);
            let first = metadata
                .extrinsic
                .transaction_extensions_by_version
                .get_mut(&0);
            let places = first.expect("the only set");
            places.push(parity_scale_codec::Compact(
                u32::try_from(places.len()).expect("few"),
            ));
            let blob = RuntimeMetadataPrefixed::from(metadata).encode();
            crate::presented::Presented::from_blob(&blob).map(drop)
        };
        let like_the_spec_version = with(|extrinsic| extrinsic.transaction_extensions[1].implicit);
        let refused = Err(MetadataError::Extension("CheckTheMoon".to_owned()));
        assert_eq!(like_the_spec_version, refused);
        let silent = with(|extrinsic| extrinsic.transaction_extensions[0].implicit);
        assert_eq!(
            silent,
            Ok(()),
            "an unknown one that adds nothing is skipped"
        );
    }

    #[test]
    fn a_blob_is_read_bare_or_wrapped() {
        let blob = RuntimeMetadataPrefixed::from(crate::runtime::metadata()).encode();
        let wrapped = Some(blob.clone()).encode();
        assert_eq!(read(&wrapped), read(&blob));
        assert_eq!(read(&blob.encode()), read(&blob));
        assert_eq!(read(b"nonsense"), Err(MetadataError::NotMetadata));
        assert_eq!(read(&[]), Err(MetadataError::NotMetadata));
        assert!(matches!(
            read(&blob[..blob.len() / 2]),
            Err(MetadataError::Decode(_))
        ));
    }
}
