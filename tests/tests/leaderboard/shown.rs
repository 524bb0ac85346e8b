//! What a validator's rounds look like on its board, beside it and alone on its state.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axonry_http::{Client, Request, Retry, Url};
use axonry_tests::outside::Subnet;
use axonry_tests::programs::{Running, finish};
use serde_json::Value;

/// How long anything may take on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(90);

/// A process that serves a board.
pub(crate) struct Serving {
    pub(crate) address: Url,
    /// The rounds it reports.
    rounds: Receiver<Value>,
    _process: Running,
}

impl Serving {
    /// Starts it, and waits until it says where it serves.
    pub(crate) async fn start(mut command: Command) -> Result<Self> {
        tokio::task::spawn_blocking(move || {
            let mut process = command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()?;
            let rounds = rounds_of(&mut process)?;
            let mut said = BufReader::new(process.stderr.take().context("a pipe")?).lines();
            let running = Running(process);
            let mut heard = Vec::new();
            let address = loop {
                let line = said
                    .next()
                    .with_context(|| format!("it ended: {heard:?}"))??;
                if let Some(address) = line.strip_prefix("leaderboard: ") {
                    break address.parse()?;
                }
                heard.push(line);
            };
            // A full pipe would stop it.
            std::thread::spawn(move || said.for_each(drop));
            Ok(Self {
                address,
                rounds,
                _process: running,
            })
        })
        .await?
    }

    /// The report of a round that it has printed or is about to.
    pub(crate) fn report(&self, round: u64) -> Result<Value> {
        loop {
            let report = self.rounds.recv_timeout(PATIENCE)?;
            if report["round"] == round {
                return Ok(report);
            }
        }
    }

    /// What stands at a path.
    pub(crate) async fn read(&self, path: &str) -> Result<Value> {
        let client = Client::builder().retry(Retry::never()).build()?;
        let answer = client.json(Request::get(self.address.join(path)?)).await?;
        Ok(answer.body)
    }

