//! `validator doctor`: each fault is named first, with a remedy.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use anyhow::{Context, Result};
use axonry_devnet::{DevnetConfig, Sealing};
use serde_json::Value;

use crate::node::Node;
use crate::program::{Done, Program};

/// What is wrong with the subnet, and how the program is started.
struct Fault {
    subnet: fn(&mut DevnetConfig),
    machine: fn(&Node, Program) -> Result<Program>,
    /// The check that must fail first; none where it is a warning.
    cause: Option<&'static str>,
    /// The check that must warn.
    warning: Option<&'static str>,
}

const NOTHING: Fault = Fault {
    subnet: |_| {},
    machine: |_, program| Ok(program),
    cause: None,
    warning: None,
};

/// `//Alice` as a wallet.
fn wallet(node: &Node, mode: u32) -> Result<String> {
    let folder = node.path("wallets/mine/hotkeys");
    fs::create_dir_all(&folder)?;
    let seed = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
    let file = format!("{folder}/first");
    fs::write(&file, format!("{{\"secretSeed\": \"{seed}\"}}"))?;
    fs::set_permissions(&file, fs::Permissions::from_mode(mode))?;
    Ok(node.path("wallets"))
}

fn with_wallet(node: &Node, program: Program, mode: u32, hotkey: &str) -> Result<Program> {
    let root = wallet(node, mode)?;
    let program = program.without_variable("AXONRY_HOTKEY_URI");
    Ok(program.and([
        "--wallet-path",
        &root,
        "--wallet",
        "mine",
        "--hotkey",
        hotkey,
    ]))
}

async fn examine(fault: &Fault) -> Result<Done> {
    let node = Node::new(fault.subnet).await?;
    let tokens = node.file("tokens.json", &node.devnet.tokens().to_string())?;
    let program = Program::new(["doctor", "--json", "--patience", "2"])
        .variable("HOME", &node.path("home"))
        .variable("AXONRY_NETWORK", &node.devnet.ws_url)
        .variable("AXONRY_NETUID", "74")
        .variable("AXONRY_HOTKEY_URI", "//Alice")
        .variable("AXONRY_STATE", &node.path("state"))
        .variable("AXONRY_MIRROR", &node.devnet.mirror_url)
        .variable("AXONRY_GITHUB", &node.devnet.mirror_url)
        .variable("AXONRY_TOKENS", &tokens);
    let program = (fault.machine)(&node, program)?;
    let done = program.finish().await?;
    Ok(done)
}

