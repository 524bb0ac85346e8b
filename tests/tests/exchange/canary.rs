//! Tokens that could not be anything else, and everything the programs wrote.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use axonry_chain::{Chain, Ledger};
use axonry_core::Uid;
use axonry_devnet::mirror::token_of;
use axonry_devnet::{Devnet, DevnetConfig, Sealing};
use axonry_github::Secret;
use axonry_oss::exchange::{BroadcastRequest, PatBroadcast};
use axonry_wallet::Keypair;
use axonry_wire::{Dendrite, Target};

use crate::program::{Running, command};

/// Accounts that occur nowhere else.
const ACCOUNTS: [&str; 2] = ["918273645546372", "827364591827364"];

/// A token that is nobody's.
const NOBODYS: &str = "ghp_CANARYzq81xkCANARYzq81xkCANARYzq81xk";

#[tokio::test(flavor = "multi_thread")]
async fn no_token_is_in_anything_that_validator_and_miner_write() -> Result<()> {
    let mut config = DevnetConfig {
        sealing: Sealing::Interval(Duration::from_millis(100)),
        ..DevnetConfig::default_subnet(ACCOUNTS.len())
    };
    config.hyperparameters.weights_rate_limit = 0;
    for (neuron, account) in config.neurons[1..].iter_mut().zip(ACCOUNTS) {
        neuron.github_id = Some(account.to_owned());
    }
    let devnet = Devnet::spawn(config).await?;
    let folder = tempfile::tempdir()?;
    let (state, registry) = (folder.path().join("state"), folder.path().join("registry"));
    fs::write(&registry, devnet.registry().to_string())?;
    let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();

    let mut validator = command("validator")?;
    validator
        .args(["run", "--forever", "--json", "--hotkey-uri", "//Alice"])
        .args(["--network", &devnet.ws_url, "--netuid", "74"])
        .args([
            "--mirror",
            &devnet.mirror_url,
            "--github",
            &devnet.mirror_url,
        ])
        .args(["--axon", &free, "--axon-external", &free])
        .arg("--repositories")
        .arg(&registry)
        .arg("--state")
        .arg(&state)
        .env("RUST_LOG", "trace");
    let mut validator = Running::start(validator)?;
    announced(&devnet).await?;

    let mut said = Vec::new();
    for (miner, account) in ACCOUNTS.iter().enumerate() {
        let file = folder.path().join("token");
        fs::write(&file, token_of(account))?;
        for name in ["post", "check"] {
            let mut miner = miner_of(&devnet, miner, name)?;
            if name == "post" {
                miner.arg("--token-file").arg(&file);
                miner.args(["--github", &devnet.mirror_url]);
            }
            let output = tokio::task::spawn_blocking(move || miner.output()).await??;
            let stdout = String::from_utf8_lossy(&output.stdout);
            ensure!(output.status.success(), "{name}: {stdout}");
            said.extend([output.stdout, output.stderr].concat());
        }
    }
    // The program tries a token itself before it hands it to anybody.
    let mut refused = miner_of(&devnet, 0, "post")?;
    refused.args(["--github", &devnet.mirror_url]);
    refused.env("GITTENSOR_MINER_PAT", NOBODYS);
    let refused = tokio::task::spawn_blocking(move || refused.output()).await??;
    ensure!(!refused.status.success(), "it is nobody's");
    said.extend([refused.stdout, refused.stderr].concat());
    post_nobodys(&devnet, &free).await?;

    let ended = tokio::task::spawn_blocking(move || {
        validator.line(paid_both)?;
        validator.stop()
    });
    said.extend(ended.await??);

    ensure!(
        said.len() > 100_000,
        "everything was traced: {} bytes",
        said.len()
    );
    let traced = String::from_utf8_lossy(&said);
    for account in ACCOUNTS {
        let end = &account[account.len() - 4..];
        let shown = format!("***{end}");
        ensure!(
            traced.contains(&shown),
            "what is told of a token is its end"
        );
    }
    let kept = fs::read_to_string(state.join("miner_pats.json"))?;
    for token in ACCOUNTS.map(token_of) {
        ensure!(kept.contains(&token), "it is where it belongs");
        found_nowhere(&token, &said, &state)?;
    }
    ensure!(!kept.contains(NOBODYS), "what nobody owns is not kept");
    found_nowhere(NOBODYS, &said, &state)
}

/// Whether a round's report has both miners paid, by weights that landed.
fn paid_both(line: &str) -> bool {
    let round: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
    let paid = |uid: usize| round["miners"][uid]["score"].as_f64() > Some(0.0);
    round["landing"]["outcome"] == "VerifiedInState" && paid(1) && paid(2)
}

fn miner_of(devnet: &Devnet, miner: usize, name: &str) -> Result<std::process::Command> {
    let mut command = command("miner")?;
    command
        .args([name, "--json", "--network", &devnet.ws_url])
        .args(["--hotkey-uri", &format!("//Miner//{miner}")])
        .env("RUST_LOG", "trace");
    Ok(command)
}

/// Hands the validator a token that it refuses.
async fn post_nobodys(devnet: &Devnet, address: &str) -> Result<()> {
    let miner = Arc::new(Keypair::from_uri("//Miner//1")?);
    let target = Target {
        uid: Uid(0),
        hotkey: devnet.hotkeys[&Uid(0)],
        address: address.parse()?,
    };
    let request = BroadcastRequest::new(Secret::new(NOBODYS));
    let dendrite = Dendrite::builder(miner).private_addresses().build();
    let within = Duration::from_secs(30);
    let answer = dendrite
        .call::<PatBroadcast>(&target, &request, within)
        .await?;
    ensure!(answer.value.accepted == Some(false), "{:?}", answer.value);
    Ok(())
}

/// Waits until chain state says where the validator takes tokens.
async fn announced(devnet: &Devnet) -> Result<()> {
    let (chain, validator) = (devnet.chain(), devnet.hotkeys[&Uid(0)]);
    let until = Instant::now() + Duration::from_secs(60);
    while Instant::now() < until {
        let head = chain.head().await?;
        if chain
            .axon(devnet.netuid, validator, head.hash)
            .await?
            .is_some()
        {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("the validator announced no axon")
}

/// Looks through what was said and through every file of the state but the one for tokens.
fn found_nowhere(token: &str, said: &[u8], state: &Path) -> Result<()> {
    // Of what is no text the letters stay where they are.
    let is_in = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(token);
    ensure!(!is_in(said), "`{token}` was written to a standard stream");
    let files = files_below(state)?;
    ensure!(files.len() > 1, "there is more than the tokens: {files:?}");
    for path in files {
        if path
            .file_name()
            .is_some_and(|name| name == "miner_pats.json")
        {
            continue;
        }
        let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
        ensure!(!is_in(&bytes), "`{token}` is in {}", path.display());
    }
    Ok(())
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            match entry.file_type()?.is_dir() {
                true => folders.push(entry.path()),
                false => files.push(entry.path()),
            }
        }
    }
    Ok(files)
}
