//! One child process, and the thread that talks to it.

use std::io;
use std::process::{self, ChildStdin, ChildStdout, Command, ExitStatus};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{frame, limit};

/// A running child; dropping it kills it.
#[derive(Debug)]
pub(super) struct Child {
    process: process::Child,
    /// Blocking on a pipe has no deadline, so that a thread blocks and the owner waits for it.
    requests: Option<Sender<Vec<u8>>>,
    answers: Receiver<Vec<u8>>,
    talk: Option<JoinHandle<()>>,
}

/// Why a child gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unanswered {
    TimedOut,
    Closed,
}

impl Child {
    /// Starts a child that is told `first` before it says anything.
    pub(super) fn start(command: &mut Command, first: Option<Vec<u8>>) -> io::Result<Self> {
        let mut process = command.spawn()?;
        let input = process.stdin.take().expect("the command pipes its input");
        let output = process.stdout.take().expect("the command pipes its output");
        let (requests, to_send) = mpsc::channel();
        let (received, answers) = mpsc::channel();
        let talk = thread::Builder::new()
            .name("worker-talk".to_owned())
            .spawn(move || talk(input, output, first, &to_send, &received));
        let mut child = Self {
            process,
            requests: Some(requests),
            answers,
            talk: None,
        };
        // Without a thread there is no worker; dropping `child` then ends the process.
        child.talk = Some(talk?);
        Ok(child)
    }

    /// What the child says first.
    pub(super) fn hello(&mut self, limit: Duration) -> Result<Vec<u8>, Unanswered> {
        self.answers
            .recv_timeout(limit)
            .map_err(|error| match error {
                RecvTimeoutError::Timeout => Unanswered::TimedOut,
                RecvTimeoutError::Disconnected => Unanswered::Closed,
            })
    }

    /// The answer to a request. After an error the child is of no further use.
    pub(super) fn ask(&mut self, request: Vec<u8>, limit: Duration) -> Result<Vec<u8>, Unanswered> {
        let requests = self.requests.as_ref().ok_or(Unanswered::Closed)?;
        requests.send(request).map_err(|_| Unanswered::Closed)?;
        self.hello(limit)
    }

    /// Bounds what it may take besides the memory it has now.
    pub(super) fn limit_memory(&self, bytes: u64) -> io::Result<()> {
        limit::memory(&self.process, bytes)
    }

    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    /// How the child ended, after its pipes have closed.
    pub(super) fn end(&mut self) -> Option<ExitStatus> {
        // A child that closed its pipes and lives on is killed, or waiting would have no end.
        if let Ok(Some(status)) = self.process.try_wait() {
            return Some(status);
        }
        drop(self.process.kill());
        self.process.wait().ok()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
        // Both of what the thread may wait for are gone now: the pipes and the next request.
        drop(self.requests.take());
        if let Some(talk) = self.talk.take() {
            drop(talk.join());
        }
    }
}

/// Passes requests in and answers out until either end closes.
fn talk(
    mut input: ChildStdin,
    mut output: ChildStdout,
    first: Option<Vec<u8>>,
    requests: &Receiver<Vec<u8>>,
    answers: &Sender<Vec<u8>>,
) {
    if first.is_some_and(|first| frame::write(&mut input, &first).is_err()) {
        return;
    }
    while let Ok(Some(answer)) = frame::read(&mut output) {
        if answers.send(answer).is_err() {
            return;
        }
        let Ok(request) = requests.recv() else { return };
        if frame::write(&mut input, &request).is_err() {
            return;
        }
    }
}