    /// Waits until a round is shown, or one after it.
    pub(crate) async fn shows(&self, round: u64) -> Result<Value> {
        let waiting = async {
            loop {
                if let Ok(state) = self.read("/api/v1/state").await
                    && state["round"].as_u64() >= Some(round)
                {
                    return state;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        waited.with_context(|| format!("round {round} is never shown"))
    }
}

fn rounds_of(process: &mut Child) -> Result<Receiver<Value>> {
    let printed = BufReader::new(process.stdout.take().context("a pipe")?);
    let (told, rounds) = channel();
    std::thread::spawn(move || {
        for line in printed.lines().map_while(Result::ok) {
            if let Ok(report) = serde_json::from_str(&line) {
                // Whoever asked may be gone.
                let _ = told.send(report);
            }
        }
    });
    Ok(rounds)
}

/// The program, alone on a state.
fn alone(subnet: &Subnet, state: &Path) -> Result<Command> {
    let run = subnet.validator(state, &[])?;
    let mut command = Command::new(run.get_program());
    command
        .args(["leaderboard", "--listen", "127.0.0.1:0", "--every", "1"])
        .args(["--network", &subnet.devnet.ws_url])
        .args(["--netuid", &subnet.devnet.netuid.0.to_string()])
        .arg("--state")
        .arg(state);
    Ok(command)
}

/// Holds every miner of the board against the report of the same round.
fn agree(board: &Value, report: &Value) -> Result<()> {
    let miners = board["miners"].as_array().context("miners")?;
    ensure!(miners.len() == report["miners"].as_array().map_or(0, Vec::len));
    for shown in miners {
        let reported = report["miners"].as_array().context("miners")?.iter();
        let mut same = reported.filter(|one| one["uid"] == shown["uid"]);
        let reported = same.next().context("a miner of the report")?;
        for name in ["hotkey", "score", "weight", "unknown"] {
            ensure!(
                shown[name] == reported[name],
                "{name}: {shown} and {reported}"
            );
        }
        let (shown, reported) = (&shown["average"], &reported["average"]);
        let apart = shown.as_f64().unwrap_or(9.0) - reported.as_f64().unwrap_or(0.0);
        ensure!(apart.abs() < 1e-6, "average: {shown} and {reported}");
    }
    ensure!(board["state"]["landing"]["block"] == report["landing"]["block"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_shows_what_each_round_reports() -> Result<()> {
    let subnet = Subnet::start().await?;
    let state = tempfile::tempdir()?;
    let arguments = ["--forever", "--leaderboard", "127.0.0.1:0"];
    let serving = Serving::start(subnet.validator(state.path(), &arguments)?).await?;
    serving.shows(2).await?;
    let board = serving.read("/api/v1/standings").await?;
    let round = board["round"].as_u64().context("a round")?;
    agree(&board, &serving.report(round)?)?;
    let best = &board["miners"][0];
    ensure!(best["rank"] == 1 && best["weight"] == 65_535, "{best}");
    ensure!(best["landed"]["weight"] == 65_535, "{best}");
    let miner = serving
        .read(&format!("/api/v1/miners/{}", best["uid"]))
        .await?;
    ensure!(
        miner["history"].as_array().map_or(0, Vec::len) >= 2,
        "{miner}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_is_shown_alone_and_lets_a_validator_in() -> Result<()> {
    let subnet = Subnet::start().await?;
    let state = tempfile::tempdir()?;
    let (output, rounds) = finish(subnet.validator(state.path(), &["--rounds", "2"])?).await?;
    ensure!(output.status.success(), "{output:?}");
    let serving = Serving::start(alone(&subnet, state.path())?).await?;
    let board = serving.read("/api/v1/standings").await?;
    ensure!(board["round"] == 2);
    agree(&board, rounds.last().context("a round")?)?;
    let explained = board["miners"].as_array().context("miners")?.iter();
    let mut eligible = explained.filter(|one| one["eligibility"]["eligible"] == true);
    let eligible = eligible.next().context("somebody is eligible")?;
    let miner = serving
        .read(&format!("/api/v1/miners/{}", eligible["uid"]))
        .await?;
    ensure!(miner["explanation"]["parts"].as_array().map_or(0, Vec::len) >= 2);
    // The board keeps nobody out, and notices what a run leaves behind.
    let (output, rounds) = finish(subnet.validator(state.path(), &["--rounds", "1"])?).await?;
    ensure!(output.status.success(), "{output:?}");
    serving.shows(3).await?;
    agree(
        &serving.read("/api/v1/standings").await?,
        rounds.last().context("a round")?,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_in_a_database_is_shown_while_its_validator_runs() -> Result<()> {
    let Some(database) = database("a leaderboard beside a validator").await? else {
        return Ok(());
    };
    let subnet = Subnet::start().await?;
    let run = subnet.validator(Path::new(&database), &["--rounds", "1"])?;
    let (output, _) = finish(run).await?;
    ensure!(output.status.success(), "{output:?}");
    let mut run = subnet.validator(Path::new(&database), &["--forever"])?;
    let _running = Running(run.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
    let serving = Serving::start(alone(&subnet, Path::new(&database))?).await?;
    serving.shows(3).await?;
    Ok(())
}

/// A schema of its own in the server that is named, or nothing after saying that a test was not run.
#[expect(clippy::print_stderr, reason = "a test that is not run must be seen")]
async fn database(test: &str) -> Result<Option<String>> {
    let Ok(url) = std::env::var("AXONRY_POSTGRES_URL") else {
        eprintln!("NOT RUN: {test}: AXONRY_POSTGRES_URL is not set");
        return Ok(None);
    };
    let schema = format!("axonry_board_{}", std::process::id());
    let made = Command::new("psql")
        .args([&url, "-qc", &format!("CREATE SCHEMA {schema}")])
        .status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("NOT RUN: {test}: `psql` makes no schema");
        return Ok(None);
    }
    let mark = if url.contains('?') { '&' } else { '?' };
    Ok(Some(format!(
        "{url}{mark}options=-c%20search_path%3D{schema}"
    )))
}

#[tokio::test(flavor = "multi_thread")]
async fn boards_are_merged_and_one_that_is_gone_is_named() -> Result<()> {
    let subnet = Subnet::start().await?;
    let state = tempfile::tempdir()?;
    let arguments = ["--forever", "--leaderboard", "127.0.0.1:0"];
    let run = subnet.validator(state.path(), &arguments)?;
    let mut merge = Command::new(run.get_program());
    let serving = Serving::start(run).await?;
    serving.shows(1).await?;
    let list = state.path().join("boards");
    std::fs::write(&list, "# gone\nhttp://127.0.0.1:1/\n")?;
    merge
        .args(["leaderboard", "merge", "--json", "--sources"])
        .arg(serving.address.as_str())
        .arg(&list);
    let (output, merged) = finish(merge).await?;
    ensure!(output.status.code() == Some(1), "{output:?}");
    let merged = merged.first().context("one object")?;
    ensure!(
        merged["miners"].as_array().map_or(0, Vec::len) > 1,
        "{merged}"
    );
    let sources = &merged["sources"];
    ensure!(sources[0]["agreement"].as_f64() > Some(0.999), "{sources}");
    ensure!(sources[1]["source"] == "http://127.0.0.1:1/", "{sources}");
    ensure!(sources[1]["error"].is_string(), "{sources}");
    Ok(())
}
