//! Texts of JSON, and their escapes.

use std::borrow::Cow;

/// A text between its quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a> {
    raw: &'a [u8],
    escaped: bool,
}

/// The number that four hexadecimal digits write.
pub(super) fn hex(digits: &[u8]) -> Option<u32> {
    let digits = digits.get(..4)?.iter();
    digits
        .map(|&digit| char::from(digit).to_digit(16))
        .try_fold(0, |code, digit| Some(code * 16 + digit?))
}

impl<'a> Text<'a> {
    /// A text whose bytes and escapes were checked.
    pub(super) const fn new(raw: &'a [u8], escaped: bool) -> Self {
        Self { raw, escaped }
    }

    /// The text, or `None` if it holds half a character.
    pub(super) fn decoded(self) -> Option<Cow<'a, str>> {
        let mut rest = std::str::from_utf8(self.raw).ok()?;
        if !self.escaped {
            return Some(Cow::Borrowed(rest));
        }
        let mut text = String::with_capacity(rest.len());
        while let Some((before, after)) = rest.split_once('\\') {
            text.push_str(before);
            let (kind, after) = after.split_at(1);
            rest = after;
            text.push(match kind {
                "u" => {
                    let code = hex(rest.as_bytes())?;
                    rest = &rest[4..];
                    let low = rest.strip_prefix("\\u").and_then(|low| hex(low.as_bytes()));
                    match (code, low) {
                        (0xD800..0xDC00, Some(low @ 0xDC00..0xE000)) => {
                            rest = &rest[6..];
                            char::from_u32(0x1_0000 + ((code - 0xD800) << 10) + (low - 0xDC00))?
                        }
                        _ => char::from_u32(code)?,
                    }
                }
                "b" => '\u{8}',
                "f" => '\u{C}',
                "n" => '\n',
                "r" => '\r',
                "t" => '\t',
                itself => itself.chars().next()?,
            });
        }
        text.push_str(rest);
        Some(Cow::Owned(text))
    }
}

#[cfg(test)]
mod tests {
    use super::super::json::{Reader, Token};

    #[test]
    fn escapes_are_undone() {
        for (json, text) in [
            (r#""a\n\"\\\/\u00e4""#, Some("a\n\"\\/ä")),
            (r#""\ud83d\ude00!""#, Some("😀!")),
            (r#""\ud83d""#, None),
            (r#""\ud83d\u0041""#, None),
            (r#""\ude00\ud83d""#, None),
        ] {
            let Ok(Token::Text(read)) = Reader::new(json.as_bytes()).value() else {
                panic!("{json} is a text");
            };
            assert_eq!(read.decoded().as_deref(), text, "{json}");
        }
    }
}
