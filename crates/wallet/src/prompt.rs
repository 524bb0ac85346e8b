//! Asking at the terminal, with nothing shown.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};

use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};
use zeroize::Zeroizing;

use crate::Password;

/// No password is longer; whatever is, was pasted by mistake.
const LIMIT: usize = 1024;

const INTERRUPT: u8 = 0x03;
const END_OF_INPUT: u8 = 0x04;
const BACKSPACE: u8 = 0x08;
const ERASE_LINE: u8 = 0x15;
const SUSPEND: u8 = 0x1a;
const DELETE: u8 = 0x7f;

/// Why no password was typed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PromptError {
    /// Nobody can be asked: a service, a pipeline, a container without `--tty`.
    #[error("there is no terminal to ask for a password at: give it by a file or a variable")]
    NoTerminal(#[source] io::Error),
    /// Whoever was asked ended the input, by Control-C or Control-D.
    #[error("no password was typed: the prompt was cancelled")]
    Cancelled,
    /// What was typed is longer than 1024 bytes or is no UTF-8.
    #[error("what was typed is no password: at most {LIMIT} bytes of UTF-8 are expected")]
    Unreadable,
    /// The terminal could not be read, or not be told to hide what is typed.
    #[error("the terminal failed while it was asked for a password")]
    Terminal(#[source] io::Error),
}

impl Password {
    /// Asks for a password at the terminal of the process, as `{label}: `, showing nothing of what
    /// is typed, and trims it as btwallet does.
    ///
    /// The question goes to the terminal itself and not to the standard streams, so that output that
    /// is piped stays clean. It blocks until there is an answer: ask before an async runtime has
    /// work to do, or off its threads.
    ///
    /// # Errors
    /// [`PromptError::NoTerminal`] without one (nothing is ever read from a pipe in its place),
    /// [`PromptError::Cancelled`] on Control-C, which is not turned into a signal.
    pub fn from_prompt(label: &str) -> Result<Self, PromptError> {
        let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty");
        ask(&terminal.map_err(PromptError::NoTerminal)?, label)
    }
}

fn ask(terminal: &File, label: &str) -> Result<Password, PromptError> {
    let mut screen = terminal;
    let hidden = Hidden::of(terminal)?;
    write!(screen, "{label}: ").map_err(PromptError::Terminal)?;
    let typed = typed(terminal);
    // The line end was not shown either, and what follows should start on a line of its own.
    screen.write_all(b"\n").map_err(PromptError::Terminal)?;
    drop(hidden);
    typed
}

/// A terminal that shows nothing and hands over each byte at once, until this is dropped.
struct Hidden<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Hidden<'a> {
    fn of(terminal: &'a File) -> Result<Self, PromptError> {
        let before = tcgetattr(terminal).map_err(|error| PromptError::NoTerminal(error.into()))?;
        let mut now = before.clone();
        // Signals too: one that ended the process here would leave its shell without an echo.
        now.local_modes &=
            !(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        now.special_codes[SpecialCodeIndex::VMIN] = 1;
        now.special_codes[SpecialCodeIndex::VTIME] = 0;
        // What was typed before the question was not meant for it.
        tcsetattr(terminal, OptionalActions::Flush, &now)
            .map_err(|error| PromptError::Terminal(error.into()))?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Hidden<'_> {
    fn drop(&mut self) {
        // A terminal that is gone shows nothing any more.
        let _ = tcsetattr(self.terminal, OptionalActions::Drain, &self.before);
    }
}

/// Reads keys up to the line end; the terminal edits nothing while it hides, so this does.
fn typed(mut keys: impl Read) -> Result<Password, PromptError> {
    // Reserved at once: growing would leave copies behind.
    let mut line = Zeroizing::new(Vec::with_capacity(LIMIT));
    let mut key = Zeroizing::new([0]);
    loop {
        match keys.read(&mut *key) {
            Ok(0) => return Err(PromptError::Cancelled),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(PromptError::Terminal(error)),
        }
        match key[0] {
            b'\n' | b'\r' => break,
            INTERRUPT | SUSPEND => return Err(PromptError::Cancelled),
            END_OF_INPUT if line.is_empty() => return Err(PromptError::Cancelled),
            END_OF_INPUT => break,
            BACKSPACE | DELETE => erase_character(&mut line),
            ERASE_LINE => line.clear(),
            _ if line.len() == LIMIT => return Err(PromptError::Unreadable),
            byte => line.push(byte),
        }
    }
    let text = std::str::from_utf8(&line).map_err(|_| PromptError::Unreadable)?;
    Ok(Password::new(text.trim()))
}

/// Takes back one character, which may be several bytes.
fn erase_character(line: &mut Vec<u8>) {
    while let Some(byte) = line.pop() {
        let continues = byte & 0b1100_0000 == 0b1000_0000;
        if !continues {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use rustix::fs::{Mode, OFlags};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    /// Both ends of a terminal: the one a person sits at, and the one a program sees.
    fn terminal() -> (File, File) {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
        let person = openpt(flags).expect("a pseudo-terminal");
        grantpt(&person).expect("ours");
        unlockpt(&person).expect("ours");
        let name = ptsname(&person, Vec::new()).expect("a name");
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let program = rustix::fs::open(name, flags, Mode::empty()).expect("its other end");
        (person.into(), program.into())
    }

    fn read_until(person: &mut File, ending: &str) -> String {
        let mut seen = Vec::new();
        while !seen.ends_with(ending.as_bytes()) {
            let mut some = [0; 64];
            let read = person.read(&mut some).expect("output");
            seen.extend_from_slice(&some[..read]);
        }
        String::from_utf8(seen).expect("text")
    }

    #[test]
    fn what_is_typed_is_never_shown_and_the_terminal_is_as_before() {
        let (mut person, program) = terminal();
        let before = tcgetattr(&program).expect("modes").local_modes;
        assert!(before.contains(LocalModes::ECHO));
        let asked = std::thread::spawn(move || {
            let password = ask(&program, "password of `coldkey`");
            (password, program)
        });
        assert_eq!(read_until(&mut person, ": "), "password of `coldkey`: ");
        person.write_all(b"  hunter2 \n").expect("typed");
        let (password, program) = asked.join().expect("no panic");
        assert_eq!(password.expect("a password").bytes(), b"hunter2");
        assert_eq!(read_until(&mut person, "\n"), "\r\n");
        let after = tcgetattr(&program).expect("modes").local_modes;
        assert_eq!(after, before);
    }

    #[test]
    fn what_is_no_terminal_is_never_asked() {
        let file = tempfile::tempfile().expect("a file");
        let refused = ask(&file, "password").expect_err("no terminal");
        assert!(matches!(refused, PromptError::NoTerminal(_)));
        assert_eq!(file.metadata().expect("ours").len(), 0, "not even a label");
    }

    #[test]
    fn keys_edit_end_and_cancel_the_line() {
        for (keys, password) in [
            (&b"abc\nrest"[..], Some("abc")),
            (b"abc\r", Some("abc")),
            (b"abc\x04", Some("abc")),
            (b"\n", Some("")),
            (b"abx\x7fc\n", Some("abc")),
            ("ab\u{e9}\u{7f}c\n".as_bytes(), Some("abc")),
            (b"\x7f\x08abc\n", Some("abc")),
            (b"wrong\x15abc\n", Some("abc")),
            ("p\u{e4}ss\n".as_bytes(), Some("p\u{e4}ss")),
            (b"\x04", None),
            (b"abc\x03", None),
            (b"abc\x1a", None),
            (b"abc", None),
            (b"\xff\n", None),
        ] {
            let typed = typed(keys);
            match password {
                Some(password) => {
                    let typed = typed.expect("a password");
                    assert_eq!(typed.bytes(), password.as_bytes(), "{keys:?}");
                }
                None => assert!(typed.is_err(), "{keys:?}"),
            }
        }
        let long = [b'a'; LIMIT + 1];
        assert!(typed(&long[..]).is_err());
        assert!(matches!(typed(&long[1..]), Err(PromptError::Cancelled)));
    }
}
