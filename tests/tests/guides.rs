//! The guides do what they say: every command of every `console` block in `docs/guides` is run, and
//! what it writes compared with what the guide shows.
//!
//! A guide is one session of a shell in an empty folder, beside a devnet. `$ ` begins a command that
//! `> ` continues; the lines below are what it writes, where `…` stands for anything on a line, and
//! a line of it alone for any lines. A command succeeds unless the next one is `echo $?`.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use axonry_devnet::{Devnet, DevnetConfig, Sealing};
use axonry_tests::programs::command;

/// How long a guide may take on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(600);
/// What is written after each command, with how it ended: nothing that a program writes.
const END: &str = "\u{1e}";
const ANYTHING: &str = "…";
const GUIDES: [&str; 6] = [
    "from-devnet-to-mainnet",
    "move-hosts",
    "read-the-alarms",
    "run-a-miner",
    "run-a-validator",
    "upgrade",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides")
}

/// A command of a guide, and what the guide says that it writes.
#[derive(Debug, Default)]
struct Step {
    line: usize,
    command: String,
    expected: Vec<String>,
}

impl Step {
    /// The steps of a guide, in their order.
    fn all(guide: &str) -> Vec<Self> {
        let mut steps: Vec<Self> = Vec::new();
        let mut is_console = false;
        for (index, line) in guide.lines().enumerate() {
            if line.starts_with("```") {
                is_console = line == "```console";
                continue;
            }
            if !is_console {
                continue;
            }
            if let Some(command) = line.strip_prefix("$ ") {
                steps.push(Self {
                    line: index + 1,
                    command: command.to_owned(),
                    expected: Vec::new(),
                });
            } else if let Some(step) = steps.last_mut() {
                match line.strip_prefix("> ") {
                    Some(more) if step.expected.is_empty() => {
                        step.command.push('\n');
                        step.command.push_str(more);
                    }
                    _ => step.expected.push(line.to_owned()),
                }
            }
        }
        steps
    }
}

/// Whether lines are as they are expected to be.
fn is_as_shown(expected: &[String], lines: &[&str]) -> bool {
    match (expected, lines) {
        ([], lines) => lines.is_empty(),
        ([any, rest @ ..], _) if any == ANYTHING => {
            (0..=lines.len()).any(|skipped| is_as_shown(rest, &lines[skipped..]))
        }
        ([first, rest @ ..], [line, lines @ ..]) => {
            is_like(first.trim_end(), line.trim_end()) && is_as_shown(rest, lines)
        }
        (_, []) => false,
    }
}

/// Whether a line has the parts between the wildcards, in their order.
fn is_like(pattern: &str, line: &str) -> bool {
    match pattern.split_once(ANYTHING) {
        None => pattern == line,
        Some((before, after)) => line.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices()
                .map(|(at, _)| at)
                .chain([rest.len()])
                .any(|at| is_like(after, &rest[at..]))
        }),
    }
}

/// A shell and all it has started; none of it outlives the test.
struct Shell(Child);

impl Shell {
    async fn end(&mut self) -> Result<()> {
        while self.0.try_wait()?.is_none() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill")
            .args(["-KILL", "--", &group])
            .stderr(Stdio::null())
            .status();
        let _ = self.0.wait();
    }
}

/// One shell's session with all the commands; after each, [`END`] and how it ended.
fn script(steps: &[Step]) -> String {
    let mut script = format!("ended() {{ s=$?; printf '{END}%s\\n' $s; return $s; }}\n");
    for step in steps {
        script.push_str(&step.command);
        script.push_str("\nended\n");
    }
    script
}

