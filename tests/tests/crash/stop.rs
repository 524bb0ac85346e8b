use std::io::Read;
use std::net::TcpListener;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use axonry_tests::outside::Subnet;
use axonry_tests::programs::Running;
use tokio::time::{sleep, timeout};

/// By when a validator has ended after it was told to.
const PROMISED: Duration = Duration::from_secs(10);

/// Waits for the end that was asked for.
async fn ended(running: &mut Running) -> Result<ExitStatus> {
    let waiting = async {
        loop {
            match running.0.try_wait()? {
                Some(status) => return Ok(status),
                None => sleep(Duration::from_millis(5)).await,
            }
        }
    };
    timeout(PROMISED, waiting).await.context("it goes on")?
}

fn terminate(running: &Running) -> Result<()> {
    let told = Command::new("kill")
        .arg(running.0.id().to_string())
        .status()?;
    ensure!(told.success(), "it could not be told");
    Ok(())
}

/// Stops a validator `times` times, a little later in its life each time, and lets the next one go on
/// with the same state.
async fn stopped(times: u32) -> Result<()> {
    let subnet = Subnet::start().await?;
    let state = tempfile::tempdir()?;
    for time in 0..times {
        let moment = Duration::from_secs(3) * time / times;
        let mut command = subnet.validator(state.path(), &["--new-state", "empty", "--forever"])?;
        let mut running = Running(command.spawn()?);
        sleep(moment).await;
        let early = running.0.try_wait()?;
        ensure!(early.is_none(), "it ended by itself: {early:?}");
        terminate(&running)?;
        let status = ended(&mut running).await;
        let status = status.with_context(|| format!("after {moment:?}"))?;
        let mut said = String::new();
        if let Some(mut errors) = running.0.stderr.take() {
            errors.read_to_string(&mut said)?;
        }
        ensure!(!said.contains("panicked"), "{said}");
        // Before it listens for the signal, the signal itself ends it.
        let killed = status.code().is_none() && moment < Duration::from_secs(1);
        ensure!(
            status.success() || killed,
            "after {moment:?}: {status}: {said}"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_validator_ends_when_told_to_at_whatever_moment() -> Result<()> {
    stopped(16).await
}

/// `cargo test -p axonry-tests --test crash -- --ignored two_hundred`
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes ten minutes"]
async fn a_validator_ends_when_told_to_at_two_hundred_moments() -> Result<()> {
    stopped(200).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_validator_shows_its_rounds_to_whoever_looks_after_it() -> Result<()> {
    let subnet = Subnet::start().await?;
    let state = tempfile::tempdir()?;
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let arguments = ["--forever", "--metrics", &address];
    let _running = Running(subnet.validator(state.path(), &arguments)?.spawn()?);
    let client = axonry_http::Client::builder().build()?;
    let text = async |path: &str| -> Result<String> {
        let url = axonry_http::Url::parse(&format!("http://{address}{path}"))?;
        let answer = client.bytes(axonry_http::Request::get(url)).await?;
        Ok(String::from_utf8(answer.body.to_vec())?)
    };
    let landed = "axonry_rounds_total{netuid=\"74\",outcome=\"VerifiedInState\"}";
    let shown = async {
        loop {
            match text("/metrics").await {
                Ok(text) if text.contains(landed) => return text,
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    };
    let shown = tokio::time::timeout(Duration::from_secs(60), shown).await?;
    ensure!(
        shown.contains("axonry_requests_total{netuid=\"74\",server=\"chain\"}"),
        "{shown}"
    );
    ensure!(text("/healthz").await?.contains("true"));
    ensure!(text("/readyz").await?.contains("true"));
    Ok(())
}
