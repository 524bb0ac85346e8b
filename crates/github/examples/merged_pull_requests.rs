//! Lists what an account had merged into some repositories during the last 30 days.
//!
//! ```text
//! cargo run -p axonry-github --example merged_pull_requests -- 218712309 acme/widget acme/gear
//! ```
//!
//! Another mirror than the public one is asked when `--mirror URL` comes first.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::error::Error;

use axonry_github::{Files, GithubId, MIRROR_URL, Mirror, PullRequestState, Windows};
use jiff::{SignedDuration, Timestamp};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).peekable();
    let url = match arguments.next_if_eq("--mirror") {
        Some(_) => arguments.next().ok_or("`--mirror` needs a URL")?,
        None => MIRROR_URL.to_owned(),
    };
    let author: GithubId = arguments
        .next()
        .ok_or("which account? Its number comes first, then repositories as `owner/name`")?
        .parse()?;
    let since = Timestamp::now() - SignedDuration::from_hours(30 * 24);
    let windows = arguments
        .map(|name| Ok((name.parse()?, since)))
        .collect::<Result<Windows, axonry_github::InvalidName>>()?;

    let mirror = Mirror::builder().base(url).build()?;
    let pulls = mirror.pulls(&author, &windows).await?;
    let merged = pulls.rows.iter();
    for pull in merged.filter(|pull| pull.state == PullRequestState::Merged) {
        let files = match mirror.files(&pull.repository, pull.number).await? {
            Files::Stored(stored) => format!("{} files", stored.files.len()),
            Files::NotStoredYet => "files not stored yet".to_owned(),
        };
        let (repository, number, title) = (&pull.repository, pull.number, &pull.title);
        println!(
            "{repository}#{number}  +{} -{}  {files}  {title}",
            pull.additions, pull.deletions
        );
    }
    for bad in &pulls.quarantined {
        println!("left out {}: {}", bad.what, bad.why);
    }
    println!("{} requests", mirror.http().counters().total().requests);
    Ok(())
}
