//! `validator compat` as an operator runs it before a runtime upgrade.

use std::path::PathBuf;
use std::process::{Command, Output};

use anyhow::{Context, Result};

/// Real metadata of finney, spec 393, or nothing after saying so.
#[expect(clippy::print_stderr, reason = "a test that is not run must be seen")]
fn finney() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/metadata");
    let folder = std::env::var_os("AXONRY_METADATA").map_or_else(|| beside.into(), PathBuf::from);
    let file = folder.join("finney.scale");
    if file.is_file() {
        return Some(file);
    }
    eprintln!(
        "NOT RUN: `validator compat` on finney's metadata: no {} (AXONRY_METADATA)",
        file.display()
    );
    None
}

fn compat(file: &PathBuf) -> Result<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_validator"));
    command.args(["compat", "--metadata"]).arg(file);
    Ok(command.output()?)
}

/// The line about an item.
fn line<'a>(printed: &'a str, item: &str) -> Result<&'a str> {
    let mut lines = printed.lines();
    let found = lines.find(|line| line.split_whitespace().any(|word| word == item));
    found.with_context(|| format!("no line about {item} in:\n{printed}"))
}

#[test]
fn a_runtime_that_has_all_that_is_needed_is_compatible() -> Result<()> {
    let Some(file) = finney() else {
        return Ok(());
    };
    let done = compat(&file)?;
    let printed = String::from_utf8(done.stdout)?;
    assert_eq!(done.status.code(), Some(0), "{printed}");
    assert!(printed.starts_with("spec version 393\n"), "{printed}");
    let setting = line(&printed, "SubtensorModule.set_weights")?;
    assert!(setting.starts_with("works"), "{setting}");
    // What a validator does without is said to be for something else.
    let staking = line(&printed, "SubtensorModule.add_stake_limit")?;
    assert!(staking.contains("(staking)"), "{staking}");
    let epochs = line(&printed, "SubtensorModule.LastEpochBlock")?;
    assert!(epochs.starts_with("absent"), "{epochs}");
    Ok(())
}

#[test]
fn a_runtime_that_lacks_what_is_needed_is_not_and_the_item_is_named() -> Result<()> {
    let Some(file) = finney() else {
        return Ok(());
    };
    let metadata = std::fs::read(file)?;
    let folder = tempfile::tempdir()?;
    for (old, new, item, code) in [
        (
            "MinAllowedWeights",
            "MinAllowedWeighto",
            "SubtensorModule.MinAllowedWeights",
            1,
        ),
        (
            "validator_trust",
            "validator_trusd",
            "NeuronInfoRuntimeApi.get_neurons_lite",
            1,
        ),
        // Nobody needs to know a fee to set weights.
        (
            "partial_fee",
            "partial_fae",
            "TransactionPaymentApi.query_info",
            0,
        ),
    ] {
        let file = folder.path().join(new);
        std::fs::write(&file, replaced(&metadata, old.as_bytes(), new.as_bytes()))?;
        let done = compat(&file)?;
        let printed = String::from_utf8(done.stdout)?;
        assert_eq!(done.status.code(), Some(code), "{old}: {printed}");
        let found = line(&printed, item)?;
        assert!(found.starts_with("broken"), "{old}: {found}");
    }
    Ok(())
}

/// The bytes with every `old` in them replaced by as many others.
fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for place in 0..=out.len() - old.len() {
        if out[place..].starts_with(old) {
            out[place..place + old.len()].copy_from_slice(new);
        }
    }
    assert_ne!(out, bytes, "the metadata has no such name");
    out
}
