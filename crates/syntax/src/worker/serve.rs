//! The child's side.

use std::io::{self, Read, Write};
use std::process;
use std::sync::mpsc;
use std::thread;

use super::frame;
use super::message::{self, Answer, File};
use crate::change::Change;
use crate::scorer::{Scorer, Settings};

/// Scores the changes that arrive on standard input until it closes, then ends the process.
///
/// It ends the process rather than return, so that a child never outlives its parent, not even
/// inside a scanner that loops for ever.
///
/// # Errors
///
/// When standard output cannot be written or what arrives is no change.
pub fn serve(scorer: &Scorer) -> io::Result<()> {
    let (sender, frames) = mpsc::sync_channel(1);
    let read = move || {
        loop {
            match frame::read(io::stdin()) {
                Ok(Some(frame)) => drop(sender.send(frame)),
                Ok(None) => process::exit(0),
                Err(_) => process::exit(1),
            }
        }
    };
    thread::Builder::new()
        .name("worker-input".to_owned())
        .spawn(read)?;
    answer(scorer, frames.into_iter().map(Ok), io::stdout())
}

/// Scores as [`serve`] does, by the tables that arrive first: the child of a worker made
/// [`with_tables`](super::Worker::with_tables).
///
/// # Errors
///
/// As [`serve`], when what arrives first are no tables, and when no scorer can be made.
pub fn serve_with_tables(settings: Settings) -> io::Result<()> {
    let Some(frame) = frame::read(io::stdin())? else {
        return Ok(());
    };
    let tables = message::decode_tables(&frame)?;
    let scorer = Scorer::with_settings(tables, settings).map_err(io::Error::other)?;
    serve(&scorer)
}

/// Scores the changes that arrive on `input` until it closes: [`serve`] over any two pipes.
///
/// # Errors
///
/// When a pipe fails or what arrives is no change.
pub fn serve_on(scorer: &Scorer, mut input: impl Read, output: impl Write) -> io::Result<()> {
    let frames = std::iter::from_fn(|| frame::read(&mut input).transpose());
    answer(scorer, frames, output)
}

fn answer(
    scorer: &Scorer,
    frames: impl Iterator<Item = io::Result<Vec<u8>>>,
    mut output: impl Write,
) -> io::Result<()> {
    frame::write(&mut output, message::hello().as_bytes())?;
    for frame in frames {
        let files: Vec<File<'_>> = serde_json::from_slice(&frame?)?;
        let change: Vec<Change<'_>> = files.iter().map(File::change).collect();
        let mut scores = scorer.score_all(&[change]);
        let answer = match scores.pop().expect("one change has one answer") {
            Ok(score) => Answer::Score(score),
            Err(_) => Answer::Panicked,
        };
        frame::write(&mut output, &serde_json::to_vec(&answer)?)?;
    }
    Ok(())
}
