//! Lists what an account had merged into some repositories during the last 30 days.
//!
//! ```text
//! cargo run -p axonry-github --example merged_pull_requests -- 218712309 acme/widget acme/gear
//! ```
//!
//! The public mirror is asked unless `--url` names another one. Without any argument it asks a tiny
//! mirror of its own, so that it runs offline.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use axonry_github::{Files, GithubId, MIRROR_URL, Mirror, PullRequestState, Windows};
use jiff::{SignedDuration, Timestamp};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let asked = Asked::read(std::env::args().skip(1))?;
    let mirror = Mirror::builder().base(asked.url).build()?;
    let pulls = mirror.pulls(&asked.author, &asked.windows).await?;
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

/// What the arguments ask for.
struct Asked {
    url: String,
    author: GithubId,
    windows: Windows,
}

impl Asked {
    fn read(arguments: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut arguments = arguments.peekable();
        if arguments.peek().is_none() {
            let own = ["--url", &tiny_mirror()?, "77", "acme/widget"].map(str::to_owned);
            return Self::read(own.into_iter());
        }
        let url = match arguments.next_if_eq("--url") {
            Some(_) => arguments
                .next()
                .ok_or("`--url` needs the mirror's address")?,
            None => MIRROR_URL.to_owned(),
        };
        let author = arguments
            .next()
            .ok_or("which account? Its number comes first, then repositories as `owner/name`")?
            .parse()?;
        let since = Timestamp::now() - SignedDuration::from_hours(30 * 24);
        let windows = arguments
            .map(|name| Ok((name.parse()?, since)))
            .collect::<Result<_, axonry_github::InvalidName>>()?;
        Ok(Self {
            url,
            author,
            windows,
        })
    }
}

/// Starts a mirror that knows one pull request, and tells where it is.
fn tiny_mirror() -> Result<String, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    std::thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            // A client that leaves early has what it wanted.
            let _ = answer(socket);
        }
    });
    Ok(url)
}

fn answer(socket: TcpStream) -> std::io::Result<()> {
    const PULLS: &str = r#"{"github_id": "77", "generated_at": "2026-08-01T09:15:31.004Z",
        "pull_requests": [{"repo_full_name": "acme/widget", "pr_number": 518, "title": "Fix parser",
        "state": "MERGED", "author_github_id": "77", "created_at": "2026-07-20T10:00:00.000Z",
        "merged_at": "2026-07-21T11:00:00.000Z", "additions": 120, "deletions": 14}]}"#;
    const FILES: &str = r#"{"repo_full_name": "acme/widget", "pr_number": 518,
        "scoring_data_stored": true, "files": [{"filename": "src/parser.rs", "status": "modified"}]}"#;
    let mut reader = BufReader::new(&socket);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line.is_empty() {
            break;
        }
    }
    // All of the question is read, as whoever still sends one would take an answer for a failure.
    reader.read_exact(&mut vec![0; length])?;
    let body = if first.contains("/files") {
        FILES
    } else {
        PULLS
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    (&socket).write_all(head.as_bytes())?;
    (&socket).write_all(body.as_bytes())
}
