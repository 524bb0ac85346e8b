mod coercion;
mod encoding;
mod header;
mod json;
mod number;
mod output;
mod price;
mod synapse;
mod text;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use self::json::{DICT_END, Malformed, Reader, Token};
use self::output::OutputReader;
use self::synapse::{Found, SYNAPSE};
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
    /// No answer: nothing came in time, or a status that is no success.
    pub const fn missing() -> Self {
        Self::incorrect(Flaw::NoAnswer)
    }

    /// An answer without paths: upstream sees one in a JSON object that comes with a status of
    /// success other than 200.
    pub const fn empty() -> Self {
        Self::incorrect(Flaw::Empty)
    }

    const fn incorrect(flaw: Flaw) -> Self {
        Self {
            validation: Validation::Incorrect(flaw),
            paths: None,
            plain: None,
        }
    }

    /// The text to keep of a correct answer: `[start, increment, [price, …], …]`, which
    /// [`read_paths`] reads again.
    ///
    /// It is a part of the body that was read wherever that is JSON to every reader. What only
    /// Python reads is written anew; numbers that JSON lacks become the texts `"NaN"`, `"Infinity"`
    /// and `"-Infinity"`, which databases take and upstream's model reads as what they say.
    pub fn text<'a>(&self, body: &'a [u8], prompt: &Prompt) -> Option<Cow<'a, str>> {
        let paths = self.paths.as_ref()?;
        let part = self.plain.clone().and_then(|place| body.get(place));
        match part.map(std::str::from_utf8) {
            Some(Ok(text)) => Some(Cow::Borrowed(text)),
            _ => Some(Cow::Owned(written(paths, prompt))),
        }
    }
}

/// Reads the body of an answer with status 200, straight into [`Paths`], and validates it.
///
/// It takes what `mode-network/synth-subnet` takes, which is what Python's `json` and pydantic take:
/// a byte order mark, UTF-16 and UTF-32, `NaN` and `Infinity`, the last of fields that are there
/// twice, prices in texts, booleans for numbers. Whatever it does not take is
/// [`Flaw::NoAnswer`], as an exception is upstream. Errors of a miner are outcomes, not errors.
///
/// One pass and one piece of memory, no larger than the prompt asks for nor than four times the
/// body; the time is linear in the body, whose size the caller limits. Lists and dicts may be
/// nested 960 deep, about where Python's stack ends.
///
/// **Parity**: `NaN`, infinities and zeros pass as prices, and `NaN`, `inf` or `-inf` are short
/// enough for the rule on digits, whereas 0.00012345 is not. In [`Mode::Full`] they are
/// [`Flaw::NotFinite`] and [`Flaw::ZeroPrice`]. Neither mode asks for the sign, nor whether the
/// first price is that of the market: the score does.
///
/// ```
/// use axonry_forecast::{Mode, Prompt, read_answer};
///
/// let prompt = Prompt {
///     asset: "BTC".parse()?,
///     start_time: "2026-02-03T10:25:00Z".parse()?,
///     time_increment: 300.try_into()?,
///     time_length: 600,
///     num_simulations: 2,
/// };
/// let body = br#"{"simulation_input": {}, "simulation_output":
///     [1770114300, 300, [100.5, 101, 102.25], [99.5, "98.125", 97]]}"#;
/// let answer = read_answer(body, &prompt, Mode::Parity);
/// assert_eq!(answer.validation.to_string(), "CORRECT");
/// let paths = answer.paths.ok_or("it is correct")?;
/// assert_eq!(paths.path(1), [99.5, 98.125, 97.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_answer(body: &[u8], prompt: &Prompt, mode: Mode) -> Answer {
    let Some((text, offset)) = encoding::utf8(body) else {
        return Answer::missing();
    };
    let is_body = matches!(text, Cow::Borrowed(_));
    match synapse(&mut Reader::new(&text), prompt, mode) {
        Ok(mut answer) => {
            answer.plain = answer.plain.filter(|_| is_body);
            answer.plain = answer
                .plain
                .map(|place| place.start + offset..place.end + offset);
            answer
        }
        Err(Malformed) => Answer::missing(),
    }
}

