//! JSON as Python's `json` reads it from bytes, token by token, without building anything.

use super::encoding::sequence;
use super::text::{Text, hex};

/// How deep lists and dicts may stand in each other. Python ends near here too: its stack of 1000
/// calls holds the parser's and those of the program around it.
const MAX_DEPTH: usize = 960;
/// Digits of the longest whole number: `sys.get_int_max_str_digits()`.
pub(super) const MAX_DIGITS: usize = 4_300;

/// The body is no JSON that Python reads.
#[derive(Debug)]
pub(super) struct Malformed;

/// A place in a body, behind which everything was found well-formed.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

/// A value, or the beginning of one that holds others.
#[derive(Debug)]
pub(super) enum Token<'a> {
    Null,
    Bool(bool),
    /// A whole number: a sign, and digits without a zero before them.
    Int(&'a str),
    /// A number with a point or an exponent.
    Float(&'a str),
    /// `NaN`, `Infinity` or `-Infinity`.
    Constant(f64),
    Text(Text<'a>),
    /// What follows is read with [`Reader::another`] and [`LIST_END`].
    List,
    /// What follows is read with [`Reader::another`], [`DICT_END`] and [`Reader::key`].
    Dict,
}

pub(super) const LIST_END: u8 = b']';
pub(super) const DICT_END: u8 = b'}';

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            depth: 0,
        }
    }

    /// Where the next byte is.
    pub(super) const fn place(&self) -> usize {
        self.at
    }

    /// What is left to read.
    pub(super) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    /// Goes on by bytes of [`rest`](Self::rest) that were read without it.
    pub(super) const fn advance(&mut self, by: usize) {
        self.at += by;
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Checks that nothing but space is left.
    pub(super) fn end(&mut self) -> Result<(), Malformed> {
        self.space();
        self.peek().map_or(Ok(()), |_| Err(Malformed))
    }

    /// Whether the list or dict that ends with `end` has another element, before which the reader
    /// then is. `fresh` is true for the first.
    #[inline]
    pub(super) fn another(&mut self, fresh: &mut bool, end: u8) -> Result<bool, Malformed> {
        self.space();
        let first = std::mem::replace(fresh, false);
        match self.peek() {
            Some(byte) if byte == end => {
                self.at += 1;
                self.depth -= 1;
                Ok(false)
            }
            Some(_) if first => Ok(true),
            Some(b',') => {
                self.at += 1;
                self.space();
                Ok(true)
            }
            _ => Err(Malformed),
        }
    }

    /// Reads the name of a field, up to its value.
    pub(super) fn key(&mut self) -> Result<Text<'a>, Malformed> {
        let Token::Text(key) = self.value()? else {
            return Err(Malformed);
        };
        self.space();
        self.take(b":")?;
        self.space();
        Ok(key)
    }

    /// Reads a value, or the beginning of a list or dict.
    pub(super) fn value(&mut self) -> Result<Token<'a>, Malformed> {
        let first = self.peek().ok_or(Malformed)?;
        match first {
            b'"' => self.text().map(Token::Text),
            b'[' | b'{' => {
                self.at += 1;
                self.depth += 1;
                let opened = if first == b'[' {
                    Token::List
                } else {
                    Token::Dict
                };
                (self.depth <= MAX_DEPTH).then_some(opened).ok_or(Malformed)
            }
            b'n' => self.take(b"null").map(|()| Token::Null),
            b't' => self.take(b"true").map(|()| Token::Bool(true)),
            b'f' => self.take(b"false").map(|()| Token::Bool(false)),
            b'N' => self.take(b"NaN").map(|()| Token::Constant(f64::NAN)),
            b'I' => self
                .take(b"Infinity")
                .map(|()| Token::Constant(f64::INFINITY)),
            b'-' if self.bytes.get(self.at + 1) == Some(&b'I') => {
                let infinite = Token::Constant(f64::NEG_INFINITY);
                self.take(b"-Infinity").map(|()| infinite)
            }
            _ => self.number(),
        }
    }

    /// Passes over what a [`Token::List`] or [`Token::Dict`] opened; other values are read already.
    pub(super) fn skip(&mut self, value: &Token<'_>) -> Result<(), Malformed> {
        let end_of = |token: &Token<'_>| match token {
            Token::List => Some(LIST_END),
            Token::Dict => Some(DICT_END),
            _ => None,
        };
        // A stack of our own: a body of brackets must not use up that of the thread.
        let mut open: Vec<u8> = end_of(value).into_iter().collect();
        let mut fresh = true;
        while let Some(&end) = open.last() {
            if !self.another(&mut fresh, end)? {
                open.pop();
                continue;
            }
            if end == DICT_END {
                self.key()?;
            }
            if let Some(end) = end_of(&self.value()?) {
                open.push(end);
                fresh = true;
            }
        }
        Ok(())
    }

    fn take(&mut self, word: &[u8]) -> Result<(), Malformed> {
        if !self.rest().starts_with(word) {
            return Err(Malformed);
        }
        self.at += word.len();
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let rest = self.rest().iter();
        let digits = rest.take_while(|byte| byte.is_ascii_digit()).count();
        self.at += digits;
        digits
    }

    fn number(&mut self) -> Result<Token<'a>, Malformed> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.digits();
        if whole == 0 || (leading_zero && whole > 1) {
            return Err(Malformed);
        }
        let mut float = false;
        if self.peek() == Some(b'.') {
            self.at += 1;
            float = true;
            if self.digits() == 0 {
                return Err(Malformed);
            }
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            float = true;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            if self.digits() == 0 {
                return Err(Malformed);
            }
        }
        let text = std::str::from_utf8(&self.bytes[start..self.at]).expect("digits are ASCII");
        match float {
            true => Ok(Token::Float(text)),
            false if whole <= MAX_DIGITS => Ok(Token::Int(text)),
            false => Err(Malformed),
        }
    }

    fn text(&mut self) -> Result<Text<'a>, Malformed> {
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            match self.peek().ok_or(Malformed)? {
                b'"' => {
                    let raw = &self.bytes[start..self.at];
                    self.at += 1;
                    return Ok(Text::new(raw, escaped));
                }
                b'\\' => {
                    escaped = true;
                    self.at += 1;
                    self.escape()?;
                }
                0..b' ' => return Err(Malformed),
                b' '..0x80 => self.at += 1,
                _ => self.at += sequence(self.rest()).ok_or(Malformed)?,
            }
        }
    }

    fn escape(&mut self) -> Result<(), Malformed> {
        let length = match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 1,
            Some(b'u') if hex(&self.rest()[1..]).is_some() => 5,
            _ => return Err(Malformed),
        };
        self.at += length;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(body: &[u8]) -> bool {
        let mut reader = Reader::new(body);
        reader.space();
        let value = reader.value();
        let read = value
            .and_then(|value| reader.skip(&value))
            .and_then(|()| reader.end());
        read.is_ok()
    }

    #[test]
    fn what_python_reads_is_read() {
        for body in [
            &b" {\"a\" : [ 1 , -0.5e+3, true,null ,{} , [ ] ] } \r\n"[..],
            b"[NaN,Infinity,-Infinity,1e400,-0]",
            b"\"\\u00e4\\ud800\\/ \x7f\xC3\xA4\xED\xA0\x80\"",
            b"1E5",
        ] {
            assert!(reads(body), "{}", body.escape_ascii());
        }
        for body in [
            "",
            "[1,]",
            "{\"a\":1,}",
            "{,}",
            "[,]",
            "{1:2}",
            "{\"a\"}",
            "[1 2]",
            "1 2",
            "[1",
            "{\"a\":",
            "01",
            "-",
            "-a",
            "- 1",
            "1.",
            ".5",
            "1e",
            "1e+",
            "+1",
            "0x1",
            "-NaN",
            "nan",
            "-Inf",
            "tru",
            "\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u+123\"",
            "\"\t\"",
            "\u{B}1",
            "[1}",
            "{\"a\":1]",
            "\"\\",
        ] {
            assert!(!reads(body.as_bytes()), "{body}");
        }
        assert!(!reads(b"\"\xE4\""), "not UTF-8");
    }

    #[test]
    fn depth_and_digits_are_bounded() {
        let nested = |depth| ["[".repeat(depth), "]".repeat(depth)].concat();
        assert!(reads(nested(MAX_DEPTH).as_bytes()));
        assert!(!reads(nested(MAX_DEPTH + 1).as_bytes()));
        assert!(
            !reads("[{\"a\":".repeat(1_000_000).as_bytes()),
            "and the stack holds"
        );
        assert!(reads(format!("-{}", "1".repeat(MAX_DIGITS)).as_bytes()));
        assert!(!reads("1".repeat(MAX_DIGITS + 1).as_bytes()));
        assert!(
            reads(format!("{}.0", "1".repeat(9_999)).as_bytes()),
            "floats may be long"
        );
    }
}
