//! The dashboard as a process, with the settings that come with it.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// The example's files in a folder of their own, at a port that is free.
fn files() -> Result<TempDir> {
    let (here, folder) = (Path::new(env!("CARGO_MANIFEST_DIR")), tempfile::tempdir()?);
    std::fs::copy(
        here.join("standings.json"),
        folder.path().join("standings.json"),
    )?;
    let settings = std::fs::read_to_string(here.join("dashboard.toml"))?;
    let settings = settings
        .replace(":8474", ":0")
        .replace("every = 5", "every = 0.05");
    std::fs::write(folder.path().join("dashboard.toml"), settings)?;
    Ok(folder)
}

async fn start(folder: &Path) -> Result<(Child, String)> {
    let mut dashboard = Command::new(env!("CARGO_BIN_EXE_dashboard"))
        .arg(folder.join("dashboard.toml"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let printed = dashboard.stdout.take().context("a pipe")?;
    let line = BufReader::new(printed).lines().next_line().await?;
    let address = line.context("it says where it serves")?;
    let address = address.strip_prefix("http://").context("an address")?;
    Ok((dashboard, address.to_owned()))
}

async fn get(address: &str, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: board\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

/// Waits until a round is shown.
async fn shows(address: &str, round: u64) -> Result<()> {
    let waiting = async {
        let words = format!("\"round\":{round},");
        while !get(address, "/api/v1/state").await?.contains(&words) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await?
}

#[tokio::test]
async fn it_shows_its_file_and_the_next_one_and_no_broken_one() -> Result<()> {
    let folder = files()?;
    let (_dashboard, address) = start(folder.path()).await?;
    shows(&address, 12).await?;
    let page = get(&address, "/").await?;
    for name in ["alice", "bob", "charlie", "first to answer"] {
        ensure!(page.contains(name), "{name}");
    }
    let alice = get(&address, "/api/v1/miners/1").await?;
    // What the README shows.
    ensure!(alice.contains("{\"rank\":1,\"uid\":1,\"hotkey\":\"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY\",\"label\":\"alice\","));

    let (place, beside) = (
        folder.path().join("standings.json"),
        folder.path().join("new"),
    );
    let text = std::fs::read_to_string(&place)?;
    std::fs::write(&beside, "{ \"netuid\": 74")?;
    std::fs::rename(&beside, &place)?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    shows(&address, 12).await?;
    std::fs::write(
        &beside,
        text.replace("\"round\": 12,\n  \"block\"", "\"round\": 13,\n  \"block\""),
    )?;
    std::fs::rename(&beside, &place)?;
    shows(&address, 13).await
}

#[tokio::test]
async fn it_ends_when_it_is_told_to() -> Result<()> {
    let folder = files()?;
    let (mut dashboard, address) = start(folder.path()).await?;
    shows(&address, 12).await?;
    let process = dashboard.id().context("it runs")?.to_string();
    let told = Command::new("kill").arg(&process).status().await?;
    ensure!(told.success());
    let ended = tokio::time::timeout(Duration::from_secs(10), dashboard.wait()).await??;
    ensure!(ended.success(), "{ended}");
    Ok(())
}

#[tokio::test]
async fn settings_that_make_no_sense_are_named() -> Result<()> {
    let folder = files()?;
    let path = folder.path().join("dashboard.toml");
    std::fs::write(&path, "standings = \"standings.json\"\ncolour = \"red\"")?;
    let output = Command::new(env!("CARGO_BIN_EXE_dashboard"))
        .arg(&path)
        .output()
        .await?;
    let said = String::from_utf8(output.stderr)?;
    ensure!(
        !output.status.success() && said.contains("colour"),
        "{said}"
    );
    Ok(())
}
