use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use axonry_tests::outside::Subnet;
use axonry_tests::programs::finish;

/// A file system of a few megabytes.
struct Small(PathBuf);

impl Small {
    #[expect(clippy::print_stderr, reason = "a test that is not run must be seen")]
    fn mount(folder: &Path) -> Option<Self> {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"])
            .arg(folder)
            .output();
        if mounted.is_ok_and(|mounted| mounted.status.success()) {
            return Some(Self(folder.to_owned()));
        }
        eprintln!("NOT RUN: a full disk, because no tmpfs can be mounted here");
        None
    }

    /// Leaves nothing.
    fn fill(&self) -> Result<()> {
        let filler = self.0.join("filler");
        let (mut bytes, mut more) = (Vec::new(), 1 << 20);
        while more > 0 {
            let grown = vec![7; bytes.len() + more];
            match fs::write(&filler, &grown) {
                Ok(()) => bytes = grown,
                Err(_) => more /= 2,
            }
        }
        Ok(fs::write(&filler, &bytes)?)
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).output();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dk1_on_a_full_disk_weights_still_land_and_it_is_said_that_history_waits() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let Some(disk) = Small::mount(folder.path()) else {
        return Ok(());
    };
    let subnet = Subnet::start().await?;
    let state = folder.path().join("state");
    let (first, _) = finish(subnet.validator(&state, &["--rounds", "1"])?).await?;
    ensure!(first.status.success(), "{first:?}");
    disk.fill()?;
    let (full, rounds) = finish(subnet.validator(&state, &["--rounds", "3"])?).await?;
    let said = String::from_utf8_lossy(&full.stderr);
    ensure!(full.status.success(), "{said}");
    ensure!(rounds.len() == 3, "{said}");
    for round in rounds {
        ensure!(round["landing"]["outcome"] == "VerifiedInState", "{said}");
    }
    ensure!(said.contains("no space for the state"), "an alarm: {said}");
    Ok(())
}
