//! The list of an answer: start, increment, and one list of prices per path.
//!
//! Upstream's model turns numbers in texts, booleans and floats like `300.0` into what they stand
//! for, but only if that works for **all** of the list; else it judges the list as it came. Both
//! [`Views`] are therefore kept while reading, and the end decides which one counts.

use super::header::{Header, kind};
use super::json::{LIST_END, Malformed, Reader, Token};
use super::number;
use super::price::{Price, flaw_of_plain};
use crate::{Flaw, Mode, Prompt, PythonType};

/// Something of the list as it came, and of what pydantic makes of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Views<T> {
    pub(super) raw: T,
    pub(super) coerced: T,
}

impl<T: Clone> Views<T> {
    pub(super) fn both(of: T) -> Self {
        Self {
            raw: of.clone(),
            coerced: of,
        }
    }
}

impl Views<Option<Flaw>> {
    const fn are_known(&self) -> bool {
        self.raw.is_some() && self.coerced.is_some()
    }

    /// The first flaw counts, in each view for itself.
    fn or(&mut self, later: Self) {
        self.raw = self.raw.take().or(later.raw);
        self.coerced = self.coerced.take().or(later.coerced);
    }
}

/// What was read of a list of paths.
#[derive(Debug)]
pub(super) struct Output {
    kind: PythonType,
    elements: usize,
    start_time: Option<Views<Header>>,
    time_increment: Option<Views<Header>>,
    /// The first flaw of a path.
    flaw: Views<Option<Flaw>>,
    /// Whether pydantic makes numbers of everything in it.
    coerces: bool,
    /// Whether every JSON reader reads the same.
    pub(super) plain: bool,
}

/// One list of prices.
#[derive(Debug)]
struct Path {
    judged: bool,
    points: usize,
    flaw: Views<Option<Flaw>>,
    coerces: bool,
    plain: bool,
}

/// Reads lists of paths, the prices into one buffer.
#[derive(Debug)]
pub(super) struct OutputReader {
    mode: Mode,
    points: usize,
    limit: usize,
    /// The prices of the list that was read last.
    pub(super) prices: Vec<f64>,
}

impl OutputReader {
    pub(super) fn new(prompt: &Prompt, mode: Mode) -> Self {
        Self {
            mode,
            points: prompt.points(),
            limit: prompt.prices(),
            prices: Vec::new(),
        }
    }