/// Reads and validates the list of an answer alone, such as [`Answer::text`] gave.
///
/// ```
/// # use axonry_forecast::{Competition, Mode, Prompt, read_paths};
/// # let low = Competition::low();
/// # let prompt = Prompt::new(&low, low.assets[0].clone(), "2026-02-03T10:25:00Z".parse()?);
/// let answer = read_paths(b"[1770114300, 300]", &prompt, Mode::Parity);
/// let outcome = "Number of paths is incorrect: expected 1000, got 0";
/// assert_eq!(answer.validation.to_string(), outcome);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_paths(text: &[u8], prompt: &Prompt, mode: Mode) -> Answer {
    let read = |reader: &mut Reader<'_>| {
        reader.space();
        let mut paths = OutputReader::new(prompt, mode);
        let answer = list(reader, &mut paths)?.finish(paths, prompt);
        reader.end().map(|()| answer)
    };
    read(&mut Reader::new(text)).unwrap_or_else(|Malformed| Answer::missing())
}

/// A list that was read, and where.
struct Listed {
    output: output::Output,
    place: Range<usize>,
}

impl Listed {
    fn finish(self, read: OutputReader, prompt: &Prompt) -> Answer {
        let plain = self.output.plain.then_some(self.place);
        match self.output.flaw(prompt) {
            Some(flaw) => Answer::incorrect(flaw),
            None => Answer {
                validation: Validation::Correct,
                paths: Paths::new(read.prices, prompt.points()),
                plain,
            },
        }
    }
}

fn list(reader: &mut Reader<'_>, paths: &mut OutputReader) -> Result<Listed, Malformed> {
    let start = reader.place();
    let output = paths.read(reader)?;
    let place = start..reader.place();
    Ok(Listed { output, place })
}

/// Reads a synapse; what breaks a rule of its fields is an exception upstream, as malformed JSON is.
fn synapse(reader: &mut Reader<'_>, prompt: &Prompt, mode: Mode) -> Result<Answer, Malformed> {
    reader.space();
    let Token::Dict = reader.value()? else {
        return Err(Malformed);
    };
    let mut paths = OutputReader::new(prompt, mode);
    let (mut found, mut listed, mut fresh) = (Found::default(), None, true);
    while reader.another(&mut fresh, DICT_END)? {
        let name = reader.key()?;
        if name.decoded().as_deref() == Some("simulation_output") {
            listed = Some(list(reader, &mut paths)?);
        } else {
            found.read(reader, name, SYNAPSE)?;
        }
    }
    reader.end()?;
    if !found.has_first() || !found.all_right() {
        return Err(Malformed);
    }
    Ok(listed.map_or_else(Answer::empty, |listed| listed.finish(paths, prompt)))
}

/// The list of an answer, in numbers that are read again as the same prices.
fn written(paths: &Paths, prompt: &Prompt) -> String {
    let mut text = format!("[{},{}", prompt.start_unix(), prompt.time_increment);
    for path in paths.iter() {
        let mut separator = ",[";
        for &price in path {
            text.push_str(separator);
            separator = ",";
            let _ = match price {
                _ if price.is_nan() => write!(text, "\"NaN\""),
                _ if price.is_infinite() && price > 0.0 => write!(text, "\"Infinity\""),
                _ if price.is_infinite() => write!(text, "\"-Infinity\""),
                // As a whole number, one of eight digits is short enough; as a float it is not.
                _ if price % 1.0 == 0.0 && price.abs() < 1e8 => write!(text, "{price}"),
                _ => write!(text, "{price:?}"),
            };
        }
        text.push(']');
    }
    text.push(']');
    text
}