async fn follow(name: &str) -> Result<()> {
    let guide = fs::read_to_string(folder().join(name).with_extension("md"))?;
    let steps = Step::all(&guide);
    ensure!(!steps.is_empty(), "{name} shows no command");
    let devnet = Devnet::spawn(DevnetConfig {
        sealing: Sealing::Interval(Duration::from_millis(100)),
        ..DevnetConfig::default()
    })
    .await?;
    let place = tempfile::tempdir()?;
    let files = place.path().join("devnet-files");
    fs::create_dir(&files)?;
    let mut private = File::options();
    private.write(true).create_new(true).mode(0o600);
    let tokens = private.open(files.join("miner_pats.json"))?;
    serde_json::to_writer(tokens, &devnet.tokens())?;
    let registry = devnet.registry().to_string();
    fs::write(files.join("master_repositories.json"), registry)?;
    fs::write(place.path().join("script"), script(&steps))?;
    let said = place.path().join("said");
    let output = File::create(&said)?;
    let programs = PathBuf::from(command("validator")?.get_program());
    let programs = programs.parent().context("programs lie in a folder")?;
    let system = std::env::var("PATH")?;
    let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut shell = Command::new("sh");
    shell
        .arg("script")
        .current_dir(place.path())
        .env_clear()
        .env("PATH", format!("{}:{system}", programs.display()))
        .env("HOME", place.path())
        .env("NETWORK", &devnet.ws_url)
        .env("NETUID", devnet.netuid.0.to_string())
        .env("MIRROR", &devnet.mirror_url)
        .env("FILES", &files)
        .env("AXON", free.to_string())
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output);
    let mut shell = Shell(shell.spawn()?);
    let ended = tokio::time::timeout(PATIENCE, shell.end()).await;
    drop(shell);
    let said = fs::read_to_string(said)?;
    compare(name, &steps, &said)?;
    ended.context("it does not end")??;
    devnet.stop().await;
    Ok(())
}

/// Holds what was written against what the guide shows.
fn compare(name: &str, steps: &[Step], said: &str) -> Result<()> {
    let mut rest = said;
    for (index, step) in steps.iter().enumerate() {
        let at = format!("docs/guides/{name}.md:{}: `{}`", step.line, step.command);
        let Some((output, after)) = rest.split_once(END) else {
            bail!("{at} did not end; so far:\n{rest}");
        };
        let (status, after) = after.split_once('\n').context("a status has a line")?;
        rest = after;
        let lines: Vec<&str> = output.lines().collect();
        ensure!(
            is_as_shown(&step.expected, &lines),
            "{at} writes something else than is shown:\n{output}"
        );
        let is_asked = steps
            .get(index + 1)
            .is_some_and(|it| it.command == "echo $?");
        ensure!(
            status == "0" || is_asked,
            "{at} ended with {status}:\n{output}"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn from_devnet_to_mainnet_is_as_shown() -> Result<()> {
    follow("from-devnet-to-mainnet").await
}

#[tokio::test(flavor = "multi_thread")]
async fn to_move_hosts_is_as_shown() -> Result<()> {
    follow("move-hosts").await
}

#[tokio::test(flavor = "multi_thread")]
async fn to_read_the_alarms_is_as_shown() -> Result<()> {
    follow("read-the-alarms").await
}

#[tokio::test(flavor = "multi_thread")]
async fn to_run_a_miner_is_as_shown() -> Result<()> {
    follow("run-a-miner").await
}

#[tokio::test(flavor = "multi_thread")]
async fn to_run_a_validator_is_as_shown() -> Result<()> {
    follow("run-a-validator").await
}

#[tokio::test(flavor = "multi_thread")]
async fn to_upgrade_is_as_shown() -> Result<()> {
    follow("upgrade").await
}

#[test]
fn no_guide_is_left_out() -> Result<()> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder())? {
        let path = entry?.path();
        let stem = path.file_stem().context("a file has a name")?;
        found.push(stem.to_string_lossy().into_owned());
    }
    found.sort();
    ensure!(found == GUIDES, "{found:?}");
    Ok(())
}

#[test]
fn wildcards_stand_for_what_differs_and_for_nothing_else() {
    let shown = |expected: &str, said: &str| {
        let expected: Vec<String> = expected.lines().map(str::to_owned).collect();
        is_as_shown(&expected, &said.lines().collect::<Vec<_>>())
    };
    assert!(shown("at block …, so", "at block 12, so"));
    assert!(!shown("at block …, so", "at block 12, or"));
    assert!(shown("…\nlast", "first\nsecond\nlast"));
    assert!(shown("first\n…", "first"));
    assert!(!shown("…\nlast", "first\nlast\nmore"));
    assert!(!shown("", "something"));
    assert!(!shown("something", ""));
}

#[test]
fn output_or_an_end_that_is_not_shown_is_found() {
    let steps = Step::all("```console\n$ one\nsaid …\n$ two\n$ echo $?\n1\n```\n$ no step\n");
    assert_eq!(steps.len(), 3);
    let said = |one: &str, status: u8| format!("{one}\n{END}{status}\n{END}1\n1\n{END}0\n");
    assert!(compare("guide", &steps, &said("said it", 0)).is_ok());
    assert!(compare("guide", &steps, &said("kept still", 0)).is_err());
    assert!(compare("guide", &steps, &said("said it", 1)).is_err());
    assert!(compare("guide", &steps, "said it\n").is_err(), "no end");
}
