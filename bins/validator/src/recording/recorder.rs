use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result};
use axonry_github::PatStore;
use axonry_http::{Asked, Tape, Told};
use axonry_neuron::{RecordedRound, Recorder};
use axonry_oss::TokenListener;
use jiff::Timestamp;
use serde_json::json;
use tracing::{error, warn};

use super::About;
use super::folder::{Folder, Line};
use super::redaction::Redaction;

/// What may wait for the disk before whoever brings more has to wait as well.
const WAITING: usize = 256;

/// The fastest: answers are kept by the thousand.
const COMPRESSION: i32 = 1;

/// Writes down what rounds are judged by, on a thread of its own.
///
/// Where the disk fails, rounds go on and the recording does not: that is said once, and the round it
/// happened in is left without an end, so that nobody takes it for a whole one.
#[derive(Debug)]
pub(crate) struct Recording {
    redaction: Redaction,
    pages: Mutex<Option<SyncSender<Page>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// What comes in, in its order.
#[derive(Debug)]
enum Page {
    Begin(u64),
    Tokens(u64, serde_json::Value),
    Call(Box<Line>),
    Judged(Box<RecordedRound>),
}

impl Recording {
    /// Begins the recording of a run.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub(crate) fn begin(within: &Path, about: &About) -> Result<Self> {
        let name = Timestamp::now()
            .strftime("%Y-%m-%dT%H-%M-%S%.3fZ")
            .to_string();
        let folder = Folder::begin(within, &name, about)?;
        let (pages, incoming) = sync_channel(WAITING);
        let writer = thread::Builder::new().name("recording".to_owned());
        let writer = writer
            .spawn(move || write(&folder, &incoming))
            .context("no thread for the recording")?;
        Ok(Self {
            redaction: Redaction::new(about.salt.clone()),
            pages: Mutex::new(Some(pages)),
            writer: Mutex::new(Some(writer)),
        })
    }

    /// Waits until everything is written.
    pub(crate) fn end(&self) {
        let pages = self.pages.lock().map(|mut pages| pages.take());
        drop(pages);
        let writer = self.writer.lock().map(|mut writer| writer.take());
        if let Ok(Some(writer)) = writer
            && writer.join().is_err()
        {
            warn!("the recording broke down: its last round is not whole");
        }
    }

    fn page(&self, page: Page) {
        let pages = self.pages.lock().map(|pages| pages.clone());
        if let Ok(Some(pages)) = pages {
            // A writer that has given up has said so.
            let _ = pages.send(page);
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.end();
    }
}

impl Recorder for Recording {
    fn begin(&self, number: u64) {
        self.page(Page::Begin(number));
    }

    fn judged(&self, round: RecordedRound) {
        self.page(Page::Judged(Box::new(round)));
    }
}

impl Tape for Recording {
    fn stand_in(&self, secret: &str) -> String {
        self.redaction.of(secret)
    }

    fn play(&self, _: &Asked) -> Option<Told> {
        None
    }

    fn record(&self, asked: &Asked, told: &Told) {
        self.page(Page::Call(Box::new(Line {
            asked: asked.clone(),
            told: told.clone(),
        })));
    }
}

impl TokenListener for Recording {
    fn tokens(&self, round: u64, tokens: &PatStore) {
        let rows = tokens.entries().iter().map(|entry| {
            let pat = entry
                .pat
                .as_ref()
                .map(|pat| self.redaction.of(pat.expose()));
            json!({
                "uid": entry.uid,
                "hotkey": entry.hotkey,
                "pat": pat,
                "github_id": entry.github_id.as_ref().map(|id| id.as_str()),
                "stored_at": entry.stored_at.map(|at| at.to_string()),
            })
        });
        self.page(Page::Tokens(round, rows.collect()));
    }
}

fn write(folder: &Folder, incoming: &Receiver<Page>) {
    let mut reel = Reel::default();
    while let Ok(page) = incoming.recv() {
        if let Err(error) = reel.write(folder, page) {
            error!(
                error = format!("{error:#}"),
                folder = %folder.path().display(),
                "the recording ends here; rounds go on"
            );
            return;
        }
    }
}

/// The tape of the round that is being judged.
#[derive(Default)]
struct Reel(Option<zstd::Encoder<'static, BufWriter<File>>>);

impl Reel {
    fn write(&mut self, folder: &Folder, page: Page) -> Result<()> {
        match page {
            Page::Begin(number) => {
                let file = BufWriter::new(File::create(folder.tape_path(number))?);
                self.0 = Some(zstd::Encoder::new(file, COMPRESSION)?);
            }
            Page::Tokens(number, rows) => {
                folder.write(&format!("{number:06}.tokens.json"), &rows)?
            }
            Page::Call(line) => {
                // What is asked between rounds is nobody's input.
                if let Some(tape) = &mut self.0 {
                    serde_json::to_writer(&mut *tape, &line)?;
                    tape.write_all(b"\n")?;
                }
            }
            Page::Judged(round) => {
                if let Some(tape) = self.0.take() {
                    tape.finish()?.flush()?;
                }
                folder.write(&format!("{:06}.round.json", round.number), &round)?;
            }
        }
        Ok(())
    }
}
