//! Each error of the pallet, in every runtime at hand: either weights meet it and have a remedy, or
//! it belongs to other calls.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, ensure};
use axonry_tests::metadata_folder;
use axonry_weights::setter::Remedy;
use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};
use parity_scale_codec::Decode;
use scale_info::TypeDef;

/// Errors that no call with weights gives, by name. A runtime that brings a new one fails the test
/// until somebody has looked at it.
const UNRELATED: &str = include_str!("unrelated.txt");

/// The names of the pallet's errors.
fn errors(blob: &[u8]) -> Result<BTreeSet<String>> {
    // Bare, or as a node answers it: after a length.
    let start = blob.windows(4).position(|bytes| bytes == b"meta");
    let bare = &blob[start.context("no metadata")?..];
    let metadata = RuntimeMetadataPrefixed::decode(&mut &*bare)?.1;
    macro_rules! errors_of {
        ($metadata:expr) => {{
            let mut pallets = $metadata.pallets.into_iter();
            let pallet = pallets.find(|it| it.name == "SubtensorModule");
            let error = pallet.context("no such pallet")?.error;
            ($metadata.types, error.context("no errors")?.ty.id)
        }};
    }
    let (types, error) = match metadata {
        RuntimeMetadata::V14(metadata) => errors_of!(metadata),
        RuntimeMetadata::V15(metadata) => errors_of!(metadata),
        RuntimeMetadata::V16(metadata) => errors_of!(metadata),
        _ => anyhow::bail!("metadata of a version that no node here has"),
    };
    let errors = types.resolve(error).context("the type is there")?;
    let TypeDef::Variant(errors) = &errors.type_def else {
        anyhow::bail!("errors are variants");
    };
    Ok(errors.variants.iter().map(|it| it.name.clone()).collect())
}

#[test]
fn tx6_each_error_of_each_runtime_has_a_remedy_or_belongs_to_other_calls() -> Result<()> {
    let Some(folder) = metadata_folder("the pallet's errors") else {
        return Ok(());
    };
    let unrelated: BTreeSet<&str> = UNRELATED.lines().collect();
    let (mut runtimes, mut met) = (0, BTreeSet::new());
    for file in fs::read_dir(&folder)? {
        let path = file?.path();
        if path.extension().is_none_or(|it| it != "scale") {
            continue;
        }
        let name = path.display().to_string();
        let errors = errors(&fs::read(&path)?).with_context(|| name.clone())?;
        ensure!(errors.len() > 90, "{name}: {} errors", errors.len());
        for error in errors {
            let (remedy, other) = (Remedy::of(&error), unrelated.contains(error.as_str()));
            ensure!(
                remedy.is_some() != other,
                "{name}: `{error}` must have a remedy or stand in unrelated.txt: {remedy:?}"
            );
            met.extend(remedy.map(|_| error));
        }
        runtimes += 1;
    }
    ensure!(runtimes > 1 && met.len() > 20, "{runtimes}: {met:?}");
    Ok(())
}
