//! Secret URIs: `[phrase | 0xseed] [//hard | /soft]* [///password]`.
//!
//! The grammar and the chain codes are those of `sp_core::crypto` (`SecretUri`, `DeriveJunction`).

use zeroize::Zeroizing;

use crate::{SecretError, phrase};

/// A step from one key to the next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Junction {
    /// Cannot be undone: who knows the child's secret learns nothing about the parent.
    Hard([u8; 32]),
    /// The child's public key follows from the parent's.
    Soft([u8; 32]),
}

/// A secret URI taken apart; borrows from the text, which its owner wipes.
pub(crate) struct SecretUri<'a> {
    /// Phrase or `0x` seed; the development phrase where the text has none.
    pub(crate) base: &'a str,
    /// The steps, in order.
    pub(crate) junctions: Vec<Junction>,
    /// The password of the phrase, empty for none.
    pub(crate) password: &'a str,
}

impl<'a> SecretUri<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, SecretError> {
        let (path, password) = text.split_once("///").unwrap_or((text, ""));
        let (base, path) = path.split_at(path.find('/').unwrap_or(path.len()));
        let words = |c: char| c.is_alphanumeric() || c == '_' || c == ' ';
        if !base.trim().chars().all(words) {
            return Err(SecretError::Uri);
        }
        let base = match base.trim() {
            "" => phrase::DEVELOPMENT,
            base => base,
        };
        Ok(Self {
            base,
            junctions: junctions(path)?,
            password,
        })
    }
}

fn junctions(mut path: &str) -> Result<Vec<Junction>, SecretError> {
    let mut junctions = Vec::new();
    while let Some(rest) = path.strip_prefix('/') {
        let (hard, rest) = match rest.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let (name, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if name.is_empty() {
            return Err(SecretError::Uri);
        }
        let code = chain_code(name);
        junctions.push(if hard {
            Junction::Hard(code)
        } else {
            Junction::Soft(code)
        });
        path = rest;
    }
    Ok(junctions)
}

/// Numbers that fit 64 bits are themselves, little-endian; other names are SCALE strings, hashed
/// when they are longer than a chain code.
fn chain_code(name: &str) -> [u8; 32] {
    let encoded = Zeroizing::new(match name.parse::<u64>() {
        Ok(number) => number.to_le_bytes().to_vec(),
        Err(_) => [&compact(name.len())[..], name.as_bytes()].concat(),
    });
    let mut code = [0; 32];
    if encoded.len() <= code.len() {
        code[..encoded.len()].copy_from_slice(&encoded);
    } else {
        let hash = blake2b_simd::Params::new().hash_length(32).hash(&encoded);
        code.copy_from_slice(hash.as_bytes());
    }
    code
}

/// SCALE's compact form of a length: the two lowest bits say how many bytes follow.
fn compact(length: usize) -> Vec<u8> {
    let length = u32::try_from(length).unwrap_or(u32::MAX >> 2);
    match length {
        0..=0x3f => (length << 2).to_le_bytes()[..1].to_vec(),
        0x40..=0x3fff => (length << 2 | 1).to_le_bytes()[..2].to_vec(),
        _ => (length << 2 | 2).to_le_bytes().to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_falls_into_base_path_and_password() {
        let uri = SecretUri::parse("a b c//hard/soft///pass//word").expect("a URI");
        assert_eq!((uri.base, uri.password), ("a b c", "pass//word"));
        assert!(matches!(
            uri.junctions[..],
            [Junction::Hard(_), Junction::Soft(_)]
        ));
        let uri = SecretUri::parse("//Alice").expect("a URI");
        assert_eq!(uri.base, phrase::DEVELOPMENT, "a missing base");
        for wrong in ["//", "a b c/", "//Alice/", "a\"b"] {
            assert!(SecretUri::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn long_names_have_a_compact_length_of_two_bytes() {
        assert_eq!(compact(5), [20]);
        assert_eq!(compact(63), [252]);
        assert_eq!(compact(64), [1, 1]);
        assert_eq!(compact(16_384), [2, 0, 1, 0]);
    }
}
