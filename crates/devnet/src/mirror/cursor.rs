//! Where a page ends, and text that says so.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::rows;

/// The place of a row in a list; lists go from the greatest to the least.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) created_at: Timestamp,
    /// In lower case.
    pub(crate) repository: String,
    pub(crate) number: u64,
}

#[derive(Serialize, Deserialize)]
struct Members {
    created_at: String,
    repo_full_name: String,
    number: u64,
}

impl Place {
    /// Writes it as the mirror does: base64url, without padding, of JSON.
    pub(crate) fn to_cursor(&self) -> String {
        let members = Members {
            created_at: rows::column(self.created_at),
            repo_full_name: self.repository.clone(),
            number: self.number,
        };
        encode(&serde_json::to_vec(&members).expect("texts and a number are JSON"))
    }

    /// Reads it back, or tells in the mirror's words why not.
    pub(crate) fn from_cursor(cursor: &str) -> Result<Self, &'static str> {
        let json = decode(cursor).ok_or("cursor is malformed")?;
        let members: Members = serde_json::from_slice(&json).map_err(|_| "cursor is malformed")?;
        Ok(Self {
            created_at: members
                .created_at
                .parse()
                .map_err(|_| "cursor is invalid")?,
            repository: members.repo_full_name,
            number: members.number,
        })
    }
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Base64url without padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, at| {
            bits << 8 | usize::from(group.get(at).copied().unwrap_or(0))
        });
        for place in 0..=group.len() {
            text.push(char::from(DIGITS[bits >> (18 - 6 * place) & 63]));
        }
    }
    text
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for group in text.as_bytes().chunks(4) {
        if group.len() == 1 {
            return None;
        }
        let mut bits = 0_u32;
        for place in 0..4 {
            let digit = match group.get(place) {
                Some(digit) => DIGITS.iter().position(|known| known == digit)?,
                None => 0,
            };
            bits = bits << 6 | u32::try_from(digit).ok()?;
        }
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_written_as_the_mirror_writes_it_and_read_back() {
        let place = Place {
            created_at: "2026-07-20T14:47:15Z".parse().unwrap(),
            repository: "acme-org/widget-1".to_owned(),
            number: 7,
        };
        let cursor = place.to_cursor();
        assert_eq!(
            cursor,
            "eyJjcmVhdGVkX2F0IjoiMjAyNi0wNy0yMFQxNDo0NzoxNS4wMDBaIiwicmVwb19mdWxsX25hbWUiOiJhY21lLW9yZy93aWRnZXQtMSIsIm51bWJlciI6N30"
        );
        assert_eq!(Place::from_cursor(&cursor), Ok(place));
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let invalid = encode(br#"{"created_at":"then","repo_full_name":"a/b","number":7}"#);
        for (cursor, told) in [
            ("x", "cursor is malformed"),
            ("!!!!", "cursor is malformed"),
            ("e30", "cursor is malformed"),
            (&invalid, "cursor is invalid"),
        ] {
            assert_eq!(Place::from_cursor(cursor), Err(told), "{cursor}");
        }
    }
}
