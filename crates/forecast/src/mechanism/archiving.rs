//! Correct answers as Parquet, beside the store: written as they land, read back to be scored.

use std::future::Future;
use std::time::Duration;

use axonry_archive::{Archive, ArchiveError, MinerPaths, PromptKey, PromptReader, PromptWriter};
use axonry_core::{Hotkey, Uid};
use tokio::time::{Instant, timeout};
use tracing::warn;

use super::ForecastSettings;
use super::asking::Correct;
use super::scoring::Unread;
use crate::{Paths, Prompt};

/// How long the archive may take over a prompt's file in all. What it has to say after that comes
/// too late for the answers that wait behind it.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// How long it may take over one miner's rows when they are read back.
const READING: Duration = Duration::from_secs(30);

/// Where answers are archived, if they are.
#[derive(Clone, Debug)]
pub(super) struct Archiving {
    archive: Option<Archive>,
}

impl Archiving {
    pub(super) fn of(settings: &ForecastSettings) -> Self {
        Self {
            archive: settings.archive.clone(),
        }
    }

    pub(super) const fn is_on(&self) -> bool {
        self.archive.is_some()
    }

    /// Nothing is begun before there is an answer: the archive takes no time from miners.
    pub(super) fn file(&self, prompt: &Prompt) -> Writing {
        let mut writing = Writing {
            at: None,
            file: None,
            left: PATIENCE,
            failed: None,
        };
        if let Some(archive) = &self.archive {
            match key(prompt) {
                Ok(key) => writing.at = Some((archive.clone(), key)),
                Err(why) => writing.failed = Some(why),
            }
        }
        writing
    }

    /// Opens a prompt's file, if there is one.
    pub(super) async fn open(&self, prompt: &Prompt) -> Result<Option<Reading>, Unread> {
        let Some(archive) = &self.archive else {
            return Ok(None);
        };
        let key = key(prompt).map_err(|why| Unread { why, away: false })?;
        let opened = timeout(READING, archive.read(&key)).await;
        let opened = opened
            .map_err(|_| away())?
            .map_err(|error| unread(&error))?;
        Ok(opened.map(|file| Reading {
            file,
            prompt: prompt.clone(),
        }))
    }
}

/// A prompt's file in the making. Once something failed it is given up, which is said at the end.
#[derive(Debug)]
pub(super) struct Writing {
    /// Nothing where nothing is archived, or no longer.
    at: Option<(Archive, PromptKey)>,
    file: Option<PromptWriter>,
    left: Duration,
    failed: Option<String>,
}

impl Writing {
    pub(super) async fn add(&mut self, correct: Correct) {
        let Some((archive, key)) = &self.at else {
            return;
        };
        let uid = correct.uid;
        let miner = MinerPaths {
            uid,
            hotkey: correct.hotkey,
            process_time: correct.process_time,
            prices: correct.paths.into_prices(),
        };
        let file = &mut self.file;
        let adding = async {
            let file = match file {
                Some(file) => file,
                None => file.insert(archive.write(key).await?),
            };
            file.add(miner).await
        };
        if let Err(why) = in_time(&mut self.left, adding).await {
            warn!(%uid, error = %why, "a prompt is not archived");
            self.give_up(why).await;
        }
    }

    /// Makes the file visible, as a whole; says why there is none if anything failed.
    pub(super) async fn publish(&mut self) -> Option<String> {
        if let Some(file) = self.file.take()
            && let Err(why) = in_time(&mut self.left, file.publish()).await
        {
            warn!(error = %why, "a prompt is not archived");
            self.failed = Some(why);
        }
        let why = self.failed.take()?;
        Some(format!("the answers are not archived: {why}"))
    }

    async fn give_up(&mut self, why: String) {
        self.at = None;
        self.failed = Some(why);
        if let Some(file) = self.file.take() {
            // What cannot be removed either is removed by the bucket's rules.
            let _ = in_time(&mut self.left, file.abort()).await;
        }
    }
}

/// A prompt's file, read a miner at a time.
#[derive(Debug)]
pub(super) struct Reading {
    file: PromptReader,
    prompt: Prompt,
}

impl Reading {
    /// The next miner's paths. Whose rows are damaged is left out; an archive that does not answer
    /// is an error, because what it holds may be there the next time.
    pub(super) async fn next(&mut self) -> Result<Option<(Uid, Hotkey, Paths)>, Unread> {
        loop {
            let next = timeout(READING, self.file.next()).await;
            match next.map_err(|_| away())? {
                Ok(None) => return Ok(None),
                Ok(Some(miner)) => {
                    // A file of the same start, length and step may be of another count of paths.
                    let whole = miner.prices.len() == self.prompt.prices();
                    let paths = Paths::new(miner.prices, self.prompt.points());
                    match paths.filter(|_| whole) {
                        Some(paths) => return Ok(Some((miner.uid, miner.hotkey, paths))),
                        None => warn!(uid = %miner.uid, "archived paths are not those asked for"),
                    }
                }
                Err(error @ ArchiveError::Store { .. }) => return Err(unread(&error)),
                Err(error) => {
                    let why = axonry_neuron::chain_of(&error);
                    warn!(error = %why, "an archived answer cannot be read any more");
                }
            }
        }
    }
}

fn unread(error: &ArchiveError) -> Unread {
    Unread {
        why: axonry_neuron::chain_of(error),
        away: error.is_transient(),
    }
}

fn away() -> Unread {
    Unread {
        why: too_slow(READING),
        away: true,
    }
}

fn key(prompt: &Prompt) -> Result<PromptKey, String> {
    let key = PromptKey::new(
        prompt.asset.as_str(),
        prompt.start_unix(),
        prompt.time_length,
        prompt.time_increment.get(),
    );
    key.map_err(|error| error.to_string())
}

/// Waits as long as there is time left, which it takes.
async fn in_time<T>(
    left: &mut Duration,
    call: impl Future<Output = Result<T, ArchiveError>>,
) -> Result<T, String> {
    let began = Instant::now();
    let done = timeout(*left, call).await;
    *left = left.saturating_sub(began.elapsed());
    let done = done.map_err(|_| too_slow(PATIENCE))?;
    done.map_err(|error| axonry_neuron::chain_of(&error))
}

fn too_slow(patience: Duration) -> String {
    let seconds = patience.as_secs();
    format!("the archive takes longer than {seconds} s: it may be away or too slow")
}