fn outcome<'a>(found: &'a Value, name: &str) -> Option<&'a Value> {
    let checks = found["checks"].as_array()?;
    checks.iter().find(|check| check["name"] == name)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_validator_passes_every_check_in_order() -> Result<()> {
    let done = examine(&NOTHING).await?;
    assert_eq!(done.code, 0, "{done:?}");
    let found = done.json()?;
    let checks = found["checks"].as_array().context("checks")?;
    let names: Vec<_> = checks
        .iter()
        .filter_map(|check| check["name"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "endpoint",
            "network",
            "head",
            "runtime",
            "subnet",
            "hotkey",
            "coldkey",
            "registered",
            "permit",
            "stake",
            "version key",
            "rate limit",
            "commit-reveal",
            "clock",
            "latency",
            "mirror",
            "github",
            "tokens",
            "state",
            "space",
            "journal",
        ]
    );
    assert_eq!(found["cause"], Value::Null);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_is_the_cause_and_comes_with_a_remedy() -> Result<()> {
    let failing = |cause, machine| Fault {
        machine,
        cause: Some(cause),
        ..NOTHING
    };
    let broken = |cause, subnet| Fault {
        subnet,
        cause: Some(cause),
        ..NOTHING
    };
    let faults = [
        failing("endpoint", |_, program| {
            Ok(program.variable("AXONRY_NETWORK", "ws://127.0.0.1:9"))
        }),
        broken("head", |config| config.sealing = Sealing::Manual),
        failing("subnet", |_, program| {
            Ok(program.variable("AXONRY_NETUID", "75"))
        }),
        failing("hotkey", |node, program| {
            with_wallet(node, program, 0o600, "second")
        }),
        failing("hotkey", |node, program| {
            with_wallet(node, program, 0o644, "first")
        }),
        Fault {
            machine: |node, program| {
                let program = with_wallet(node, program, 0o600, "first")?;
                fs::write(node.path("wallets/mine/coldkey"), "$NACL and more of it")?;
                Ok(program)
            },
            warning: Some("coldkey"),
            ..NOTHING
        },
        failing("registered", |_, program| {
            Ok(program.variable("AXONRY_HOTKEY_URI", "//Stranger"))
        }),
        failing("permit", |_, program| {
            Ok(program.variable("AXONRY_HOTKEY_URI", "//Miner//0"))
        }),
        Fault {
            subnet: |config| config.hyperparameters.stake_threshold = u64::MAX,
            warning: Some("stake"),
            ..NOTHING
        },
        broken("version key", |config| {
            config.hyperparameters.weights_version_key = 3
        }),
        broken("commit-reveal", |config| {
            config.hyperparameters.commit_reveal_enabled = true;
            config.hyperparameters.commit_reveal_version = 9;
        }),
        failing("mirror", |_, program| {
            Ok(program.variable("AXONRY_MIRROR", "http://127.0.0.1:9"))
        }),
        failing("github", |_, program| {
            Ok(program.variable("AXONRY_GITHUB", "http://127.0.0.1:9"))
        }),
        failing("tokens", |_, program| {
            Ok(program.variable("AXONRY_TOKENS", "/does/not/exist"))
        }),
        failing("tokens", |_, program| {
            Ok(program.without_variable("AXONRY_TOKENS"))
        }),
        failing("repositories", |node, program| {
            let wrong = node.file("repositories.json", "[]")?;
            Ok(program.variable("AXONRY_REPOSITORIES", &wrong))
        }),
        failing("github tokens", |_, program| {
            // The mirror is not asked then, and is to blame for nothing.
            let program = program.variable("AXONRY_MIRROR", "http://127.0.0.1:9");
            Ok(program.variable("AXONRY_SOURCE", "github"))
        }),
        failing("state", |node, program| {
            let file = node.file("file", "no folder")?;
            Ok(program.variable("AXONRY_STATE", &format!("{file}/state")))
        }),
        failing("state", |node, program| {
            fs::create_dir_all(node.path("state"))?;
            fs::write(node.path("state/validator.sqlite"), "no database at all")?;
            Ok(program)
        }),
    ];
    for fault in faults {
        let done = examine(&fault).await?;
        let found = done.json()?;
        let named = (fault.cause, fault.warning);
        assert_eq!(found["cause"].as_str(), fault.cause, "{named:?}: {found}");
        assert_eq!(done.code, i32::from(fault.cause.is_some()), "{named:?}");
        let (name, kind) = match named {
            (Some(cause), _) => (cause, "failed"),
            (None, Some(warning)) => (warning, "warning"),
            (None, None) => continue,
        };
        let check = outcome(&found, name).context(name)?;
        assert_eq!(check["outcome"], kind, "{named:?}: {found}");
        let remedy = check["remedy"].as_str().unwrap_or_default();
        assert!(!remedy.is_empty(), "{named:?}: {found}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_is_gone_while_the_chain_has_our_weights_is_a_cause() -> Result<()> {
    let node = Node::new(|_| {}).await?;
    let file = node.file("scores.json", r#"{"1": 1.0}"#)?;
    let set = node.program(["weights", "set", "--weights", &file]);
    assert_eq!(set.finish().await?.code, 0);
    fs::remove_dir_all(node.path("state"))?;
    let tokens = node.file("tokens.json", &node.devnet.tokens().to_string())?;
    let doctor = node
        .program(["doctor", "--patience", "2", "--tokens", &tokens])
        .variable("AXONRY_MIRROR", &node.devnet.mirror_url)
        .variable("AXONRY_GITHUB", &node.devnet.mirror_url);
    let done = doctor.finish().await?;
    assert_eq!(done.code, 1, "{done:?}");
    let last = done.stdout.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("the cause: state: there is none"),
        "{last}"
    );
    assert!(done.stdout.contains("--new-state chain"), "{}", done.stdout);
    Ok(())
}
