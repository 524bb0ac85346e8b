//! In which encoding a body is: `json.detect_encoding` of Python, and its `surrogatepass`.

use std::borrow::Cow;

/// The text of a body as UTF-8, in which surrogates may stand alone, and where in the body it begins
/// if it is a part of it. `None` when it is cut off or says what no encoding can.
///
/// UTF-8 is not checked here: the reader does so where bytes that are not ASCII may stand.
pub(super) fn utf8(body: &[u8]) -> Option<(Cow<'_, [u8]>, usize)> {
    let text = match body {
        [0, 0, 0xFE, 0xFF, rest @ ..] => from_utf32(rest, u32::from_be_bytes)?,
        [0xFF, 0xFE, 0, 0, rest @ ..] => from_utf32(rest, u32::from_le_bytes)?,
        [0xFE, 0xFF, rest @ ..] => from_utf16(rest, u16::from_be_bytes)?,
        [0xFF, 0xFE, rest @ ..] => from_utf16(rest, u16::from_le_bytes)?,
        [0xEF, 0xBB, 0xBF, rest @ ..] => return Some((Cow::Borrowed(rest), 3)),
        [0, 0, _, _, ..] => from_utf32(body, u32::from_be_bytes)?,
        [0, _, _, _, ..] | [0, _] => from_utf16(body, u16::from_be_bytes)?,
        [_, 0, 0, 0, ..] => from_utf32(body, u32::from_le_bytes)?,
        [_, 0, _, _, ..] | [_, 0] => from_utf16(body, u16::from_le_bytes)?,
        _ => return Some((Cow::Borrowed(body), 0)),
    };
    Some((Cow::Owned(text), 0))
}

fn from_utf16(bytes: &[u8], read: fn([u8; 2]) -> u16) -> Option<Vec<u8>> {
    let (units, rest) = bytes.as_chunks();
    let mut text = Vec::with_capacity(units.len());
    for code in char::decode_utf16(units.iter().map(|&unit| read(unit))) {
        match code {
            Ok(character) => push(&mut text, u32::from(character))?,
            Err(alone) => push(&mut text, u32::from(alone.unpaired_surrogate()))?,
        }
    }
    rest.is_empty().then_some(text)
}

fn from_utf32(bytes: &[u8], read: fn([u8; 4]) -> u32) -> Option<Vec<u8>> {
    let (units, rest) = bytes.as_chunks();
    let mut text = Vec::with_capacity(units.len());
    for &unit in units {
        push(&mut text, read(unit))?;
    }
    rest.is_empty().then_some(text)
}

fn push(text: &mut Vec<u8>, code: u32) -> Option<()> {
    match (char::from_u32(code), code) {
        (Some(character), _) => {
            text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        (None, 0xD800..=0xDFFF) => {
            let continued = |bits: u32| 0x80 | u8::try_from(bits & 0x3F).expect("six bits");
            text.extend([0xED, continued(code >> 6), continued(code)]);
        }
        _ => return None,
    }
    Some(())
}

/// How long the UTF-8 sequence at the start is, with surrogates let through; `None` if it is none.
pub(super) fn sequence(bytes: &[u8]) -> Option<usize> {
    let continued = |byte: &u8| byte & 0xC0 == 0x80;
    match bytes {
        [0xED, 0xA0..=0xBF, third, ..] if continued(third) => Some(3),
        [first, ..] => {
            let length = match first {
                0..=0x7F => 1,
                0xC2..=0xDF => 2,
                0xE0..=0xEF => 3,
                _ => 4,
            };
            std::str::from_utf8(bytes.get(..length)?).ok()?;
            Some(length)
        }
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_shows_in_the_first_four_bytes() {
        let utf16 =
            |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        let utf32 = |text: &str| -> Vec<u8> {
            text.chars()
                .flat_map(|one| u32::from(one).to_be_bytes())
                .collect()
        };
        for (body, text, why) in [
            (utf16("{\"ä\":1}"), Some("{\"ä\":1}"), "two bytes each"),
            (utf16("\u{FEFF}{\"😀\"}"), Some("{\"😀\"}"), "with a mark"),
            (utf32("{\"😀\"}"), Some("{\"😀\"}"), "four bytes each"),
            (utf32("\u{FEFF}{}"), Some("{}"), "four, with a mark"),
            (utf16("5"), Some("5"), "two bytes in all"),
            (b"5".to_vec(), Some("5"), "one byte"),
            (
                b"{}".to_vec(),
                Some("{}"),
                "two bytes that are two characters",
            ),
            (utf16("{}")[..3].to_vec(), Some("{\0}"), "too short to tell"),
            ([utf16("{}"), vec![0]].concat(), None, "half a character"),
            (
                vec![b'{', 0, 0, 0, 0, 0, 0x11, 0],
                None,
                "no such character",
            ),
        ] {
            let found = utf8(&body).map(|(text, _)| text.into_owned());
            assert_eq!(found.as_deref(), text.map(str::as_bytes), "{why}");
        }
    }

    #[test]
    fn surrogates_may_stand_alone() {
        let (text, _) = utf8(&[b'"', 0, 0x00, 0xD8, b'"', 0]).unwrap();
        assert_eq!(*text, *b"\"\xED\xA0\x80\"");
        assert_eq!(sequence(&text[1..]), Some(3));
        for bytes in [
            &b"\xC0\x80"[..],
            b"\xE2\x82",
            b"\xF4\x90\x80\x80",
            b"\x80",
            b"",
        ] {
            assert_eq!(sequence(bytes), None, "{bytes:x?}");
        }
    }
}
