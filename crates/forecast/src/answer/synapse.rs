//! Whether the fields of an answer are those of a synapse: `bittensor` 10 `core/synapse.py` and
//! `mode-network/synth-subnet` `synth/protocol.py`, as pydantic judges them.

use super::coercion::{float_is_whole, python_float, python_int, whole};
use super::json::{DICT_END, Malformed, Reader, Token};
use super::text::Text;

/// What a field must be. Those of the SDK may also be null.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rule {
    /// Something that Python's `float()` takes.
    Float,
    /// Something that Python's `int()` takes.
    Int,
    /// A text.
    Text,
    /// A terminal, with fields of its own.
    Terminal,
    /// A text that is not null.
    Name,
    /// Something that pydantic makes a whole number of.
    Whole,
    /// What was asked, as the answer repeats it.
    Input,
}

/// Fields by their names, with what each must be.
pub(super) type Fields = [(&'static str, Rule)];

/// Fields of the synapse other than those of the answer itself.
pub(super) const SYNAPSE: &Fields = &[
    ("simulation_input", Rule::Input),
    ("timeout", Rule::Float),
    ("total_size", Rule::Int),
    ("header_size", Rule::Int),
    ("dendrite", Rule::Terminal),
    ("axon", Rule::Terminal),
    ("computed_body_hash", Rule::Text),
];

const TERMINAL: &Fields = &[
    ("status_code", Rule::Int),
    ("status_message", Rule::Text),
    ("process_time", Rule::Float),
    ("ip", Rule::Text),
    ("port", Rule::Int),
    ("version", Rule::Int),
    ("nonce", Rule::Int),
    ("uuid", Rule::Text),
    ("hotkey", Rule::Text),
    ("signature", Rule::Text),
];

const INPUT: &Fields = &[
    ("asset", Rule::Name),
    ("start_time", Rule::Name),
    ("time_increment", Rule::Whole),
    ("time_length", Rule::Whole),
    ("num_simulations", Rule::Whole),
];

/// Which fields were found, and which of them break their rule; the last of a name counts.
#[derive(Debug, Default)]
pub(super) struct Found {
    seen: u32,
    wrong: u32,
}

impl Found {
    pub(super) const fn all_right(&self) -> bool {
        self.wrong == 0
    }

    pub(super) const fn has_first(&self) -> bool {
        self.seen & 1 == 1
    }

    /// Reads the value of a field, whether its name is one of `fields` or not.
    pub(super) fn read(
        &mut self,
        reader: &mut Reader<'_>,
        name: Text<'_>,
        fields: &Fields,
    ) -> Result<(), Malformed> {
        let name = name.decoded();
        let place = name.and_then(|name| fields.iter().position(|(field, _)| *field == name));
        let Some(place) = place else {
            let value = reader.value()?;
            return reader.skip(&value);
        };
        let bit = 1 << place;
        self.seen |= bit;
        if fields[place].1.holds(reader)? {
            self.wrong &= !bit;
        } else {
            self.wrong |= bit;
        }
        Ok(())
    }
}

impl Rule {
    fn holds(self, reader: &mut Reader<'_>) -> Result<bool, Malformed> {
        let value = reader.value()?;
        let fields = match self {
            Self::Terminal => TERMINAL,
            Self::Input => INPUT,
            _ => {
                reader.skip(&value)?;
                return Ok(self.holds_of(&value));
            }
        };
        if !matches!(value, Token::Dict) {
            reader.skip(&value)?;
            return Ok(matches!((self, value), (Self::Terminal, Token::Null)));
        }
        let (mut found, mut fresh) = (Found::default(), true);
        while reader.another(&mut fresh, DICT_END)? {
            let name = reader.key()?;
            found.read(reader, name, fields)?;
        }
        Ok(found.all_right())
    }

    fn holds_of(self, value: &Token<'_>) -> bool {
        let text = |text: &Text<'_>, takes: fn(&str) -> bool| {
            text.decoded().is_some_and(|text| takes(&text))
        };
        match (self, value) {
            (Self::Name | Self::Whole, Token::Null) => false,
            (_, Token::Null) | (Self::Text | Self::Name, Token::Text(_)) => true,
            (Self::Float | Self::Int | Self::Whole, Token::Bool(_)) => true,
            (Self::Int | Self::Whole, Token::Int(_)) => true,
            // A whole number that no float can hold is an error, one written as a float infinity.
            (Self::Float, Token::Int(digits)) => digits.parse().is_ok_and(f64::is_finite),
            (Self::Int, Token::Float(digits)) => digits.parse().is_ok_and(f64::is_finite),
            (Self::Float, Token::Float(_) | Token::Constant(_)) => true,
            (Self::Whole, Token::Float(digits)) => digits.parse().is_ok_and(float_is_whole),
            (Self::Float, Token::Text(value)) => text(value, python_float),
            (Self::Int, Token::Text(value)) => text(value, python_int),
            (Self::Whole, Token::Text(value)) => text(value, |text| whole(text).is_some()),
            _ => false,
        }
    }
}