    /// Reads the value of `simulation_output`.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>) -> Result<Output, Malformed> {
        // Where the field is there twice, the second counts, and the memory of the first serves.
        self.prices.clear();
        let value = reader.value()?;
        let mut output = Output {
            kind: kind(&value),
            elements: 0,
            start_time: None,
            time_increment: None,
            flaw: Views::default(),
            coerces: true,
            plain: true,
        };
        if !matches!(value, Token::List) {
            reader.skip(&value)?;
            return Ok(output);
        }
        let mut fresh = true;
        while reader.another(&mut fresh, LIST_END)? {
            match output.elements {
                0 => output.start_time = Some(self.header(reader, &mut output)?),
                1 => output.time_increment = Some(self.header(reader, &mut output)?),
                _ => self.element(reader, &mut output)?,
            }
            output.elements += 1;
        }
        Ok(output)
    }

    fn header(
        &mut self,
        reader: &mut Reader<'_>,
        output: &mut Output,
    ) -> Result<Views<Header>, Malformed> {
        let value = reader.value()?;
        let raw = Header::raw(&value);
        let coerced = if matches!(value, Token::List) {
            // The type is that of any element, so that a list of numbers is left as it is.
            self.path(reader, false)?.coerces.then(|| raw.clone())
        } else {
            reader.skip(&value)?;
            Header::coerced(&value)
        };
        output.coerces &= coerced.is_some();
        output.plain &= matches!(value, Token::Int(_));
        Ok(Views {
            coerced: coerced.unwrap_or_else(|| raw.clone()),
            raw,
        })
    }

    fn element(&mut self, reader: &mut Reader<'_>, output: &mut Output) -> Result<(), Malformed> {
        let value = reader.value()?;
        if matches!(value, Token::List) {
            if self.prices.capacity() == 0 {
                // A price takes two bytes at least, so that no prompt makes a short body take more.
                let at_most = reader.rest().len() / 2 + 1;
                self.prices.reserve_exact(self.limit.min(at_most));
            }
            let mut path = self.path(reader, !output.flaw.are_known())?;
            if path.points != self.points {
                path.flaw = Views::both(Some(Flaw::PointCount {
                    expected: self.points,
                    found: path.points,
                }));
            }
            output.flaw.or(path.flaw);
            output.coerces &= path.coerces;
            output.plain &= path.plain;
            return Ok(());
        }
        reader.skip(&value)?;
        // A list of millions of numbers need not be printed to be refused.
        let is_int = matches!(value, Token::Int(_) | Token::Bool(_));
        output.coerces &= is_int || Header::coerced(&value).is_some();
        output.plain = false;
        output.flaw.or(Views {
            raw: Some(Flaw::PathFormat(kind(&value))),
            coerced: Some(Flaw::PathFormat(PythonType::Int)),
        });
        Ok(())
    }

    /// Reads a list of prices, to keep and judge them or to see whether they coerce alone.
    fn path(&mut self, reader: &mut Reader<'_>, judged: bool) -> Result<Path, Malformed> {
        let mut path = Path {
            judged,
            points: 0,
            flaw: Views::default(),
            coerces: true,
            plain: true,
        };
        let mut fresh = true;
        while reader.another(&mut fresh, LIST_END)? {
            let rest = reader.rest();
            let value = match number::plain(rest) {
                Some(price) if number::ends(rest, price.length) => {
                    if price.printed > number::MAX_PRINTED && path.is_open() {
                        path.flaw.or(Views::both(flaw_of_plain(price, rest)));
                    }
                    reader.advance(price.length);
                    price.value
                }
                _ => self.price(reader, &mut path)?,
            };
            path.points += 1;
            if judged && path.points <= self.points && self.prices.len() < self.limit {
                self.prices.push(value);
            }
        }
        Ok(path)
    }

    /// Reads a price that is not of the common form.
    fn price(&self, reader: &mut Reader<'_>, path: &mut Path) -> Result<f64, Malformed> {
        let token = reader.value()?;
        reader.skip(&token)?;
        if !path.is_open() && matches!(token, Token::Int(_) | Token::Float(_)) {
            // A number changes nothing any more. A list of floats that are all too long is common
            // enough not to print every one of them.
            return Ok(f64::NAN);
        }
        let price = Price::new(&token, self.mode);
        path.flaw.or(price.flaw);
        path.coerces &= price.coerces;
        path.plain &= price.plain;
        Ok(price.value)
    }
}

impl Path {
    /// Whether a price can still be the first that is wrong.
    const fn is_open(&self) -> bool {
        self.judged && !self.flaw.are_known()
    }
}

impl Output {
    /// The first rule that is broken: `response_validation_v2.py`, `validate_responses`.
    pub(super) fn flaw(self, prompt: &Prompt) -> Option<Flaw> {
        match self.kind {
            PythonType::List if self.elements > 0 => (),
            PythonType::List | PythonType::NoneType => return Some(Flaw::Empty),
            other => return Some(Flaw::NotAList(other)),
        }
        let of = |views: Views<Header>| {
            if self.coerces {
                views.coerced
            } else {
                views.raw
            }
        };
        let start = self.start_time.map(of)?;
        if !start.is_int() {
            return Some(Flaw::StartTimeFormat(start.kind));
        }
        let Some(increment) = self.time_increment.map(of) else {
            return Some(Flaw::NoTimeIncrement);
        };
        if !increment.is_int() {
            return Some(Flaw::TimeIncrementFormat(increment.kind));
        }
        if start.value != Some(prompt.start_unix()) {
            return Some(Flaw::StartTime {
                expected: prompt.start_unix(),
                found: start.printed,
            });
        }
        let expected = prompt.time_increment.get();
        if increment.value != Some(expected.into()) {
            return Some(Flaw::TimeIncrement {
                expected,
                found: increment.printed,
            });
        }
        let paths = self.elements - 2;
        if paths != prompt.paths() {
            return Some(Flaw::PathCount {
                expected: prompt.paths(),
                found: paths,
            });
        }
        if self.coerces {
            self.flaw.coerced
        } else {
            self.flaw.raw
        }
    }
}
