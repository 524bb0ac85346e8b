//! The contents of files, all from one process.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};

use super::log::Change;
use super::{GitError, GitHistory, git};

/// All contents together are no larger than this; what comes after counts as binary.
const MOST_BYTES: usize = 256 << 20;

/// Texts by the SHA of their blob.
#[derive(Debug, Default)]
pub(crate) struct Blobs(BTreeMap<String, String>);

impl Blobs {
    /// The text of a blob; nothing when it is too large or no text.
    pub(crate) fn get(&self, sha: &str) -> Option<&str> {
        self.0.get(sha).map(String::as_str)
    }
}

pub(crate) async fn read<'a>(
    history: &GitHistory,
    changes: impl Iterator<Item = &'a Change>,
) -> Result<Blobs, GitError> {
    let wanted: BTreeSet<&str> = changes
        .flat_map(|change| [&change.before, &change.after])
        .flatten()
        .map(String::as_str)
        .collect();
    let mut child = git(history)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(GitError::NoGit)?;
    let questions = child.stdin.take().expect("it was piped");
    let answers = BufReader::new(child.stdout.take().expect("it was piped"));
    // Both at once, as git stops reading while nobody reads from it.
    let (asked, blobs) = tokio::join!(
        ask(questions, &wanted),
        listen(answers, history.largest_file)
    );
    asked?;
    blobs
}

async fn ask(mut git: ChildStdin, wanted: &BTreeSet<&str>) -> Result<(), GitError> {
    let lines: String = wanted.iter().flat_map(|sha| [sha, "\n"]).collect();
    let sent = git.write_all(lines.as_bytes()).await;
    // Dropping it tells git that this was all.
    sent.map_err(|error| GitError::Output(format!("it does not listen: {error}")))
}

/// Reads `<sha> blob <size>`, the content and a line break, again and again.
async fn listen(mut git: BufReader<ChildStdout>, largest: u64) -> Result<Blobs, GitError> {
    let broken = |error| GitError::Output(format!("it broke off: {error}"));
    let mut blobs = Blobs::default();
    let (mut kept, mut line) = (0, String::new());
    loop {
        line.clear();
        if git.read_line(&mut line).await.map_err(broken)? == 0 {
            return Ok(blobs);
        }
        let mut fields = line.trim_end().split(' ');
        let (sha, kind, size) = (fields.next(), fields.next(), fields.next());
        let (Some(sha), Some("blob"), Some(Ok(size))) = (sha, kind, size.map(str::parse::<u64>))
        else {
            // A blob that is not there, as in a partial clone; only this line tells of it.
            continue;
        };
        let mut content = Vec::new();
        let mut rest = (&mut git).take(size);
        if size <= largest && kept < MOST_BYTES {
            rest.read_to_end(&mut content).await.map_err(broken)?;
        } else {
            tokio::io::copy_buf(&mut rest, &mut tokio::io::sink())
                .await
                .map_err(broken)?;
        }
        let mut end = [0];
        git.read_exact(&mut end).await.map_err(broken)?;
        // Git too takes a zero byte for the mark of a binary file.
        let whole = size <= largest && content.len() as u64 == size;
        if whole
            && !content.contains(&0)
            && let Ok(text) = String::from_utf8(content)
        {
            kept += text.len();
            blobs.0.insert(sha.to_owned(), text);
        }
    }
}
