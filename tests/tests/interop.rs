//! The dev chain serves clients that are not ours: Bittensor's own Python SDKs.
//!
//! Runs when `AXONRY_INTEROP` is 1, because it installs them from the package index first. They stay
//! in the folder `AXONRY_INTEROP_FOLDER`, or beside the build.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axonry_devnet::{Devnet, DevnetConfig};
use axonry_tests::finney_metadata;
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::timeout;

/// Long enough to fetch two SDKs over a slow line.
const INSTALLING: Duration = Duration::from_secs(900);
/// One SDK on one chain; its script has a shorter deadline of its own.
const RUNNING: Duration = Duration::from_secs(240);

/// What the scripts hold the chain against; see `interop/known.py`.
fn known(devnet: &Devnet, config: &DevnetConfig) -> Value {
    let neurons = &config.neurons;
    let hotkeys: Vec<_> = neurons.iter().map(|it| it.hotkey.to_string()).collect();
    let permits: Vec<_> = neurons.iter().map(|it| it.validator_permit).collect();
    let stake: Vec<_> = neurons.iter().map(|it| it.stake.rao()).collect();
    let rules = &config.hyperparameters;
    json!({
        "ws": devnet.ws_url,
        "netuid": config.netuid.0,
        "hotkeys": hotkeys,
        "permits": permits,
        "stake": stake,
        // Every account starts with a thousand TAO.
        "balance": 1_000_000_000_000_u64,
        "tempo": config.tempo,
        "rules": {
            "weights_rate_limit": rules.weights_rate_limit,
            "min_allowed_weights": rules.min_allowed_weights,
            "max_validators": rules.max_allowed_validators,
            "immunity_period": rules.immunity_period,
            "commit_reveal_weights_enabled": rules.commit_reveal_enabled,
        },
    })
}

/// Runs the script, which tells what it does as it goes.
async fn run(arguments: &[OsString], limit: Duration) -> Result<()> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/run.sh");
    let mut command = Command::new(&script);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let status = timeout(limit, command.status())
        .await
        .with_context(|| format!("it took longer than {} s", limit.as_secs()))?
        .with_context(|| script.display().to_string())?;
    ensure!(status.success(), "{} ended with {status}", script.display());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_sdks_read_a_subnet_and_set_weights_and_stake_on_it() -> Result<()> {
    let test = "interop with the Python SDKs";
    if std::env::var_os("AXONRY_INTEROP").is_none_or(|it| it != "1") {
        eprintln!("NOT RUN: {test}: AXONRY_INTEROP is not 1");
        return Ok(());
    }
    let folder = std::env::var_os("AXONRY_INTEROP_FOLDER").map_or_else(
        || PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("interop"),
        PathBuf::from,
    );
    let folder = folder.into_os_string();
    run(std::slice::from_ref(&folder), INSTALLING)
        .await
        .context("installing the SDKs")?;
    let mut runtimes = vec![("its own runtime", None)];
    runtimes.extend(finney_metadata(test)?.map(|blob| ("finney's runtime", Some(blob))));
    for (name, metadata) in runtimes {
        for generation in ["10", "11"] {
            eprintln!("-- the dev chain presents {name} to generation {generation}");
            let config = DevnetConfig {
                metadata: metadata.clone(),
                ..DevnetConfig::default_subnet(16)
            };
            let devnet = Devnet::spawn(config.clone()).await?;
            let known = known(&devnet, &config).to_string();
            let script = format!("sdk_{generation}");
            run(&[folder.clone(), known.into(), script.into()], RUNNING)
                .await
                .with_context(|| format!("generation {generation} on {name}"))?;
            devnet.stop().await;
        }
    }
    Ok(())
}
